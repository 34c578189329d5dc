//! `cargo xtask node`: the addon for Node, its package, and its tests.
//!
//! It uses the npm package `hedgerow`, which is built where it is missing or older than its sources.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child::{self, Ending, cargo, command, root};
use crate::report::Report;
use crate::{node, npm, setup, stale, wasm};

/// The folder of the package.
const PACKAGE: &str = "bindings-node";

/// How often the long run lets workers hammer one state, each time with another seed.
const SEEDS: &str = "100";

/// The scripts of the package, in order.
const SCRIPTS: [(&str, &str); 2] = [("node package, build", "build"), ("node package, types", "check")];

/// Builds, checks, tests, packs.
pub(crate) fn run() -> Report {
    let mut report = Report::default();
    if is_sister_stale() {
        report.step("wasm setup", || setup::wasm().and(wasm::install()));
        report.step("wasm builds", wasm::build);
        report.step("npm build", npm::build);
    }
    steps(&mut report);
    report
}

/// The steps, also of the whole test run; `hedgerow` must have been built.
pub(crate) fn steps(report: &mut Report) {
    report.step("node addon that panics", panicking_addon);
    report.step("node addon", || packages().and(addon()));
    for (name, script) in SCRIPTS {
        report.step(name, || child::run(&mut script_of_package(script)));
    }
    report.step("node tests", || node::tests(&package().join("test")));
    report.step("node package, packed", || node::tests(&package().join("packaging")));
}

/// Workers that hammer one state and are killed, many times over.
pub(crate) fn swarm() -> Ending {
    let mut tests = command("node", "--test test/swarm.test.js");
    child::run(tests.current_dir(package()).env("HEDGEROW_SEEDS", SEEDS))
}

/// The program that plays scenarios through the addon.
pub(crate) fn scenarios() -> Command {
    let mut node = command("node", "");
    node.arg(package().join("test/programs/scenarios.js"));
    node
}

/// The addon and its package.
pub(crate) fn build() -> Ending {
    packages().and(addon()).and(child::run(&mut script_of_package("build")))
}

/// Its development tools.
pub(crate) fn packages() -> Ending {
    node::install(&package())
}

/// Whether the package is missing or older than what it is built of.
pub(crate) fn is_stale() -> bool {
    let sources = ["core/src", "bindings-wasm/src", "bindings-node/src", "bindings-node/shared/src"];
    let all = sources.iter().chain(&["bindings-node/macros/src", "bindings-node/src-ts"]);
    let built = ["lib/hedgerow.node", "lib/core/index.js"].map(|file| package().join(file));
    stale::is_stale(&built, &all.map(|folder| root().join(folder)).collect::<Vec<_>>())
}

/// Times the addon beside the WebAssembly module, and workers of one state beside workers with states of their own; what
/// comes of it also goes to a file, if one is named.
pub(crate) fn bench(report: &mut Report, json: Option<&Path>) {
    report.step("npm packages", wasm::install);
    report.step("npm build", npm::build);
    report.step("node addon", || packages().and(addon()));
    report.step("node package, build", || child::run(&mut script_of_package("build")));
    report.step("bench node", || node::program(&package().join("bench/main.js"), json));
}

/// The dynamic library, under the name that Node loads.
fn addon() -> Ending {
    let built = child::run(&mut cargo("build --locked --release -p hedgerow-node"));
    copied(built, &package().join("lib/hedgerow.node"))
}

/// The same with an export that panics under the lock, for a test. Hardly optimised, so that it takes seconds.
fn panicking_addon() -> Ending {
    let words = "rustc --locked --release -p hedgerow-node --features panics -- -C opt-level=0";
    copied(child::run(&mut cargo(words)), &root().join("target/node/panics.node"))
}

/// Copies the library that was built last.
fn copied(built: Ending, to: &Path) -> Ending {
    if !built.ok {
        return built;
    }
    let library = format!("{}hedgerow_node{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let from = root().join("target/release").join(library);
    let folder = to.parent().unwrap_or(to);
    // A new file: the old one may be loaded by a process that runs.
    let _ = std::fs::create_dir_all(folder).and_then(|()| std::fs::remove_file(to));
    if std::fs::copy(&from, to).is_err() {
        eprintln!("no addon at {}", from.display());
        return Ending::of(false);
    }
    built
}

fn is_sister_stale() -> bool {
    let sister = root().join(wasm::PACKAGE);
    let built = ["lib/index.js", "dist/policies/web/hedgerow_bg.wasm"].map(|file| sister.join(file));
    stale::is_stale(&built, &[root().join("core/src"), sister.join("src"), sister.join("src-ts")])
}

fn package() -> PathBuf {
    root().join(PACKAGE)
}

fn script_of_package(name: &str) -> Command {
    let mut npm = command("npm", "run --silent");
    npm.arg(name).current_dir(package());
    npm
}
