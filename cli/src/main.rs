//! The command `hedgerow`: what can be asked of the library without writing a program.
//!
//! Every subcommand has `--json` and `--help`, and exits with 0, with 1 when it found a fault, or with 2 when it was
//! asked in a way it cannot answer.

mod draw;
mod files;
mod output;
mod progress;
mod sim;
mod table;

use clap::{Parser, Subcommand};
use hedgerow_why::command::Answer;
use std::io::Write;
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(
    name = "hedgerow",
    version,
    about = "Configurations, traces and simulated fleets of the hedgerow policy core",
    // Lines as written: whether clap wraps depends on what else is built with it.
    term_width = 0
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    // The same in every language: what they say and how they exit is decided there.
    #[command(flatten)]
    Why(hedgerow_why::command::Command),
    /// Runs experiments of the deterministic fleet simulator.
    #[command(subcommand)]
    Sim(sim::Command),
}

impl Command {
    fn run(&self) -> ExitCode {
        match self {
            Self::Why(command) => print(&command.run(&mut files::Disk)),
            Self::Sim(command) => match command.run() {
                Ok(()) => ExitCode::SUCCESS,
                Err(Failure::Found) => ExitCode::from(1),
                Err(Failure::Misuse(message)) => {
                    eprintln!("hedgerow: {message}");
                    ExitCode::from(2)
                }
            },
        }
    }
}

/// Prints an answer; a reader that went away has seen enough.
fn print(answer: &Answer) -> ExitCode {
    let _ = std::io::stdout().write_all(answer.stdout.as_bytes());
    let _ = std::io::stderr().write_all(answer.stderr.as_bytes());
    ExitCode::from(answer.exit)
}

/// Why a command did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It found a fault, which it has told.
    Found,
    /// It was asked in a way it cannot answer.
    Misuse(String),
}

impl Failure {
    /// Misuse, in the words of an error.
    fn misuse(error: impl std::fmt::Display) -> Self {
        Self::Misuse(error.to_string())
    }
}

fn main() -> ExitCode {
    Cli::parse().command.run()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines that a help shows as examples, of a command and all below it.
    fn examples(command: &clap::Command) -> Vec<String> {
        let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let own = text.lines().map(str::trim).filter(|line| line.starts_with("hedgerow ")).map(str::to_owned);
        own.chain(command.get_subcommands().flat_map(examples)).collect()
    }

    #[test]
    fn every_example_of_a_help_is_understood_and_names_what_there_is() {
        use clap::CommandFactory;
        let examples = examples(&Cli::command());
        assert!(examples.len() >= 15, "{examples:?}");
        let shipped = hedgerow_sim::experiments::Case::shipped().unwrap();
        for example in examples {
            let words: Vec<_> = example.split_whitespace().collect();
            assert!(Cli::try_parse_from(&words).is_ok(), "{example}");
            if let ["hedgerow", "sim", "run" | "compare" | "sweep", what, ..] = words.as_slice() {
                let is_known = shipped.iter().any(|case| case.id == *what || case.experiment() == *what);
                assert!(is_known || what.contains('.'), "{example}");
            }
        }
    }

    #[test]
    fn the_command_line_is_free_of_contradictions() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
