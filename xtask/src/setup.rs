//! What the steps need and a fresh machine may lack.
//!
//! A `targets` line in `rust-toolchain.toml` is not enough: machines with `RUSTUP_AUTO_INSTALL=0` ignore it.

use std::path::Path;
use std::time::Duration;

use crate::child::{self, Ending};

/// The target without std, clock, entropy or threads: what compiles for it uses none of them.
pub(crate) const BARE_TARGET: &str = "wasm32v1-none";

/// The target of the modules for JavaScript and other hosts.
const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The browser.
const CHROMIUM: &str = "/usr/bin/chromium";

/// The time that a package may take to be installed.
const INSTALL_LIMIT: Duration = Duration::from_mins(10);

/// Installs what the WebAssembly builds need.
pub(crate) fn wasm() -> Ending {
    target(WASM_TARGET)
}

/// Installs what the tests of the core need.
pub(crate) fn core() -> Ending {
    target(BARE_TARGET)
}

/// Whether the browser is here, or may be installed here: packages are installed by the superuser alone.
pub(crate) fn may_install_chromium() -> bool {
    let user = child::output(&mut child::command("id", "-u"));
    let apt = child::output(&mut child::command("apt-get", "--version"));
    Path::new(CHROMIUM).exists() || (apt.is_some() && user.is_some_and(|user| user.trim() == "0"))
}

/// Installs the browser that pages are tried in, where this may be done.
pub(crate) fn chromium() -> Ending {
    if Path::new(CHROMIUM).exists() {
        println!("{CHROMIUM} is installed");
        return Ending::of(true);
    }
    let update = child::run_within(&mut child::command("apt-get", "update"), INSTALL_LIMIT);
    update.and(child::run_within(&mut child::command("apt-get", "install -y chromium"), INSTALL_LIMIT))
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
