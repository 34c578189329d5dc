//! House rules that no compiler checks, as a step with a message for each place.
//!
//! A rule reads the committed files and answers findings. What a rule forbids may be allowed in single places by a
//! line of `xtask/tidy.allow`, with a reason; a line that allows nothing any more is a finding itself.

mod allow;
mod claims;
mod layers;
mod manifests;
mod names;
mod purity;
mod size;
mod skips;
mod text;
mod tokens;
mod tree;
mod vectors;

use crate::child::Ending;
use crate::report::Report;
use tree::Tree;

/// A place that breaks a rule. `item` is what an allowance may name beside the file.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Finding {
    rule: &'static str,
    path: String,
    line: usize,
    item: String,
    message: String,
}

impl Finding {
    fn new(rule: &'static str, path: &str, line: usize, item: &str, message: impl Into<String>) -> Self {
        Self { rule, path: path.to_owned(), line, item: item.to_owned(), message: message.into() }
    }
}

/// Runs tidy alone.
pub(crate) fn run() -> Report {
    let mut report = Report::default();
    report.step("tidy", check);
    report
}

/// Runs every rule; warnings are printed and do not fail.
pub(crate) fn check() -> Ending {
    let tree = match Tree::read() {
        Ok(tree) => tree,
        Err(error) => {
            eprintln!("tidy: {error}");
            return Ending::of(false);
        }
    };
    for finding in size::warnings(&tree) {
        println!("warning: {}", shown(&finding));
    }
    let findings = allow::apply(&tree, &findings(&tree));
    for finding in &findings {
        println!("{}", shown(finding));
    }
    println!("tidy: {} files, {} findings", tree.files.len(), findings.len());
    Ending::of(findings.is_empty())
}

fn findings(tree: &Tree) -> Vec<Finding> {
    let rules = [
        size::check,
        purity::check,
        layers::check,
        names::check,
        skips::check,
        text::check,
        manifests::check,
        vectors::check,
        claims::check,
    ];
    let mut all: Vec<_> = rules
        .iter()
        .flat_map(|rule| rule(tree))
        .chain(vectors::check(tree))
        .chain(claims::check(tree))
        .collect();
    all.extend(tree.unreadable.iter().cloned());
    all.sort();
    all
}

fn shown(finding: &Finding) -> String {
    let Finding { rule, path, line, message, .. } = finding;
    format!("{path}:{line}: {message} [{rule}]")
}
