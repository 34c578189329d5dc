//! `hedgerow sim list`.

use crate::{Failure, output};
use hedgerow_sim::experiments::{ALL, Case, Quick};
use serde_json::{Value, json};
use std::path::PathBuf;

/// What to list.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  hedgerow sim list\n  hedgerow sim list --cases --json -")]
pub(crate) struct Args {
    /// Also the cases of each experiment.
    #[arg(long)]
    cases: bool,
    /// Writes the list as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let cases = Case::shipped().map_err(Failure::misuse)?;
        let mut list = Vec::new();
        for experiment in ALL {
            let own: Vec<_> = cases.iter().filter(|case| case.experiment() == experiment.id).collect();
            let quick = if experiment.quick == Quick::No { " " } else { "q" };
            if self.json.is_none() {
                println!("{:5} {quick} {:3} cases  {}", experiment.id, own.len(), experiment.title);
            }
            if self.cases && self.json.is_none() {
                for case in &own {
                    println!("          {}", case.id);
                }
            }
            let ids: Vec<_> = own.iter().map(|case| Value::from(case.id.as_str())).collect();
            list.push(json!({"id": experiment.id, "title": experiment.title, "source": experiment.source,
                "view": experiment.view, "quick": experiment.quick != Quick::No, "cases": ids}));
        }
        if self.json.is_none() {
            println!("q: part of `hedgerow sim check --quick`");
        }
        output::json(self.json.as_deref(), &Value::Array(list))
    }
}
