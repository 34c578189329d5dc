//! `cargo xtask demo`: the main job on real input.

use std::time::Duration;

use crate::child::{self, Ending, cargo};
use crate::report::Report;

/// The time the whole measurement may take, after the build.
pub(crate) const LIMIT: Duration = Duration::from_mins(10);

/// The time the short measurement may take, after the build.
pub(crate) const SHORT_LIMIT: Duration = Duration::from_mins(3);

/// What goes on to the demo's own command.
#[derive(Debug, clap::Args)]
// `--help` is the demo's own.
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// Options of the demo: `--quick`, `--check`, `--requests N`, `--seed N`, …; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Builds the demo and runs it with these options.
pub(crate) fn run(args: &Args) -> Report {
    let mut report = Report::default();
    let options: Vec<&str> = args.options.iter().map(String::as_str).collect();
    report.step("demo", || measure(&options, LIMIT));
    report
}

/// Builds first, so that the limit holds for the measurement alone.
pub(crate) fn measure(options: &[&str], limit: Duration) -> Ending {
    let built = child::run(&mut cargo("build --locked --release -p hedgerow-demo-replicas"));
    if !built.ok {
        return built;
    }
    let mut command = cargo("run --locked --quiet --release -p hedgerow-demo-replicas -- run");
    child::run_within(command.args(options), limit)
}
