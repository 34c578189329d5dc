//! What the demo needs of the operating system: stopping a process, not outliving a parent, a scratch folder.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Stops a process until [`resume`]; its sockets stay open and nothing in it runs.
pub fn suspend(pid: u32) -> io::Result<()> {
    imp::signal(pid, imp::Kind::Stop)
}

/// Continues a stopped process; harmless when it is running.
pub fn resume(pid: u32) -> io::Result<()> {
    imp::signal(pid, imp::Kind::Continue)
}

/// Asks a process to end.
pub fn terminate(pid: u32) -> io::Result<()> {
    imp::signal(pid, imp::Kind::Terminate)
}

/// Asks the kernel to kill this process when its parent dies, even while it is stopped.
///
/// Linux only; elsewhere a stopped orphan is continued by the kernel (POSIX) and ends when its standard
/// input closes.
pub fn die_with_parent() {
    imp::die_with_parent();
}

#[cfg(unix)]
mod imp {
    use rustix::process::{Pid, Signal, kill_process};
    use std::io;

    #[derive(Clone, Copy)]
    pub(super) enum Kind {
        Stop,
        Continue,
        Terminate,
    }

    pub(super) fn signal(pid: u32, kind: Kind) -> io::Result<()> {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
        let signal = match kind {
            Kind::Stop => Signal::STOP,
            Kind::Continue => Signal::CONT,
            Kind::Terminate => Signal::TERM,
        };
        Ok(kill_process(pid, signal)?)
    }

    pub(super) fn become_of(command: &mut std::process::Command) -> io::Error {
        std::os::unix::process::CommandExt::exec(command)
    }

    #[cfg(target_os = "linux")]
    pub(super) fn die_with_parent() {
        // Without it the closed standard input still ends the server, if it is not stopped.
        let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn die_with_parent() {}
}

#[cfg(not(unix))]
mod imp {
    #[derive(Clone, Copy)]
    pub(super) enum Kind {
        Stop,
        Continue,
        Terminate,
    }

    pub(super) fn signal(_pid: u32, kind: Kind) -> std::io::Result<()> {
        let what = match kind {
            Kind::Stop => "stopping",
            Kind::Continue => "continuing",
            Kind::Terminate => "ending",
        };
        Err(std::io::Error::new(
            std::io::ErrorKind::Unsupported,
            format!("{what} a process needs POSIX signals"),
        ))
    }

    pub(super) fn die_with_parent() {}

    pub(super) fn become_of(command: &mut std::process::Command) -> std::io::Error {
        match command.status() {
            Ok(status) => std::process::exit(status.code().unwrap_or(1)),
            Err(error) => error,
        }
    }
}

/// Becomes another program that dies with the parent of this process; answers only when it cannot.
pub fn tether(program: &std::ffi::OsStr, arguments: &[std::ffi::OsString]) -> io::Error {
    die_with_parent();
    let mut command = std::process::Command::new(program);
    command.args(arguments);
    imp::become_of(&mut command)
}

/// How often a folder is tried to be removed.
const REMOVALS: u32 = 100;

/// A scratch folder that is removed when dropped.
#[derive(Debug)]
pub struct TempDir(PathBuf);

impl TempDir {
    /// Creates a new folder in the system's place for temporary files.
    pub fn new() -> io::Result<Self> {
        let base = std::env::temp_dir();
        for attempt in 0..100 {
            let unique = format!("{}-{}-{attempt}", std::process::id(), crate::version::wall_us());
            let path = base.join(format!("hedgerow-replicas-{unique}"));
            match std::fs::create_dir(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                other => return other.map(|()| Self(path)),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        // Helpers of a program that has ended may still write for a moment. A folder that cannot be removed is
        // left to the system's own cleaning.
        for _ in 0..REMOVALS {
            if std::fs::remove_dir_all(&self.0).is_ok() || !self.0.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
