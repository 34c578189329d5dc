//! `cargo xtask determinism`: the same scenarios on every target, and one hash for each on all of them.
//!
//! Random runs are written down as documents (`tests/harness/src/scenario/`), and every target plays each document
//! through its own public surface: natively without and with optimisation; each WebAssembly build in Node and in
//! Chromium; the addon in Node; the module without imports in an interpreter; the wheel in Python. Each ends at the hash of the last line
//! of its trace, which stands for all inputs and all decisions.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::child::{self, Ending, cargo, command, root};
use crate::report::Report;
use crate::{native, npm, python, setup, wasm};

/// Scenarios of a usual run.
pub(crate) const SOME: u32 = 20;

/// Scenarios of a long run.
pub(crate) const ALL: u32 = 200;

/// Where the scenarios are written, in the folder of the workspace.
const FOLDER: &str = "target/scenarios";

/// How much to play.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many scenarios.
    #[arg(long, default_value_t = SOME)]
    count: u32,
}

/// Builds what is played, then plays.
pub(crate) fn run(args: &Args) -> Report {
    let mut report = Report::default();
    report.step("wasm setup", || setup::wasm().and(wasm::install()));
    report.step("wasm builds", wasm::build);
    report.step("npm build", npm::build);
    report.step("node addon", native::build);
    python::install(&mut report);
    report.step("determinism", || check(args.count));
    report
}

/// Plays as many scenarios on every target and compares; modules, addon and wheel must have been built.
pub(crate) fn check(count: u32) -> Ending {
    let mut targets = Targets::default();
    let ready = targets.add("native, debug", &mut natively("", &format!("write {FOLDER} {count}")))
        && targets.add("native, release", &mut natively("--release", &format!("play {FOLDER}")))
        && targets.add("interpreter", &mut interpreter())
        && targets.add("Node", &mut node("node.js"))
        && targets.add("Node, addon", native::scenarios().arg(root().join(Path::new(FOLDER))))
        && setup::chromium().ok
        && targets.add("Chromium", &mut node("chromium.js"))
        && targets.add("Python", &mut python::tool("python", &format!("tests/scenarios.py ../{FOLDER}")));
    println!("{}", targets.table());
    Ending::of(ready && targets.agree(count))
}

fn natively(profile: &str, words: &str) -> Command {
    cargo(&format!("run --locked --quiet -p hedgerow-harness {profile} --bin scenarios -- {words}"))
}

/// Under the profile of the tests, for which it was compiled already.
fn interpreter() -> Command {
    let module = format!("{}/dist/core.wasm", wasm::PACKAGE);
    cargo(&format!("run --locked --quiet --profile test -p hedgerow-interpreter -- {module} {FOLDER}"))
}

fn node(program: &str) -> Command {
    let mut node = command("node", "");
    node.arg(wasm::package().join("test/scenarios").join(program)).arg(root().join(Path::new(FOLDER)));
    node
}

/// What each target ended at, by the names of the scenarios.
#[derive(Debug, Default)]
struct Targets(Vec<(String, BTreeMap<String, String>)>);

impl Targets {
    /// Runs the program of a target; whether it told anything.
    fn add(&mut self, target: &str, program: &mut Command) -> bool {
        let Some(told) = child::told(program) else { return false };
        self.read(target, &told)
    }

    /// Lines `name hash`, or `build name hash` of a target with several builds.
    fn read(&mut self, target: &str, told: &str) -> bool {
        let mut builds: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for line in told.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [build @ .., name, hash] = &words[..] else { return false };
            let label = [&[target], build].concat().join(", ");
            builds.entry(label).or_default().insert((*name).to_owned(), (*hash).to_owned());
        }
        let told = !builds.is_empty();
        self.0.extend(builds);
        told
    }

    /// Whether every target played so many, and all ended at the same hashes.
    fn agree(&self, count: u32) -> bool {
        let counted = |played: &BTreeMap<_, _>| u32::try_from(played.len()).is_ok_and(|found| found == count);
        self.0.iter().all(|(_, played)| counted(played) && self.different(played).is_empty())
    }

    /// Scenarios that ended elsewhere than on the first target.
    fn different<'a>(&self, played: &'a BTreeMap<String, String>) -> Vec<&'a str> {
        let first = self.0.first().map(|(_, first)| first);
        let same = |name: &String, hash| first.is_some_and(|first| first.get(name) == Some(hash));
        played.iter().filter(|(name, hash)| !same(name, hash)).map(|(name, _)| name.as_str()).collect()
    }

    fn table(&self) -> String {
        let line = |(target, played): &(String, BTreeMap<_, _>)| {
            let different = self.different(played);
            let verdict = if different.is_empty() {
                "all equal".to_owned()
            } else {
                format!("differ: {}", different.join(" "))
            };
            format!("{target:<24} {:>4} scenarios, {verdict}", played.len())
        };
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(second: &str) -> Targets {
        let mut targets = Targets::default();
        assert!(targets.read("native", "000 aa\n001 bb\n"));
        assert!(targets.read("Node", second));
        targets
    }

    #[test]
    fn targets_agree_when_all_played_everything_to_the_same_end() {
        let same = targets("client 000 aa\ncore 000 aa\nclient 001 bb\ncore 001 bb\n");
        assert!(same.agree(2) && !same.agree(3));
        assert_eq!(
            same.0.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            ["native", "Node, client", "Node, core"]
        );
    }

    #[test]
    fn another_hash_and_a_scenario_that_was_left_out_are_told() {
        let other = targets("000 aa\n001 bc\n");
        assert!(!other.agree(2));
        assert!(other.table().ends_with("differ: 001"));
        assert!(!targets("000 aa\n").agree(2));
        assert!(!targets("000 aa\n001 bb\n002 cc\n").agree(2));
    }

    #[test]
    fn a_program_that_tells_nothing_or_something_else_has_failed() {
        let mut targets = Targets::default();
        assert!(!targets.read("Node", "") && !targets.read("Node", "hash\n"));
    }
}
