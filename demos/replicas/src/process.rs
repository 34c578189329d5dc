//! What the demo needs of the operating system: stopping a process, not outliving a parent, a scratch folder.

use std::io;
use std::path::{Path, PathBuf};

/// Stops a process until [`resume`]; its sockets stay open and nothing in it runs.
pub fn suspend(pid: u32) -> io::Result<()> {
    imp::signal(pid, imp::Kind::Stop)
}

/// Continues a stopped process; harmless when it is running.
pub fn resume(pid: u32) -> io::Result<()> {
    imp::signal(pid, imp::Kind::Continue)
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
    }

    pub(super) fn signal(pid: u32, kind: Kind) -> io::Result<()> {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
        let signal = match kind {
            Kind::Stop => Signal::STOP,
            Kind::Continue => Signal::CONT,
        };
        Ok(kill_process(pid, signal)?)
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
    }

    pub(super) fn signal(_pid: u32, kind: Kind) -> std::io::Result<()> {
        let what = match kind {
            Kind::Stop => "stopping",
            Kind::Continue => "continuing",
        };
        Err(std::io::Error::new(
            std::io::ErrorKind::Unsupported,
            format!("{what} a process needs POSIX signals"),
        ))
    }

    pub(super) fn die_with_parent() {}
}

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
        // A folder that cannot be removed is left to the system's own cleaning.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
