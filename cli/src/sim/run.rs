//! `hedgerow sim run`.

use super::{arms, select};
use crate::{Failure, draw, output, progress, table};
use hedgerow_sim::experiments::{Case, DEFAULT_SEED, Report, Session, run};
use serde_json::Value;
use std::path::PathBuf;

/// What to run, how often, and where the report goes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hedgerow sim run E4\n  hedgerow sim run E4-weighted8 --seeds 5 --seed 7 --json report.json\n  \
    hedgerow sim run E7-14k --arm weighted_n8_w4,jsq,mine.json --svg drawings\n  hedgerow sim run inputs.json"
)]
pub(crate) struct Args {
    /// An experiment or case of `hedgerow sim list`, or a file with inputs: `{"experiment": "notebook", …}`.
    what: String,
    /// How many seeds, in place of those of the case.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seeds: Option<u64>,
    /// The first seed.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Arms in place of those of the case: names or files with a configuration document, separated by commas.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    arm: Vec<String>,
    /// Writes the report as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draws the figures into this folder.
    #[arg(long, value_name = "FOLDER")]
    svg: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(&self) -> Result<(), Failure> {
        if self.seed.is_none() {
            eprintln!("seed {DEFAULT_SEED}, since none was given");
        }
        let reports = measure(&select::cases(&self.what)?, self.seed, self.seeds, &self.arm)?;
        let is_quiet = self.json.as_deref() == Some("-".as_ref());
        for (case, report) in reports.iter().filter(|_| !is_quiet) {
            println!("{}", table::of(report, select::title(case)));
        }
        let mut documents: Vec<_> = reports.iter().map(|(_, report)| report.json()).collect();
        if let Some(folder) = &self.svg {
            for document in &documents {
                for drawn in draw::all(document, folder)? {
                    eprintln!("drawn: {}", drawn.display());
                }
            }
        }
        let document = if documents.len() == 1 { documents.remove(0) } else { Value::Array(documents) };
        output::json(self.json.as_deref(), &document)
    }
}

/// Measures cases one after the other, under a bar.
pub(super) fn measure(
    cases: &[Case],
    seed: Option<u64>,
    seeds: Option<u64>,
    chosen: &[String],
) -> Result<Vec<(Case, Report)>, Failure> {
    let bar = progress::bar(cases.len());
    let mut tell = |what: &str| bar.set_message(what.to_owned());
    let mut session = Session::new(seed.unwrap_or(DEFAULT_SEED), &mut tell);
    session.seeds = seeds;
    arms::choose(&mut session, chosen)?;
    let mut reports = Vec::new();
    for case in cases {
        reports.push((case.clone(), run(case, &mut session).map_err(Failure::misuse)?));
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(reports)
}
