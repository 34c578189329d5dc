//! What the steps need and a fresh machine may lack.
//!
//! A `targets` line in `rust-toolchain.toml` is not enough: machines with `RUSTUP_AUTO_INSTALL=0` ignore it.

use std::path::Path;
use std::thread::{self, JoinHandle};

use crate::child::{self, Ending, cargo};
use crate::{native, npm, python};

/// The target without std, clock, entropy or threads: what compiles for it uses none of them.
pub(crate) const BARE_TARGET: &str = "wasm32v1-none";

/// The target of the modules for JavaScript and other hosts.
const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The browser.
const CHROMIUM: &str = "/usr/bin/chromium";

/// Installs what the WebAssembly builds need.
pub(crate) fn wasm() -> Ending {
    target(WASM_TARGET)
}

/// Installs what the tests of the core need; fetches every crate once, since later steps read them offline.
pub(crate) fn core() -> Ending {
    target(BARE_TARGET).and(child::run(&mut cargo("fetch --locked")))
}

/// Packages that are being installed.
#[derive(Debug)]
pub(crate) struct Packages(JoinHandle<Ending>);

impl Packages {
    /// Begins with all that the later steps of a whole run need: the network is waited for while the first ones compile.
    pub(crate) fn begin() -> Self {
        Self(thread::spawn(|| {
            chromium().and(npm::packages()).and(native::packages()).and(python::packages())
        }))
    }

    /// Waits until all are installed. The step that needs one names it again, since it also runs alone.
    pub(crate) fn end(self) -> Ending {
        self.0.join().unwrap_or_default()
    }
}

/// Whether the browser is here, or may be installed here.
pub(crate) fn may_install_chromium() -> bool {
    Path::new(CHROMIUM).exists() || may_install()
}

/// Installs the browser that pages are tried in, where this may be done.
pub(crate) fn chromium() -> Ending {
    if Path::new(CHROMIUM).exists() {
        println!("{CHROMIUM} is installed");
        return Ending::of(true);
    }
    install("chromium")
}

/// Whether environments of Python can be made here, or what makes them may be installed here.
pub(crate) fn may_have_python() -> bool {
    makes_environments() || may_install()
}

/// Installs what makes environments of Python, a package of its own on Debian.
pub(crate) fn python() -> Ending {
    if makes_environments() {
        println!("python3 with venv is installed");
        return Ending::of(true);
    }
    install("python3-venv")
}

fn makes_environments() -> bool {
    child::output(&mut child::command("python3", "-m ensurepip --version")).is_some()
}

/// Packages are installed by the superuser alone.
fn may_install() -> bool {
    let user = child::output(&mut child::command("id", "-u"));
    let apt = child::output(&mut child::command("apt-get", "--version"));
    apt.is_some() && user.is_some_and(|user| user.trim() == "0")
}

fn install(package: &str) -> Ending {
    let update = child::install(&mut child::command("apt-get", "update"));
    let mut install = child::command("apt-get", "install -y");
    update.and(child::install(install.arg(package)))
}

/// Adds a compilation target unless the toolchain has it.
fn target(name: &str) -> Ending {
    if has_target(name) {
        println!("target {name} is installed");
        return Ending::of(true);
    }
    child::run(&mut child::command("rustup", &format!("target add {name}")))
}

/// Asks the compiler instead of rustup, so that a toolchain installed by other means is good enough.
fn has_target(name: &str) -> bool {
    let folder =
        child::output(&mut child::command("rustc", &format!("--print target-libdir --target {name}")));
    folder.is_some_and(|folder| Path::new(folder.trim()).is_dir())
}
