//! Where a document goes: into a file, or to standard output for `-`.

use crate::Failure;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Writes a document as one line of sorted keys; equal runs write equal bytes.
pub(crate) fn json(to: Option<&Path>, document: &Value) -> Result<(), Failure> {
    match to {
        None => Ok(()),
        Some(path) if path == Path::new("-") => {
            println!("{document}");
            Ok(())
        }
        Some(path) => text(path, &format!("{document}\n")),
    }
}

/// Writes a file, with the folders above it.
pub(crate) fn text(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .map_err(|error| Failure::Misuse(format!("{}: {error}", folder.display())))?;
    }
    fs::write(path, text).map_err(|error| Failure::Misuse(format!("{}: {error}", path.display())))
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::Misuse(format!("{}: {error}", path.display())))
}

/// Reads a document that [`json`] wrote: one report, or several in a list.
pub(crate) fn reports(path: &Path) -> Result<Vec<Value>, Failure> {
    let document: Value = serde_json::from_str(&read(path)?)
        .map_err(|error| Failure::Misuse(format!("{}: {error}", path.display())))?;
    let list = match document {
        Value::Array(list) => list,
        one => vec![one],
    };
    if list.is_empty() || list.iter().any(|report| !report["arms"].is_array()) {
        return Err(Failure::Misuse(format!(
            "{}: arms: missing, want a report of `sim run`",
            path.display()
        )));
    }
    Ok(list)
}
