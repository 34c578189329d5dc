//! `hedgerow sim sweep`: one field of the configuration at several values.

use super::{arms, select};
use crate::{Failure, output, progress, table};
use hedgerow_sim::experiments::{Session, run};
use serde_json::{Value, json};
use std::path::PathBuf;

/// What to change, and on which experiment.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hedgerow sim sweep E4-weighted8 --field balance.n --over 2,4,8,16 --arm weighted_n8_w4\n  \
    hedgerow sim sweep E7-14k --field balance.weights.other_zone --over 1,4,16 --seeds 5 --json -"
)]
pub(crate) struct Args {
    /// An experiment or case of `hedgerow sim list` that knows arms, or a file with inputs.
    what: String,
    /// The path of the field, such as `balance.n`.
    #[arg(long, value_name = "PATH")]
    field: String,
    /// The values, separated by commas: numbers, true, false or words.
    #[arg(long, value_name = "V,V", value_delimiter = ',', required = true)]
    over: Vec<String>,
    /// The arm whose field is changed: a name or a file with a configuration document.
    #[arg(long, value_name = "ARM", default_value = "weighted_n8_w4")]
    arm: String,
    /// How many seeds, in place of those of the case.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seeds: Option<u64>,
    /// The first seed.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Writes the reports as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let cases = select::cases(&self.what)?;
        let base = arms::read(&self.arm)?;
        let bar = progress::bar(cases.len());
        let mut tell = |what: &str| bar.set_message(what.to_owned());
        let mut session = Session::new(super::seed(self.seed), &mut tell);
        session.seeds = self.seeds;
        for value in &self.over {
            let name = format!("{}={value}", self.field);
            session.documents.push(base.clone().with(&laid(&self.field, value)).called(&name));
            session.chosen.push(name);
        }
        let mut documents = Vec::new();
        for case in cases {
            let report = run(&case, &mut session).map_err(Failure::misuse)?;
            if self.json.as_deref() != Some("-".as_ref()) {
                println!("{}", table::of(&report, select::title(&case)));
            }
            documents.push(report.json());
            bar.inc(1);
        }
        bar.finish_and_clear();
        output::json(self.json.as_deref(), &Value::Array(documents))
    }
}

/// The document that holds nothing but this field.
fn laid(path: &str, value: &str) -> Value {
    let value: Value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    path.rsplit('.').fold(value, |below, name| json!({ name: below }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_laid_at_its_path_as_what_it_is() {
        assert_eq!(laid("balance.n", "4"), json!({"balance": {"n": 4}}));
        assert_eq!(laid("hedge.strategy", "off"), json!({"hedge": {"strategy": "off"}}));
        assert_eq!(laid("a", "true"), json!({"a": true}));
    }
}
