//! `hedgerow sim run`.

use super::{arms, select};
use crate::{Failure, draw, output, progress, table};
use hedgerow_sim::experiments::{Case, Report, Session, Tracing, run};
use indicatif::ProgressBar;
use serde_json::Value;
use std::path::PathBuf;

/// What to run, how often, and where the report goes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hedgerow sim run E4\n  hedgerow sim run E4-weighted8 --seeds 5 --seed 7 --json report.json\n  \
    hedgerow sim run E7-14k --arm weighted_n8_w4,jsq,mine.json --svg drawings\n  hedgerow sim run inputs.json\n  \
    hedgerow sim run fleet.toml --arm netflix,none --trace trace.jsonl"
)]
pub(crate) struct Args {
    /// An experiment or case of `hedgerow sim list`, or a file with inputs: `{"experiment": "notebook", …}`, or a fleet.
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
    /// Writes the trace of client 0 in the first run of whole clients, as JSON Lines chained by their hashes.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Draws the figures into this folder.
    #[arg(long, value_name = "FOLDER")]
    svg: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let cases = select::cases(&self.what)?;
        let reports = with_session(cases.len(), self.seed, |session, bar| {
            session.seeds = self.seeds;
            session.trace = if self.trace.is_some() { Tracing::Wanted } else { Tracing::Off };
            arms::choose(session, &self.arm)?;
            let reports = measure(&cases, session, bar)?;
            self.write_trace(&session.trace)?;
            Ok(reports)
        })?;
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

    fn write_trace(&self, trace: &Tracing) -> Result<(), Failure> {
        match (&self.trace, trace) {
            (Some(path), Tracing::Taken(lines)) => output::text(path, lines),
            (Some(_), _) => {
                let why =
                    format!("trace: {:?} runs no whole clients, want an experiment that does", self.what);
                Err(Failure::Misuse(why))
            }
            (None, _) => Ok(()),
        }
    }
}

/// A sitting under a bar of so many cases.
pub(super) fn with_session<T>(
    cases: usize,
    seed: Option<u64>,
    act: impl FnOnce(&mut Session<'_>, &ProgressBar) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let bar = progress::bar(cases);
    let mut done = 0;
    let mut tell = |what: &str| {
        done += 1;
        bar.set_message(format!("{what}, {done} runs"));
    };
    let answer = act(&mut Session::new(super::seed(seed), &mut tell), &bar);
    bar.finish_and_clear();
    answer
}

/// Measures cases one after the other.
pub(super) fn measure(
    cases: &[Case],
    session: &mut Session<'_>,
    bar: &ProgressBar,
) -> Result<Vec<(Case, Report)>, Failure> {
    let mut reports = Vec::new();
    for case in cases {
        reports.push((case.clone(), run(case, session).map_err(Failure::misuse)?));
        bar.inc(1);
    }
    Ok(reports)
}
