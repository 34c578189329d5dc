//! `cargo xtask bench`: times of the core, ratios to published crates, instruction counts.

use std::path::PathBuf;
use std::process::Command;

use crate::child::{self, Ending, cargo};
use crate::report::Report;
use crate::{native, npm, python, sim};

/// What to measure, and of what.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file in `core/benches`, such as `pick` or `timer`, `js` for the npm package beside published ones, `node` for the addon beside it, `python` for the wheel, or `sim` for the simulator; with a flag, a part of the operation's name. All when absent.
    name: Option<String>,
    /// Times ours and published crates in turn in one process, and prints ratios.
    #[arg(long)]
    peers: bool,
    /// Counts instructions per operation under valgrind; with `--peers` theirs, too.
    #[arg(long)]
    instructions: bool,
    /// Fails when a count is off by more than 2 % from the committed one.
    #[arg(long, requires = "instructions", conflicts_with = "name")]
    check: bool,
    /// Writes the committed counts anew.
    #[arg(long, requires = "instructions", conflicts_with_all = ["name", "check"])]
    bless: bool,
    /// Writes what `js`, `node` or `python` measures to this file as well, as JSON.
    #[arg(long, value_name = "FILE", requires = "name", conflicts_with_all = ["peers", "instructions"])]
    json: Option<PathBuf>,
}

/// The benchmark of the npm package, in the place of a name.
const JAVASCRIPT: &str = "js";

/// The benchmark of the addon for Node, in the place of a name.
const ADDON: &str = "node";

/// The benchmark of the wheel, in the place of a name.
const PYTHON: &str = "python";

/// The simulator, natively and in WebAssembly, in the place of a name.
const SIMULATOR: &str = "sim";

/// Runs one benchmark or all of them.
pub(crate) fn run(args: &Args) -> Report {
    let mut report = Report::default();
    if args.name.as_deref() == Some(JAVASCRIPT) && !args.instructions && !args.peers {
        npm::bench(&mut report, args.json.as_deref());
        return report;
    }
    if args.name.as_deref() == Some(ADDON) && !args.instructions && !args.peers {
        native::bench(&mut report, args.json.as_deref());
        return report;
    }
    if args.name.as_deref() == Some(PYTHON) && !args.instructions && !args.peers {
        python::bench(&mut report, args.json.as_deref());
        return report;
    }
    if args.name.as_deref() == Some(SIMULATOR) && args.json.is_none() && !args.instructions && !args.peers {
        sim::bench(&mut report);
        return report;
    }
    if args.json.is_some() {
        report.step("bench", || {
            eprintln!("--json: only `{JAVASCRIPT}`, `{ADDON}` and `{PYTHON}` write a document");
            Ending::of(false)
        });
        return report;
    }
    report.step("bench", || child::run(&mut command(args)));
    report
}

fn command(args: &Args) -> Command {
    if !args.instructions && !args.peers {
        let mut command = cargo("bench --locked -p hedgerow --bench");
        // Named by a pattern: `--benches` would go through the unit tests of the library too.
        command.arg(args.name.as_deref().unwrap_or("*"));
        return command;
    }
    let program = if args.instructions { "icount" } else { "peers" };
    let mut command = cargo(&format!("run --locked --profile bench -p hedgerow-bench --bin {program} --"));
    let flags = [(args.peers, "--peers"), (args.check, "--check"), (args.bless, "--bless")];
    command.args(flags.iter().filter(|(given, _)| *given && args.instructions).map(|(_, flag)| flag));
    command.args(&args.name);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(args: &Args) -> String {
        let command = command(args);
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        words.join(" ")
    }

    fn plain() -> Args {
        Args { name: None, peers: false, instructions: false, check: false, bless: false, json: None }
    }

    #[test]
    fn without_a_flag_the_benchmarks_of_the_core_run() {
        assert_eq!(words(&plain()), "bench --locked -p hedgerow --bench *");
        let pick = Args { name: Some("pick".to_owned()), ..plain() };
        assert_eq!(words(&pick), "bench --locked -p hedgerow --bench pick");
    }

    #[test]
    fn instructions_take_the_flags_that_go_with_them() {
        let check = words(&Args { instructions: true, check: true, ..plain() });
        assert!(check.ends_with("--bin icount -- --check"), "{check}");
        let peers = words(&Args { name: Some("pick".to_owned()), peers: true, ..plain() });
        assert!(peers.ends_with("--bin peers -- pick"), "{peers}");
    }
}
