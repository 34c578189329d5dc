//! `cargo xtask sim`: the simulator's experiments, and the tables of its quick check.

use std::time::Duration;

use crate::child::{self, Ending, cargo, command, root};
use crate::report::Report;
use crate::{node, setup};

/// The tables of the quick check, as they were last looked at.
const TABLES: &str = "sim/tables/quick.txt";

/// The time that the whole check may take, with the build.
const LIMIT: Duration = Duration::from_mins(30);

/// What goes on to `hedgerow sim`.
#[derive(Debug, clap::Args)]
// `--help` is the command's own.
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// Words of `hedgerow sim`: `check --quick`, `run E4`, …; `check --quick --bless` writes the committed tables anew.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Builds the command with optimisation and runs it with these words.
pub(crate) fn run(args: &Args) -> Report {
    let mut report = Report::default();
    let options: Vec<&str> = args.options.iter().map(String::as_str).collect();
    report.step("simulator", || child::run_within(cargo(HEDGEROW).args(words(&options)), LIMIT));
    report
}

/// Checks what runs within a minute, and its tables.
pub(crate) fn quick() -> Ending {
    child::run_within(cargo(HEDGEROW).args(words(&[])), LIMIT)
}

/// Checks every experiment.
pub(crate) fn whole() -> Ending {
    child::run_within(cargo(HEDGEROW).args(words(&["check"])), LIMIT)
}

/// Builds the simulator as WebAssembly and compares its reports in Node with those of the native command.
pub(crate) fn wasm() -> Ending {
    module().and(node::tests(&root().join("sim/wasm/test")))
}

/// Counts events in a second, in WebAssembly and natively.
pub(crate) fn bench(report: &mut Report) {
    report.step("simulator builds", module);
    report.step("bench", || node::program(&root().join("sim/wasm/bench.js"), None));
}

/// The native command, the module, and the JavaScript beside it.
fn module() -> Ending {
    let target = "--target wasm32-unknown-unknown";
    let builds = [
        "build --locked --release -p hedgerow-cli".to_owned(),
        format!("build --locked --release -p hedgerow-sim-wasm {target}"),
        "build --locked -p hedgerow-glue --features generate".to_owned(),
    ];
    let built = builds
        .iter()
        .fold(setup::wasm(), |ending, words| ending.and(child::run_within(&mut cargo(words), LIMIT)));
    let [program, module, folder] =
        ["debug/hedgerow-glue", "wasm32-unknown-unknown/release/hedgerow_sim_wasm.wasm", "sim-wasm/nodejs"]
            .map(|path| root().join("target").join(path));
    let mut glue = command(&program.to_string_lossy(), "");
    built.and(child::run(glue.arg(module).arg("nodejs").arg(folder)))
}

const HEDGEROW: &str = "run --locked --release --quiet -p hedgerow-cli -- sim";

/// The quick check when nothing is said; a quick check of everything always looks at the tables.
fn words<'a>(options: &[&'a str]) -> Vec<&'a str> {
    let mut words = if options.is_empty() { vec!["check", "--quick"] } else { options.to_vec() };
    let is_quick = words.first() == Some(&"check") && words.contains(&"--quick");
    if is_quick && !words.iter().any(|word| word.starts_with("--only") || word.starts_with("--tables")) {
        words.extend(["--tables", TABLES]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_check_of_everything_looks_at_the_tables() {
        assert_eq!(words(&[]), ["check", "--quick", "--tables", TABLES]);
        assert_eq!(
            words(&["check", "--quick", "--bless"]),
            ["check", "--quick", "--bless", "--tables", TABLES]
        );
        assert_eq!(words(&["check"]), ["check"]);
        assert_eq!(words(&["check", "--quick", "--only", "E4"]).len(), 4);
        assert_eq!(words(&["run", "E4"]), ["run", "E4"]);
    }
}
