//! The commands `check`, `bounds`, `explain` and `replay`, from their words to the bytes that are printed.
//!
//! One implementation for every language: the native command, `npx hedgerow` and `python -m hedgerow` hand in the words
//! and two functions that read and write files, print what comes back and exit as it says. So equal words and files give
//! equal bytes. No clock, no environment, no files of its own.
//!
//! ```
//! use hedgerow_why::command::{Fault, Files, run};
//! use std::path::Path;
//!
//! struct OneDocument;
//! impl Files for OneDocument {
//!     fn read(&mut self, path: &Path) -> Result<Vec<u8>, Fault> {
//!         if path == Path::new("client.json") { Ok(br#"{"hedge": {"max": 9}}"#.to_vec()) } else { Err(Fault::NotFound) }
//!     }
//!     fn write(&mut self, _: &Path, _: &[u8]) -> Result<(), Fault> {
//!         Err(Fault::Denied)
//!     }
//! }
//! let answer = run(["check", "client.json"].map(Into::into), &mut OneDocument);
//! assert_eq!((answer.stdout.as_str(), answer.exit), ("hedge.max: 9, want 0..=4\nrefused: 1 fault\n", 1));
//! let answer = run(["check", "other.json"].map(Into::into), &mut OneDocument);
//! assert_eq!((answer.stderr.as_str(), answer.exit), ("hedgerow: other.json: no such file or folder\n", 2));
//! ```

mod bounds;
mod check;
mod explain;
mod files;
mod replay;

use core::fmt::{Display, Write};
use std::ffi::OsString;

use clap::{Parser, Subcommand};

pub use files::{Fault, Files};

/// What a command came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// What goes to standard output.
    pub stdout: String,
    /// What goes to standard error.
    pub stderr: String,
    /// 0, 1 when a fault was found, 2 when it was asked in a way that it cannot answer.
    pub exit: u8,
}

/// What can be asked of documents and traces.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tells what a configuration promises: attempts, waits, the longest call, extra load, memory.
    Bounds(bounds::Args),
    /// Validates a configuration: every fault with its path, value and range, and settings without effect.
    Check(check::Args),
    /// Tells the story of one call of a trace as a timeline.
    Explain(explain::Args),
    /// Repeats a trace and tells the first decision that differs, or what another configuration would have changed.
    Replay(replay::Args),
}

#[derive(Debug, Parser)]
#[command(
    name = "hedgerow",
    version,
    about = "Configurations and traces of the hedgerow policy core",
    // Lines as written: whether clap wraps depends on what else is built with it.
    term_width = 0
)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

/// Reads the words behind the command's name and answers them.
pub fn run(words: impl IntoIterator<Item = OsString>, files: &mut dyn Files) -> Answer {
    match Line::try_parse_from(std::iter::once("hedgerow".into()).chain(words)) {
        Ok(line) => line.command.run(files),
        Err(error) => usage(&error),
    }
}

/// What is answered to words that are no command, or that ask for help.
fn usage(error: &clap::Error) -> Answer {
    let text = error.render().to_string();
    if error.use_stderr() {
        Answer { stderr: text, exit: 2, ..Answer::default() }
    } else {
        Answer { stdout: text, ..Answer::default() }
    }
}

impl Answer {
    /// Appends a line to standard output.
    fn say(&mut self, line: impl Display) {
        // Writing to a text cannot fail, here and below.
        let _ = writeln!(self.stdout, "{line}");
    }

    /// Appends a line to standard error.
    fn complain(&mut self, line: impl Display) {
        let _ = writeln!(self.stderr, "{line}");
    }
}

impl Command {
    /// Answers a command whose words have been read.
    pub fn run(&self, files: &mut dyn Files) -> Answer {
        let mut answer = Answer::default();
        let done = match self {
            Self::Bounds(args) => args.run(files, &mut answer),
            Self::Check(args) => args.run(files, &mut answer),
            Self::Explain(args) => args.run(files, &mut answer),
            Self::Replay(args) => args.run(files, &mut answer),
        };
        match done {
            Ok(()) => {}
            Err(Failure::Found) => answer.exit = 1,
            Err(Failure::Misuse(message)) => {
                answer.complain(format_args!("hedgerow: {message}"));
                answer.exit = 2;
            }
        }
        answer
    }
}

/// Why a command did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It found a fault, which it has told.
    Found,
    /// It was asked in a way that it cannot answer.
    Misuse(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// A folder without files.
    struct Empty;

    impl Files for Empty {
        fn read(&mut self, _: &Path) -> Result<Vec<u8>, Fault> {
            Err(Fault::NotFound)
        }

        fn write(&mut self, _: &Path, _: &[u8]) -> Result<(), Fault> {
            Err(Fault::Denied)
        }
    }

    fn told(words: &str) -> Answer {
        run(words.split_whitespace().map(Into::into), &mut Empty)
    }

    #[test]
    fn help_and_version_are_printed_and_what_is_no_command_is_misuse() {
        let help = told("--help");
        assert_eq!((help.stderr.as_str(), help.exit), ("", 0));
        assert!(help.stdout.contains("replay") && told("replay --help").stdout.contains("--with <FILE>"));
        assert_eq!(told("--version").stdout, concat!("hedgerow ", env!("CARGO_PKG_VERSION"), "\n"));
        for wrong in
            ["", "fly", "check", "check a b", "explain t.jsonl x", "replay t.jsonl --unknown latency_us=1"]
        {
            let answer = told(wrong);
            assert_eq!((answer.stdout.as_str(), answer.exit), ("", 2), "{wrong}");
            assert!(answer.stderr.contains("--help"), "{wrong}: {}", answer.stderr);
        }
    }

    #[test]
    fn the_words_are_free_of_contradictions() {
        use clap::CommandFactory;
        Line::command().debug_assert();
    }
}
