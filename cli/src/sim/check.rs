//! `hedgerow sim check`: every figure against its tolerance, and the tables of the quick set against the committed ones.

use super::select;
use crate::{Failure, output, progress, table};
use hedgerow_sim::experiments::{Case, DEFAULT_SEED, Session, check::Verdict, find, of_case, run};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;

/// What to check.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hedgerow sim check --quick\n  hedgerow sim check --only E8,E15 --json -\n\n\
    Exits with 1 when a figure lies outside of its band or a table is not the committed one."
)]
pub(crate) struct Args {
    /// Only what runs within a minute, some of it with fewer events or runs.
    #[arg(long)]
    quick: bool,
    /// Only these experiments or cases, separated by commas.
    #[arg(long, value_name = "ID,ID", value_delimiter = ',')]
    only: Vec<String>,
    /// Compares the tables with those in this file.
    #[arg(long, value_name = "FILE")]
    tables: Option<PathBuf>,
    /// Writes the tables into that file instead.
    #[arg(long, requires = "tables")]
    bless: bool,
    /// Writes every verdict as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What a check has gathered.
#[derive(Default)]
struct Findings {
    tables: String,
    verdicts: Vec<(String, Verdict)>,
}

impl Args {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let findings = self.measure()?;
        let misses: Vec<_> = findings.verdicts.iter().filter(|(_, verdict)| !verdict.ok).collect();
        for (case, verdict) in &misses {
            eprintln!("miss: {case}: {}", told(verdict));
        }
        if self.json.as_deref() != Some("-".as_ref()) {
            println!("{} figures, {} outside of their bands", findings.verdicts.len(), misses.len());
        }
        output::json(self.json.as_deref(), &document(&findings.verdicts))?;
        self.compare_tables(&findings.tables)?;
        if misses.is_empty() { Ok(()) } else { Err(Failure::Found) }
    }

    fn measure(&self) -> Result<Findings, Failure> {
        let cases = self.cases()?;
        let bar = progress::bar(cases.len());
        let mut tell = |what: &str| bar.set_message(what.to_owned());
        let mut session = Session::new(DEFAULT_SEED, &mut tell);
        let mut findings = Findings::default();
        for case in cases {
            let report = run(&case, &mut session).map_err(Failure::misuse)?;
            let verdicts = case.checks.iter().map(|check| (case.id.clone(), check.verdict(&report)));
            findings.verdicts.extend(verdicts);
            let _ = writeln!(findings.tables, "{}", table::of(&report, select::title(&case)));
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(findings)
    }

    /// The shipped cases that can run, in their quick form if that is asked for.
    fn cases(&self) -> Result<Vec<Case>, Failure> {
        let mut cases = Case::shipped().map_err(Failure::misuse)?;
        for word in &self.only {
            select::cases(word)?;
        }
        cases.retain(|case| {
            let named = |word: &String| *word == case.id || word == case.experiment();
            find(case.experiment()).is_some() && (self.only.is_empty() || self.only.iter().any(named))
        });
        if !self.quick {
            return Ok(cases);
        }
        Ok(cases.into_iter().filter_map(quick).collect())
    }

    fn compare_tables(&self, tables: &str) -> Result<(), Failure> {
        let Some(path) = &self.tables else { return Ok(()) };
        if self.bless {
            return output::text(path, tables);
        }
        let committed = output::read(path)?;
        let differs = |(now, before): &(&str, &str)| now != before;
        let mut lines = tables.lines().zip(committed.lines());
        match lines.find(differs) {
            Some((now, before)) => {
                eprintln!("a table has changed:\n  committed: {before}\n  now:       {now}");
            }
            None if tables != committed => eprintln!("the tables have changed: another number of lines"),
            None => return Ok(()),
        }
        Err(Failure::Found)
    }
}

/// A case with the inputs of the quick check; none when it is not part of it.
fn quick(mut case: Case) -> Option<Case> {
    let (experiment, _) = of_case(&case).ok()?;
    for (name, value) in experiment.quick(&case)? {
        case.inputs.insert((*name).to_owned(), json!(value));
    }
    Some(case)
}

fn told(verdict: &Verdict) -> String {
    let Verdict { metric, expected, got, band, .. } = verdict;
    format!("{metric}: expected {expected}, got {got}, band {band}")
}

fn document(verdicts: &[(String, Verdict)]) -> Value {
    let one = |(case, verdict): &(String, Verdict)| {
        json!({"case": case, "metric": verdict.metric, "expected": verdict.expected, "got": verdict.got,
            "band": verdict.band, "ok": verdict.ok})
    };
    Value::Array(verdicts.iter().map(one).collect())
}
