//! `cargo xtask verify`: tools that a developer may have and no change needs.
//!
//! None of them is installed by the project; what is absent is named, never passed over in silence.

use std::process::Command;

use crate::child::{self, cargo, command};
use crate::report::Report;

/// A tool: its name, how to ask whether it is there, what it runs.
struct Tool {
    name: &'static str,
    version: fn() -> Command,
    run: fn() -> Command,
    install: &'static str,
}

const TOOLS: [Tool; 3] = [
    Tool {
        name: "deny",
        version: || cargo("deny --version"),
        run: || cargo("deny check bans licenses sources"),
        install: "cargo install --locked cargo-deny",
    },
    Tool {
        name: "miri",
        version: || command("rustup", "run nightly cargo miri --version"),
        run: || command("rustup", "run nightly cargo miri test -p hedgerow --lib"),
        install: "rustup +nightly component add miri",
    },
    Tool {
        name: "mutants",
        version: || cargo("mutants --version"),
        run: || {
            cargo(
                "mutants -p hedgerow --file core/src/hedge/*.rs --file core/src/retry/*.rs --file core/src/timer/*.rs",
            )
        },
        install: "cargo install --locked cargo-mutants",
    },
];

/// Runs what is installed.
pub(crate) fn run() -> Report {
    let mut report = Report::default();
    for tool in &TOOLS {
        if child::output(&mut (tool.version)()).is_some() {
            report.step(tool.name, || child::run(&mut (tool.run)()));
        } else {
            report.skip(tool.name, &format!("not installed; {}", tool.install));
        }
    }
    report
}
