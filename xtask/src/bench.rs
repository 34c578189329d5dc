//! `cargo xtask bench`: the benchmarks of the core.

use crate::child::{self, cargo};
use crate::report::Report;

/// Which benchmark to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Name of a file in `core/benches`, such as `pick` or `timer`; all of them when absent.
    name: Option<String>,
}

/// Runs one benchmark or all of them.
pub(crate) fn run(args: &Args) -> Report {
    let mut report = Report::default();
    let which = args.name.as_deref().map_or("--benches".to_owned(), |name| format!("--bench {name}"));
    report.step("bench", || child::run(&mut cargo(&format!("bench --locked -p hedgerow {which}"))));
    report
}
