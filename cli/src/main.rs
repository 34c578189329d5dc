//! The command `hedgerow`: what can be asked of the library without writing a program.
//!
//! Every subcommand has `--json` and `--help`, and exits with 0, with 1 when it found a fault, or with 2 when it was
//! asked in a way it cannot answer.

mod bounds;
mod check;
mod draw;
mod output;
mod progress;
mod sim;
mod table;
mod trace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(
    name = "hedgerow",
    version,
    about = "Configurations, traces and simulated fleets of the hedgerow policy core",
    max_term_width = 100
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tells what a configuration promises: attempts, waits, the longest call, extra load, memory.
    Bounds(bounds::Args),
    /// Validates a configuration: every fault with its path, value and range, and settings without effect.
    Check(check::Args),
    /// Tells the story of one call of a trace as a timeline.
    Explain(trace::Explain),
    /// Repeats a trace and tells the first decision that differs, both sides explained.
    Replay(trace::Replay),
    /// Runs experiments of the deterministic fleet simulator.
    #[command(subcommand)]
    Sim(sim::Command),
}

impl Command {
    fn run(&self) -> Result<(), Failure> {
        match self {
            Self::Bounds(args) => args.run(),
            Self::Check(args) => args.run(),
            Self::Explain(args) => args.run(),
            Self::Replay(args) => args.run(),
            Self::Sim(command) => command.run(),
        }
    }
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
    match Cli::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Found) => ExitCode::from(1),
        Err(Failure::Misuse(message)) => {
            eprintln!("hedgerow: {message}");
            ExitCode::from(2)
        }
    }
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
