//! What was built of sources that have changed since.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Whether a file that was built is missing, or older than any file in the folders of its sources.
pub(crate) fn is_stale(built: &[PathBuf], sources: &[PathBuf]) -> bool {
    let newest = sources.iter().filter_map(|folder| newest(folder)).max();
    built.iter().map(|file| age(file)).any(|built| built.is_none() || built < newest)
}

fn age(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|found| found.modified()).ok()
}

fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    entries.filter_map(|path| if path.is_dir() { newest(&path) } else { age(&path) }).max()
}
