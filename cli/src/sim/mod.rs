//! `hedgerow sim`: experiments, their checks, and what is made of their reports.

mod arms;
mod bench;
mod check;
mod compare;
mod diff;
mod list;
mod plot;
mod recommend;
mod run;
mod select;
mod soak;
mod swarm;
mod sweep;

use crate::Failure;
use hedgerow_sim::experiments::DEFAULT_SEED;

/// What to do with experiments.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Lists the experiments and their cases.
    List(list::Args),
    /// Runs an experiment, a case or inputs of one's own, and prints a table for each.
    Run(run::Args),
    /// Runs all experiments and compares each figure with its tolerance.
    Check(check::Args),
    /// Runs one experiment under several configurations and prints what differs.
    Compare(compare::Args),
    /// Runs one experiment with one field of the configuration at several values.
    Sweep(sweep::Args),
    /// Draws the figures of a report.
    Plot(plot::Args),
    /// Compares two reports, figure by figure.
    Diff(diff::Args),
    /// Looks for the cheapest configuration with which a fleet of one's own meets its objective.
    Recommend(recommend::Args),
    /// Draws random worlds and checks every invariant after every event.
    Swarm(swarm::Args),
    /// Measures how many events the simulator runs in a second.
    Bench(bench::Args),
}

impl Command {
    /// Does it.
    pub(crate) fn run(&self) -> Result<(), Failure> {
        match self {
            Self::List(args) => args.run(),
            Self::Run(args) => args.run(),
            Self::Check(args) => args.run(),
            Self::Compare(args) => args.run(),
            Self::Sweep(args) => args.run(),
            Self::Plot(args) => args.run(),
            Self::Diff(args) => args.run(),
            Self::Recommend(args) => args.run(),
            Self::Swarm(args) => args.run(),
            Self::Bench(args) => args.run(),
        }
    }
}

/// The first seed: the one that was given, or the usual one, which is said.
fn seed(given: Option<u64>) -> u64 {
    given.unwrap_or_else(|| {
        eprintln!("seed {DEFAULT_SEED}, since none was given");
        DEFAULT_SEED
    })
}
