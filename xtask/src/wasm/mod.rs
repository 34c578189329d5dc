//! `cargo xtask wasm`: both builds of the WebAssembly crate, what they may import, and what they weigh.
//!
//! Three modules come of one crate: `core.wasm` without any import; `client/`, the machine for JavaScript; `policies/`,
//! the same with every policy as a class. Each is optimised with binaryen from npm. What they import is compared with a
//! committed list and what they weigh with a committed table, so that neither changes unnoticed.

mod imports;
mod versions;
mod weight;

use std::fs;
use std::path::{Path, PathBuf};

use crate::child::{self, Ending, cargo, command, root};
use crate::report::Report;
use crate::setup;

/// The npm package and its output.
const PACKAGE: &str = "bindings-wasm";

/// Where a build leaves the module.
const BUILT: &str = "target/wasm32-unknown-unknown/wasm/hedgerow_wasm.wasm";

/// The vector smoke through the built modules, in Node.
const SMOKE: &str = "test/*.test.js";

/// What to do with the weights.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Writes imports and weights down as the ones to hold from now on.
    #[arg(long)]
    bless: bool,
}

/// Builds, checks and weighs.
pub(crate) fn run(args: &Args) -> Report {
    let mut report = Report::default();
    steps(&mut report, args.bless);
    report
}

/// The steps, also of the whole test run.
pub(crate) fn steps(report: &mut Report, bless: bool) {
    report.step("wasm setup", || setup::wasm().and(install()));
    report.step("wasm versions", versions::check);
    report.step("wasm builds", build);
    report.step("wasm imports", || imports::check(&dist(), bless));
    report.step("wasm weights", || weight::check(&dist(), bless));
    report.step("wasm in Node", smoke);
}

/// Where the modules are put.
fn dist() -> PathBuf {
    root().join(PACKAGE).join("dist")
}

/// The development tools of the package, by its lock file.
fn install() -> Ending {
    let folder = root().join(PACKAGE);
    // npm writes this file when it has finished; as long as it is newer than the lock, everything is there.
    let age = |path: PathBuf| fs::metadata(path).and_then(|found| found.modified()).ok();
    let installed = age(folder.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= age(folder.join("package-lock.json")) {
        println!("npm packages are installed");
        return Ending::of(true);
    }
    child::run(command("npm", "ci --ignore-scripts --no-audit --no-fund").current_dir(folder))
}

fn build() -> Ending {
    let glue = child::run(&mut cargo("build --locked -p hedgerow-glue --features generate"));
    if !glue.ok || fs::create_dir_all(dist()).is_err() {
        return Ending::of(false);
    }
    let raw = compile("raw").and(optimise(&root().join(BUILT), &dist().join("core.wasm")));
    let classes = [("bindgen", "client"), ("policies", "policies")].into_iter().map(|(features, folder)| {
        compile(features).and(generate("web", folder)).and(generate("nodejs", folder))
    });
    classes.fold(raw, Ending::and)
}

fn compile(features: &str) -> Ending {
    child::run(&mut cargo(&format!(
        "build --locked --profile wasm -p hedgerow-wasm --target wasm32-unknown-unknown --no-default-features --features {features}"
    )))
}

/// The JavaScript beside the module for one kind of host, and the module optimised.
fn generate(target: &str, folder: &str) -> Ending {
    let folder = dist().join(folder).join(target);
    let module = folder.join("hedgerow_bg.wasm");
    let program = root().join("target/debug/hedgerow-glue");
    let mut glue = command(&program.to_string_lossy(), "");
    let made = child::run(glue.arg(root().join(BUILT)).arg(target).arg(&folder));
    // The package is of ES modules; what is made for `require` says that it is not.
    let kind = if target == "nodejs" { "{\"type\": \"commonjs\"}\n" } else { "{\"type\": \"module\"}\n" };
    let marked = fs::write(folder.join("package.json"), kind).is_ok();
    made.and(Ending::of(marked)).and(optimise(&module, &module))
}

fn optimise(from: &Path, to: &Path) -> Ending {
    let program = root().join(PACKAGE).join("node_modules/binaryen/bin/wasm-opt");
    let mut command = command("node", "");
    child::run(command.arg(program).arg("-Oz").arg(from).arg("-o").arg(to))
}

fn smoke() -> Ending {
    let folder = root().join(PACKAGE);
    let tests = fs::read_dir(folder.join("test")).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut tests: Vec<PathBuf> = tests.filter(|path| path.to_string_lossy().ends_with(".test.js")).collect();
    tests.sort();
    if tests.is_empty() {
        eprintln!("no {SMOKE} in {PACKAGE}");
        return Ending::of(false);
    }
    child::run(command("node", "--test --test-reporter=spec").args(tests).current_dir(folder))
}
