//! `cargo xtask fuzz`: random bytes for the fuzz functions, on stable Rust, for a bounded time.
//!
//! The functions and their corpus belong to the harness, whose tests replay the corpus on every run. What this finds
//! is written into the corpus, so that a failing input is a test the same day.

use std::time::Duration;

use crate::child::{self, Ending, cargo};
use crate::report::Report;

/// How long to search.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Seconds for each fuzz function.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
}

/// Searches and reports.
pub(crate) fn run(args: &Args) -> Report {
    let mut report = Report::default();
    report.step("fuzz", || explore(Duration::from_secs(args.seconds)));
    report
}

/// Gives each fuzz function this time.
pub(crate) fn explore(time: Duration) -> Ending {
    let seconds = time.as_secs();
    child::run(&mut cargo(&format!(
        "run --locked --profile test -p hedgerow-harness --example explore -- {seconds}"
    )))
}
