//! `cargo xtask book`: the book as HTML, with every link looked at.

use std::process::Command;
use std::time::Duration;

use crate::child::{self, Ending, cargo, command, root};
use crate::report::Report;

/// The program that builds it, of the package that nothing builds by chance.
const PROGRAM: &str = "hedgerow-book-html";

/// The time that the pages stay up at most.
const A_DAY: Duration = Duration::from_hours(24);

/// What to do with the pages.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Shows them on this machine, each built anew when it is asked for, until Ctrl-C.
    #[arg(long)]
    serve: bool,
}

/// Builds and checks, or serves.
pub(crate) fn run(args: &Args) -> Report {
    let mut report = Report::default();
    report.step("book", || if args.serve { serve() } else { check() });
    report
}

/// Builds the pages and looks at their links.
pub(crate) fn check() -> Ending {
    program().map_or(Ending::default(), |mut program| child::run(&mut program))
}

fn serve() -> Ending {
    program().map_or(Ending::default(), |mut program| child::run_within(program.arg("--serve"), A_DAY))
}

/// The program with the folder of the book, built; none when it cannot be.
fn program() -> Option<Command> {
    let built =
        child::run(&mut cargo(&format!("build --locked -p hedgerow-glue --features book --bin {PROGRAM}")));
    let mut program = command(&root().join("target/debug").join(PROGRAM).to_string_lossy(), "");
    program.arg(root().join("docs"));
    built.ok.then_some(program)
}
