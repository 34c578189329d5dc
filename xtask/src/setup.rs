//! What the steps need and a fresh machine may lack.
//!
//! A `targets` line in `rust-toolchain.toml` is not enough: machines with `RUSTUP_AUTO_INSTALL=0` ignore it.

use std::path::Path;

use crate::child::{self, Ending};

/// The target without std, clock, entropy or threads: what compiles for it uses none of them.
pub(crate) const BARE_TARGET: &str = "wasm32v1-none";

/// The target of the modules for JavaScript and other hosts.
const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Installs what the WebAssembly builds need.
pub(crate) fn wasm() -> Ending {
    target(WASM_TARGET)
}

/// Installs what the tests of the core need.
pub(crate) fn core() -> Ending {
    target(BARE_TARGET)
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
