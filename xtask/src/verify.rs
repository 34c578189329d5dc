//! `cargo xtask verify`: tools that a developer may have and no change needs.
//!
//! None of them is installed by the project; what is absent is named, never passed over in silence.

use std::process::Command;

use crate::child::{self, Ending, cargo, command};
use crate::mutants;
use crate::report::Report;

/// Which tools to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these: deny, miri, mutants.
    tools: Vec<String>,
    /// Writes the figures of the mutants anew.
    #[arg(long)]
    bless: bool,
}

/// A tool: its name, how to ask whether it is there, what it runs.
struct Tool {
    name: &'static str,
    version: fn() -> Command,
    run: fn(&Args) -> Ending,
    install: &'static str,
}

const TOOLS: [Tool; 3] = [
    Tool {
        name: "deny",
        version: || cargo("deny --version"),
        run: |_| child::run(&mut cargo("deny check bans licenses sources")),
        install: "cargo install --locked cargo-deny",
    },
    Tool {
        name: "miri",
        version: || command("rustup", "run nightly cargo miri --version"),
        run: |_| child::run(&mut command("rustup", "run nightly cargo miri test -p hedgerow --lib")),
        install: "rustup +nightly component add miri",
    },
    Tool {
        name: "mutants",
        version: || cargo("mutants --version"),
        run: |args| mutants::check(args.bless),
        install: "cargo install --locked cargo-mutants",
    },
];

/// Runs what is installed.
pub(crate) fn run(args: &Args) -> Report {
    let mut report = Report::default();
    for name in args.tools.iter().filter(|name| TOOLS.iter().all(|tool| tool.name != name.as_str())) {
        report.step(name, || {
            eprintln!("there is no tool of this name");
            Ending::of(false)
        });
    }
    for tool in TOOLS.iter().filter(|tool| args.wants(tool.name)) {
        if child::output(&mut (tool.version)()).is_some() {
            report.step(tool.name, || (tool.run)(args));
        } else {
            report.skip(tool.name, &format!("not installed; {}", tool.install));
        }
    }
    report
}

impl Args {
    fn wants(&self, tool: &str) -> bool {
        self.tools.is_empty() || self.tools.iter().any(|name| name == tool)
    }
}
