//! `cargo xtask wasm`: both builds of the WebAssembly crate, what they may import, and what they weigh.
//!
//! Three modules come of one crate: `core.wasm` without any import; `client/`, the machine for JavaScript; `policies/`,
//! the same with every policy as a class. A fourth, `cli/`, is the command of the package. Each is optimised with
//! binaryen from npm. What they import is compared with a committed list and what they weigh with a committed table, so
//! that neither changes unnoticed.

mod bytes;
mod imports;
mod traps;
mod versions;
mod weight;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use crate::child::{self, Ending, cargo, command, root};
use crate::report::Report;
use crate::{node, setup};

/// The npm package and its output.
pub(crate) const PACKAGE: &str = "bindings-wasm";

/// Where builds leave their modules.
const BUILT: &str = "target/wasm32-unknown-unknown/wasm";

/// The library's module in there, in each of its builds.
const LIBRARY: &str = "hedgerow_wasm.wasm";

/// The module of the command.
const COMMAND: &str = "hedgerow_why_wasm.wasm";

/// The module without imports, beside which lies no JavaScript.
const RAW: &str = "core.wasm";

/// A module in the folder of its JavaScript.
const CLASSES: &str = "hedgerow_bg.wasm";

/// The kinds of host that JavaScript is written for.
const HOSTS: [&str; 2] = ["web", "nodejs"];

const MODULES: [Module; 4] = [
    Module { package: "hedgerow-wasm --no-default-features --features raw", file: LIBRARY, folder: None },
    Module {
        package: "hedgerow-wasm --no-default-features --features bindgen",
        file: LIBRARY,
        folder: Some("client"),
    },
    Module {
        package: "hedgerow-wasm --no-default-features --features policies",
        file: LIBRARY,
        folder: Some("policies"),
    },
    Module { package: "hedgerow-why-wasm", file: COMMAND, folder: Some("cli") },
];

/// How much code a call may become to be inlined, a quarter of what is usual.
///
/// Measured on `core.wasm`, compressed kB and ns of a start with its answer: 101.6 and 920 at 10, 102.1 and 820 at 25,
/// 103.6 and 710 at 60, 114 and 560 as usual; 103.5 and 1350 at `opt-level = "z"`.
const INLINING: &str = "-Cllvm-args=-inline-threshold=60";

/// For speed: what that adds to a module, compression takes away again. Passes are repeated while they still gain.
/// Nothing lies in the lowest kilobyte, which is the far end of the stack, so that a constant added to an address may
/// go into the offset of the access.
const OPTIMISING: [&str; 3] = ["-O3", "--converge", "--low-memory-unused"];

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
    report.step("wasm in Node", || node::tests(&package().join("test")));
    report.step("wasm in Chromium", || setup::chromium().and(node::tests(&package().join("test/browser"))));
}

/// Where the modules are put.
fn dist() -> PathBuf {
    root().join(PACKAGE).join("dist")
}

/// The folder of the npm package.
pub(crate) fn package() -> PathBuf {
    root().join(PACKAGE)
}

/// The development tools of the package.
pub(crate) fn install() -> Ending {
    node::install(&package())
}

/// Every module, optimised, and the JavaScript beside it. The optimiser takes one processor for about as long as the
/// compiler, so each module is optimised while the next one is compiled.
pub(crate) fn build() -> Ending {
    let glue = child::run(&mut cargo("build --locked -p hedgerow-glue --features generate"));
    if !glue.ok || fs::create_dir_all(dist()).is_err() {
        return Ending::of(false);
    }
    thread::scope(|beside| {
        let (mut ending, mut optimised) = (glue, Vec::new());
        for module in &MODULES {
            ending = ending.and(module.compile());
            if ending.ok {
                optimised.push(beside.spawn(|| module.optimise()));
            }
        }
        optimised.into_iter().fold(ending, |ending, module| ending.and(module.join().unwrap_or_default()))
    })
}

/// One module.
struct Module {
    /// What cargo is asked for.
    package: &'static str,
    /// What it leaves.
    file: &'static str,
    /// Where the JavaScript beside it goes, if it has any.
    folder: Option<&'static str>,
}

impl Module {
    /// Compiles it and writes its JavaScript.
    fn compile(&self) -> Ending {
        let compiled = compile(self.package);
        let cut = if self.file == LIBRARY { compiled.and(traps::shorten(&built(LIBRARY))) } else { compiled };
        let Some(folder) = self.folder else {
            return cut.and(Ending::of(fs::copy(built(self.file), dist().join(RAW)).is_ok()));
        };
        let [web, node] = HOSTS.map(|host| dist().join(folder).join(host));
        let made = cut.and(generate(self.file, HOSTS[0], &web)).and(generate(self.file, HOSTS[1], &node));
        let [web, node] = [web, node].map(|folder| fs::read(folder.join(CLASSES)).ok());
        made.and(Ending::of(web.is_some() && web == node))
    }

    /// Optimises it once, for all kinds of host.
    fn optimise(&self) -> Ending {
        let Some(folder) = self.folder else {
            return optimise(&dist().join(RAW));
        };
        let [web, node] = HOSTS.map(|host| dist().join(folder).join(host).join(CLASSES));
        optimise(&web).and(Ending::of(fs::copy(&web, &node).is_ok()))
    }
}

fn built(module: &str) -> PathBuf {
    root().join(BUILT).join(module)
}

fn compile(package: &str) -> Ending {
    let mut build =
        cargo(&format!("build --locked --profile wasm --target wasm32-unknown-unknown -p {package}"));
    child::run(build.env("RUSTFLAGS", format!("--remap-path-prefix={}=cargo {INLINING}", cargo_home())))
}

/// Where cargo keeps the sources of dependencies: panics name their places, which must not differ between machines.
fn cargo_home() -> String {
    let home = || env::home_dir().unwrap_or_default().join(".cargo").to_string_lossy().into_owned();
    env::var("CARGO_HOME").unwrap_or_else(|_| home())
}

/// The JavaScript and the types for one kind of host.
fn generate(module: &str, target: &str, folder: &Path) -> Ending {
    let program = root().join("target/debug/hedgerow-glue");
    let mut glue = command(&program.to_string_lossy(), "");
    let made = child::run(glue.arg(built(module)).arg(target).arg(folder));
    // The package is of ES modules; what is made for `require` says that it is not.
    let kind = if target == "nodejs" { "{\"type\": \"commonjs\"}\n" } else { "{\"type\": \"module\"}\n" };
    made.and(Ending::of(fs::write(folder.join("package.json"), kind).is_ok()))
}

fn optimise(module: &Path) -> Ending {
    let program = root().join(PACKAGE).join("node_modules/binaryen/bin/wasm-opt");
    let mut command = command("node", "");
    child::run(command.arg(program).args(OPTIMISING).arg(module).arg("-o").arg(module))
}
