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
    // Named by a pattern: `--benches` would go through the unit tests of the library too.
    let name = args.name.as_deref().unwrap_or("*");
    report.step("bench", || child::run(cargo("bench --locked -p hedgerow --bench").arg(name)));
    report
}
