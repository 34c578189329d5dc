//! `hedgerow sim diff`: what has changed between two reports.

use crate::{Failure, output};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Two reports of `hedgerow sim run --json`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  hedgerow sim diff before.json after.json\n\nExits with 1 when a figure differs."
)]
pub(crate) struct Args {
    /// The report to compare with.
    before: PathBuf,
    /// The report that is compared.
    after: PathBuf,
    /// Writes the differences as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// One figure that is not the same: experiment, arm, figure, before, after.
type Change = (String, String, String, Value, Value);

impl Args {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let changes = changes(&output::reports(&self.before)?, &output::reports(&self.after)?);
        if self.json.as_deref() != Some("-".as_ref()) {
            for (experiment, arm, figure, before, after) in &changes {
                println!("{experiment}  {arm}  {figure}: {before} -> {after}{}", relative(before, after));
            }
            println!("{} figures differ", changes.len());
        }
        let one = |(experiment, arm, figure, before, after): &Change| json!({"experiment": experiment, "arm": arm, "figure": figure, "before": before, "after": after});
        output::json(self.json.as_deref(), &changes.iter().map(one).collect())?;
        if changes.is_empty() { Ok(()) } else { Err(Failure::Found) }
    }
}

/// What differs, by experiment, arm and figure; what only one has is null in the other.
fn changes(before: &[Value], after: &[Value]) -> Vec<Change> {
    let (before, after) = (figures(before), figures(after));
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let value = |of: &Map<String, Value>, name: &String| of.get(name).cloned().unwrap_or(Value::Null);
    let changed = names.into_iter().filter(|name| value(&before, name) != value(&after, name));
    changed
        .map(|name| {
            let mut parts = name.splitn(3, '\u{1f}').map(str::to_owned);
            let mut part = || parts.next().unwrap_or_default();
            (part(), part(), part(), value(&before, name), value(&after, name))
        })
        .collect()
}

/// Every figure under its experiment and arm.
fn figures(reports: &[Value]) -> Map<String, Value> {
    let mut all = Map::new();
    for report in reports {
        for arm in report["arms"].as_array().into_iter().flatten() {
            for (figure, value) in arm["metrics"].as_object().into_iter().flatten() {
                let (experiment, arm) = (&report["experiment"], &arm["name"]);
                let words = [experiment, arm].map(|word| word.as_str().unwrap_or_default());
                all.insert(format!("{}\u{1f}{}\u{1f}{figure}", words[0], words[1]), value.clone());
            }
        }
    }
    all
}

fn relative(before: &Value, after: &Value) -> String {
    match (before.as_f64(), after.as_f64()) {
        (Some(before), Some(after)) if before != 0.0 => {
            format!(" ({:+.2} %)", 100.0 * (after / before - 1.0))
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told_with_both_sides() {
        let report = |mean: f64| {
            vec![json!({"experiment": "E4", "arms": [{"name": "a", "metrics": {"mean": mean, "n": 1}}]})]
        };
        assert_eq!(changes(&report(1.0), &report(1.0)), []);
        let changed = ("E4".to_owned(), "a".to_owned(), "mean".to_owned(), json!(1.0), json!(2.0));
        assert_eq!(changes(&report(1.0), &report(2.0)), [changed]);
        assert_eq!(changes(&report(1.0), &[json!({"experiment": "E4", "arms": []})]).len(), 2);
        assert_eq!(relative(&json!(2.0), &json!(2.5)), " (+25.00 %)");
    }
}
