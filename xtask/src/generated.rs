//! `cargo xtask gen`: committed files that a test renders from the core's tables.
//!
//! Each is an ordinary file with a test beside it. The test fails when the file is stale, and writes it instead when
//! the variable [`BLESS`] is set, so a file and its check cannot drift apart.

use crate::child::{self, Ending, cargo};
use crate::report::Report;

/// The variable that makes a test write its file.
const BLESS: &str = "HEDGEROW_BLESS";

/// Tests that render committed files.
const RENDERERS: [&str; 7] =
    ["book", "commands", "python", "reference", "surface", "trace_scripted", "typescript"];

/// Write or compare.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Fails when a file is stale, and writes nothing.
    #[arg(long)]
    check: bool,
}

/// Writes or compares every generated file.
pub(crate) fn run(args: &Args) -> Report {
    let mut report = Report::default();
    report.step("generated files", || if args.check { check() } else { render(true) });
    report
}

/// Compares every generated file with what would be written.
pub(crate) fn check() -> Ending {
    render(false)
}

fn render(bless: bool) -> Ending {
    RENDERERS.iter().fold(Ending::of(true), |ending, test| {
        // Of the whole workspace, so that what the other steps built is used.
        let mut command = cargo(&format!("test --locked --workspace --test {test}"));
        if bless {
            command.env(BLESS, "1");
        }
        ending.and(child::run(&mut command))
    })
}
