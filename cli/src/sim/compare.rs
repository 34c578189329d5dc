//! `hedgerow sim compare`: one experiment, two configurations or more.

use super::{arms, run, select};
use crate::{Failure, output, table};
use hedgerow_sim::experiments::{Figure, Report, Row};
use serde_json::Value;
use std::fmt::Write;
use std::path::PathBuf;

/// What to compare, and on which experiment.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  hedgerow sim compare E7-14k --arm weighted_n8_w4 --arm jsq\n  \
    hedgerow sim compare E4-weighted8 --arm before.json --arm after.json --seeds 20 --json -")]
pub(crate) struct Args {
    /// An experiment or case of `hedgerow sim list` that knows arms, or a file with inputs.
    what: String,
    /// A name or a file with a configuration document; the first is what the others are compared with.
    #[arg(long, value_name = "ARM", required = true, num_args = 1)]
    arm: Vec<String>,
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
        if self.arm.len() < 2 {
            return Err(Failure::Misuse("arm: 1, want two or more to compare".to_owned()));
        }
        let cases = select::cases(&self.what)?;
        let reports = run::with_session(cases.len(), self.seed, |session, bar| {
            session.seeds = self.seeds;
            arms::choose(session, &self.arm)?;
            run::measure(&cases, session, bar)
        })?;
        let is_quiet = self.json.as_deref() == Some("-".as_ref());
        for (case, report) in reports.iter().filter(|_| !is_quiet) {
            println!("{}", table::of(report, select::title(case)));
            println!("{}", ratios(report));
        }
        let documents = reports.iter().map(|(_, report)| report.json()).collect();
        output::json(self.json.as_deref(), &Value::Array(documents))
    }
}

/// Each figure of the further arms as a multiple of the first one's.
fn ratios(report: &Report) -> String {
    let Some((first, others)) = report.rows.split_first() else { return String::new() };
    let mut text = format!("as a multiple of {}:\n", first.arm);
    for other in others {
        let ratios =
            first.figures.iter().filter_map(|(name, figure)| ratio(figure, other.figures.get(name)?, name));
        let row = ratios.fold(Row::new(&other.arm), |row, (name, ratio)| row.with(name, ratio));
        for (name, figure) in &row.figures {
            let _ = writeln!(text, "  {:24} {name:24} {}", row.arm, figure.shown());
        }
    }
    text
}

fn ratio<'a>(first: &Figure, other: &Figure, name: &'a str) -> Option<(&'a str, f64)> {
    match (first, other) {
        (Figure::Number(first), Figure::Number(other)) if *first != 0.0 => Some((name, other / first)),
        _ => None,
    }
}
