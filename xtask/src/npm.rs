//! `cargo xtask npm`: the npm package beside the built modules, a program that uses it, and its tests.
//!
//! The modules must have been built; `cargo xtask wasm` does that.

use std::path::Path;
use std::process::Command;

use crate::child::{self, Ending, command, root};
use crate::report::Report;
use crate::{node, setup, wasm};

/// The scripts of the package, in order.
const SCRIPTS: [(&str, &str); 3] =
    [("npm build", "build"), ("npm types of a consumer", "check"), ("npm tests", "test")];

/// Builds, compiles a consumer, tests, packs.
pub(crate) fn run() -> Report {
    let mut report = Report::default();
    report.step("npm packages", wasm::install);
    steps(&mut report);
    report
}

/// The steps, also of the whole test run.
pub(crate) fn steps(report: &mut Report) {
    for (name, script) in SCRIPTS {
        report.step(name, || child::run(&mut script_of_package(script)));
    }
    report.step("npm package, packed", packed);
    report.step("npm package, other hosts", other_hosts);
    report.step("npm package, weights", || {
        let peers = wasm::package().join("bench");
        node::install(&peers).and(node::tests(&peers))
    });
}

/// What the package and its tests are built with, in a folder for each purpose.
pub(crate) fn packages() -> Ending {
    let folders = ["packaging", "packaging/runtimes", "bench"].map(|folder| wasm::package().join(folder));
    folders.iter().fold(wasm::install(), |ending, folder| ending.and(node::install(folder)))
}

/// Times and weighs the built package beside published ones; what comes of it also goes to a file, if one is named.
pub(crate) fn bench(report: &mut Report, json: Option<&Path>) {
    let [tools, peers] = ["packaging", "bench"].map(|folder| wasm::package().join(folder));
    report.step("npm packages", || wasm::install().and(node::install(&tools)).and(node::install(&peers)));
    report.step("npm build", || child::run(&mut script_of_package("build")));
    report.step("bench js", || node::program(&peers.join("main.js"), json));
}

/// The tarball in Node, in bundlers and in pages.
fn packed() -> Ending {
    let tools = wasm::package().join("packaging");
    setup::chromium().and(node::install(&tools)).and(node::tests(&tools))
}

/// The tarball in Deno, in Bun and in edge hosts.
fn other_hosts() -> Ending {
    let [tools, hosts] = ["packaging", "packaging/runtimes"].map(|folder| wasm::package().join(folder));
    node::install(&tools).and(node::install(&hosts)).and(node::tests(&hosts))
}

/// The package itself.
pub(crate) fn build() -> Ending {
    child::run(&mut script_of_package("build"))
}

fn script_of_package(name: &str) -> Command {
    let mut npm = command("npm", "run --silent");
    npm.arg(name).current_dir(root().join(wasm::PACKAGE));
    npm
}
