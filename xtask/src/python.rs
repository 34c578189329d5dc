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

/// The exact packages of the environment.
const LOCK: &str = "requirements-dev.txt";

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

/// Times the native layer, the import and the faces.
pub(crate) fn bench(report: &mut Report) {
    report.step("python packages", packages);
    report.step("python wheel", wheel);
    for file in ["native", "face"] {
        let name = format!("bench python, {file}");
        report.step(&name, || child::run(&mut tool("python", &format!("bench/{file}.py"))));
    }
}

/// The environment of the lock file; made anew, never changed, when the lock or the interpreter is another.
pub(crate) fn packages() -> Ending {
    let folder = environment();
    if !setup::python().ok {
        return Ending::of(false);
    }
    let Some(interpreter) = child::output(&mut command("python3", "-VV")) else {
        eprintln!("there is no python3");
        return Ending::of(false);
    };
    let lock = fs::read_to_string(root().join(PACKAGE).join(LOCK)).unwrap_or_default();
    let (wanted, stamp) = (format!("{interpreter}{lock}"), folder.join("made-of"));
    if fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == wanted) {
        println!("python packages are installed");
        return Ending::of(true);
    }
    let made = child::run(command("python3", "-m venv --clear").arg(&folder));
    let mut install = tool("pip", "install --quiet --no-deps --only-binary :all: --requirement");
    let ending = made.and(child::run(install.arg(LOCK)));
    if ending.ok {
        // Written last, so that an interrupted installation is made anew.
        return Ending::of(fs::write(&stamp, wanted).is_ok());
    }
    ending
}

/// Builds the wheel and puts it into the environment.
pub(crate) fn wheel() -> Ending {
    let wheels = root().join("target/python/wheels");
    let _ = fs::remove_dir_all(&wheels);
    let built = child::run(tool("maturin", "build --quiet --release --locked --out").arg(&wheels));
    let Some(wheel) = only_file(&wheels) else {
        eprintln!("no wheel was built");
        return Ending::of(false);
    };
    let mut install = tool("pip", "install --quiet --no-index --no-deps --force-reinstall");
    let ending = built.and(child::run(install.arg(wheel)));
    if ending.ok {
        return Ending::of(fs::write(wheel_stamp(), "").is_ok());
    }
    ending
}

/// Says when the wheel was installed; who uses the environment looks for it.
fn wheel_stamp() -> PathBuf {
    environment().join("has-wheel")
}

/// A program of the environment, in the folder of the package.
fn tool(program: &str, words: &str) -> Command {
    let bin = environment().join(if cfg!(windows) { "Scripts" } else { "bin" });
    let mut tool = command(&bin.join(program).to_string_lossy(), words);
    // So does a shell with the environment switched on: maturin, pyright and stubtest look for their interpreter.
    tool.current_dir(root().join(PACKAGE)).env("VIRTUAL_ENV", environment());
    tool.env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .env("PATH", path_with(&bin))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    tool
}

fn path_with(bin: &Path) -> std::ffi::OsString {
    let found = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(bin.to_owned()).chain(std::env::split_paths(&found));
    std::env::join_paths(all).unwrap_or(found)
}

fn environment() -> PathBuf {
    fs::canonicalize(root()).unwrap_or_else(|_| root()).join("target/python/venv")
}

fn only_file(folder: &Path) -> Option<PathBuf> {
    let mut entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    entries.next().filter(|_| entries.next().is_none())
}
