//! Files as a host reads and writes them, and what may go wrong in the same words everywhere.

use std::path::Path;

use hedgerow::Config;
use hedgerow::trace::Trace;
use serde_json::Value;

use super::{Answer, Failure};
use crate::check::Checked;
use crate::lines;

/// Reads and writes files for a command.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&mut self, path: &Path) -> Result<Vec<u8>, Fault>;

    /// Writes a file, with the folders above it.
    ///
    /// # Errors
    /// When it cannot be written.
    fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<(), Fault>;
}

/// Why a file cannot be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is none of this name.
    NotFound,
    /// The host may not.
    Denied,
    /// It is a folder.
    Folder,
    /// Anything else.
    Other,
}

impl Fault {
    /// The fault of a word at a boundary: `not_found`, `denied`, `folder`; any other word is [`Self::Other`].
    pub fn from_word(word: &str) -> Self {
        match word {
            "not_found" => Self::NotFound,
            "denied" => Self::Denied,
            "folder" => Self::Folder,
            _ => Self::Other,
        }
    }
}

impl core::fmt::Display for Fault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::NotFound => "no such file or folder",
            Self::Denied => "not permitted",
            Self::Folder => "is a folder",
            Self::Other => "cannot be read or written",
        })
    }
}

fn misuse(path: &Path, what: impl core::fmt::Display) -> Failure {
    Failure::Misuse(format!("{}: {what}", path.display()))
}

/// The text of a file.
pub(super) fn text(files: &mut dyn Files, path: &Path) -> Result<String, Failure> {
    let bytes = files.read(path).map_err(|fault| misuse(path, fault))?;
    String::from_utf8(bytes).map_err(|_| misuse(path, "not UTF-8"))
}

/// A configuration; the empty one when no file is named.
pub(super) fn config(files: &mut dyn Files, path: Option<&Path>) -> Result<Config, Failure> {
    let Some(path) = path else { return Ok(Config::default()) };
    let text = text(files, path)?;
    let fault = || Checked::of(&text).faults.first().map_or_else(String::new, ToString::to_string);
    serde_json::from_str(&text).map_err(|_| misuse(path, fault()))
}

/// A trace, in either form.
pub(super) fn trace(files: &mut dyn Files, path: &Path) -> Result<Trace, Failure> {
    let bytes = files.read(path).map_err(|fault| misuse(path, fault))?;
    lines::read(&bytes).map_err(|fault| misuse(path, fault))
}

/// A trace and the configuration under which it was recorded.
pub(super) fn recorded(
    files: &mut dyn Files,
    trace_path: &Path,
    config_path: Option<&Path>,
) -> Result<(Trace, Config), Failure> {
    let trace = trace(files, trace_path)?;
    let config = config(files, config_path)?;
    if config.canonical_hash() == trace.header().config {
        return Ok((trace, config));
    }
    if config_path.is_none() {
        let recorded = trace.header().config;
        return Err(Failure::Misuse(format!(
            "--config: missing, recorded under the document of hash {recorded:016x}"
        )));
    }
    Err(other_config(&trace, &config))
}

/// The document given is not that of the trace.
pub(super) fn other_config(trace: &Trace, config: &Config) -> Failure {
    Failure::Misuse(format!(
        "--config: recorded under the document of hash {:016x}, given is {:016x}",
        trace.header().config,
        config.canonical_hash()
    ))
}

/// Whether a document goes to standard output, so that nothing else does.
pub(super) fn is_stdout(to: Option<&Path>) -> bool {
    to == Some(Path::new("-"))
}

/// Writes a document as one line of sorted keys, to a file or to `-`; equal runs write equal bytes.
pub(super) fn json(
    files: &mut dyn Files,
    to: Option<&Path>,
    document: &Value,
    answer: &mut Answer,
) -> Result<(), Failure> {
    let Some(path) = to else { return Ok(()) };
    let line = format!("{document}\n");
    if is_stdout(to) {
        answer.stdout += &line;
        return Ok(());
    }
    files.write(path, line.as_bytes()).map_err(|fault| misuse(path, fault))
}
