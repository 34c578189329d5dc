//! Node: folders with packages of npm, and tests in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::child::{self, Ending, command};

/// The time that a program of Node may take.
const LIMIT: Duration = Duration::from_mins(3);

/// The packages of a folder, by its lock file.
pub(crate) fn install(folder: &Path) -> Ending {
    // npm writes this file when it has finished; as long as it is newer than the lock, everything is there.
    let age = |path: PathBuf| fs::metadata(path).and_then(|found| found.modified()).ok();
    let installed = age(folder.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= age(folder.join("package-lock.json")) {
        println!("npm packages are installed");
        return Ending::of(true);
    }
    child::install(command("npm", "ci --ignore-scripts --no-audit --no-fund").current_dir(folder))
}

/// The tests in a folder, its own folders left out.
pub(crate) fn tests(folder: &Path) -> Ending {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(".test.js"));
    files.sort();
    if files.is_empty() {
        eprintln!("no tests in {}", folder.display());
        return Ending::of(false);
    }
    let mut node = command("node", "--test --test-reporter=spec");
    child::run_within(node.args(files).current_dir(folder), LIMIT)
}

/// One program, with an argument if there is one.
pub(crate) fn program(path: &Path, argument: Option<&Path>) -> Ending {
    child::run_within(command("node", "").arg(path).args(argument), LIMIT)
}
