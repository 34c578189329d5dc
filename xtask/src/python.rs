//! `cargo xtask python`: the wheel, built and installed in an environment of its own, then checked and tested there.
//!
//! Tests and type checks see what a user gets: the installed wheel, not the sources beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child::{self, Ending, command, root};
use crate::report::Report;
use crate::{setup, stale};

/// The folder of the package.
const PACKAGE: &str = "bindings-python";

/// An environment of its own: the name of its folder, and its exact packages.
struct Environment {
    name: &'static str,
    lock: &'static str,
}

/// What checks and tests need.
const TESTS: Environment = Environment { name: "venv", lock: "requirements-dev.txt" };

/// The packages that the benchmark has beside.
const PEERS: Environment = Environment { name: "bench", lock: "bench/requirements.txt" };

/// What is checked beside the tests, each a program of the environment with its arguments.
const CHECKS: [(&str, &str, &str); 5] = [
    (
        "python lints",
        "ruff",
        "check --output-format concise --config pyproject.toml . ../demos/replicas/python",
    ),
    ("python format", "ruff", "format --check --config pyproject.toml . ../demos/replicas/python"),
    ("python types, mypy", "mypy", "python tests bench ../demos/replicas/python"),
    ("python types, pyright", "pyright", ""),
    ("python stub of the module", "stubtest", "hedgerow._native --allowlist stubtest.allow"),
];

/// The wheel, its checks and its tests.
pub(crate) fn run() -> Report {
    let mut report = Report::default();
    steps(&mut report);
    report
}

/// The steps, also of the whole test run.
pub(crate) fn steps(report: &mut Report) {
    report.step("python packages", packages);
    report.step("python wheel", wheel);
    report.step("python wheel that panics", panicking_wheel);
    for (name, program, words) in CHECKS {
        report.step(name, || child::run(&mut tool(program, words)));
    }
    report.step("python tests", || child::run(&mut tool("pytest", "-q")));
}

/// The environment with the wheel, as it is where its sources have not changed.
pub(crate) fn install(report: &mut Report) {
    report.step("python packages", packages);
    let sources = ["core/src", "bindings-python/src", "bindings-python/python"];
    if stale::is_stale(&[wheel_stamp()], &sources.map(|folder| root().join(folder))) {
        report.step("python wheel", wheel);
    }
}

/// Times both faces beside published packages, the native layer and the import; what comes of it also goes to a file,
/// if one is named.
pub(crate) fn bench(report: &mut Report, json: Option<&Path>) {
    report.step("python packages", || packages().and(PEERS.make()));
    report.step("python wheel", || wheel().and(PEERS.install()));
    report.step("bench python", || {
        let mut program = PEERS.tool("python", "bench/main.py");
        if let Some(file) = json {
            program.arg("--json").arg(std::path::absolute(file).unwrap_or_else(|_| file.to_owned()));
        }
        child::run(&mut program)
    });
}

/// The environment of the tests.
pub(crate) fn packages() -> Ending {
    TESTS.make()
}

/// Builds the wheel and puts it into the environment of the tests.
pub(crate) fn wheel() -> Ending {
    let _ = fs::remove_dir_all(wheels());
    let built = child::run(tool("maturin", "build --quiet --profile wheel --locked --out").arg(wheels()));
    let ending = built.and(TESTS.install());
    if ending.ok {
        return Ending::of(fs::write(wheel_stamp(), "").is_ok());
    }
    ending
}

/// A wheel with a method that panics under the lock, for a test. Hardly optimised, so that it takes seconds.
fn panicking_wheel() -> Ending {
    let folder = root().join("target/python/panics");
    let _ = fs::remove_dir_all(&folder);
    let words = "build --quiet --profile wheel --locked --features panics --out";
    child::run(tool("maturin", words).arg(folder).args(["--", "-C", "opt-level=0"]))
}

/// Says when the wheel was installed; who uses the environment looks for it.
fn wheel_stamp() -> PathBuf {
    TESTS.folder().join("has-wheel")
}

/// A program of the environment of the tests, in the folder of the package.
pub(crate) fn tool(program: &str, words: &str) -> Command {
    TESTS.tool(program, words)
}

impl Environment {
    /// Made by its lock file; anew, never changed, when the lock or the interpreter is another.
    fn make(&self) -> Ending {
        let folder = self.folder();
        if !setup::python().ok {
            return Ending::of(false);
        }
        let Some(interpreter) = child::output(&mut command("python3", "-VV")) else {
            eprintln!("there is no python3");
            return Ending::of(false);
        };
        let lock = fs::read_to_string(root().join(PACKAGE).join(self.lock)).unwrap_or_default();
        // Its programs name the folder: one that was moved is another.
        let (wanted, stamp) = (format!("{interpreter}{}\n{lock}", folder.display()), folder.join("made-of"));
        if fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == wanted) {
            println!("python packages of {} are installed", self.lock);
            return Ending::of(true);
        }
        let made = child::install(command("python3", "-m venv --clear").arg(&folder));
        let mut install = self.tool("pip", "install --quiet --no-deps --only-binary :all: --requirement");
        let ending = made.and(child::install(install.arg(self.lock)));
        if ending.ok {
            // Written last, so that an interrupted installation is made anew.
            return Ending::of(fs::write(&stamp, wanted).is_ok());
        }
        ending
    }

    /// Puts the built wheel into it.
    fn install(&self) -> Ending {
        let Some(wheel) = only_file(&wheels()) else {
            eprintln!("no wheel was built");
            return Ending::of(false);
        };
        child::install(self.tool("pip", "install --quiet --no-index --no-deps --force-reinstall").arg(wheel))
    }

    /// A program of it, in the folder of the package.
    fn tool(&self, program: &str, words: &str) -> Command {
        let bin = self.folder().join(if cfg!(windows) { "Scripts" } else { "bin" });
        let mut tool = command(&bin.join(program).to_string_lossy(), words);
        // So does a shell with the environment switched on: maturin, pyright and stubtest look for their interpreter.
        tool.current_dir(root().join(PACKAGE)).env("VIRTUAL_ENV", self.folder());
        tool.env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
            .env("PATH", path_with(&bin))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        tool
    }

    fn folder(&self) -> PathBuf {
        fs::canonicalize(root()).unwrap_or_else(|_| root()).join("target/python").join(self.name)
    }
}

fn path_with(bin: &Path) -> std::ffi::OsString {
    let found = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(bin.to_owned()).chain(std::env::split_paths(&found));
    std::env::join_paths(all).unwrap_or(found)
}

fn wheels() -> PathBuf {
    root().join("target/python/wheels")
}

fn only_file(folder: &Path) -> Option<PathBuf> {
    let mut entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    entries.next().filter(|_| entries.next().is_none())
}
