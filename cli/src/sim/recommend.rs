//! `hedgerow sim recommend`: which configuration lets a fleet meet its objective, and what it costs.

use super::select;
use crate::table::significant;
use crate::{Failure, draw, output, progress};
use hedgerow_sim::experiments::{Figure, Session};
use hedgerow_sim::fleet::{Candidate, Fleet, MOST_CALLS, Recommendation};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Which fleet, how long to look, and where the report goes.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  hedgerow sim recommend fleet.toml\n  \
    hedgerow sim recommend fleet.toml --seeds 5 --calls 100000 --json report.json --svg drawings\n\n\
    Exits with 1 when nothing that was tried meets the objective.")]
pub(crate) struct Args {
    /// A file that says servers, load and objective.
    fleet: PathBuf,
    /// Runs of each configuration; the objective must be met in all of them.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: u64,
    /// The first seed.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Calls of each run, in place of `load.calls`.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(100..=MOST_CALLS))]
    calls: Option<u64>,
    /// Writes the report with the recommended configuration as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draws the latencies of the plain and the recommended configuration, and gain against cost, into this folder.
    #[arg(long, value_name = "FOLDER")]
    svg: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let fleet = self.fleet()?;
        let bar = progress::bar(usize::try_from(fleet.worlds(self.seeds)).unwrap_or(usize::MAX));
        let mut tell = |what: &str| {
            bar.set_message(what.to_owned());
            bar.inc(1);
        };
        let mut session = Session::new(super::seed(self.seed), &mut tell);
        let found = fleet.recommend(self.seeds, &mut session).map_err(|error| self.refused(&error))?;
        bar.finish_and_clear();
        let document = found.json();
        if let Some(folder) = &self.svg {
            draw::recommendation(&document, folder)?
                .iter()
                .for_each(|path| eprintln!("drawn: {}", path.display()));
        }
        if self.json.as_deref() != Some(Path::new("-")) {
            print!("{}", told(&fleet, &found));
        }
        output::json(self.json.as_deref(), &document)?;
        if found.best().meets { Ok(()) } else { Err(Failure::Found) }
    }

    fn fleet(&self) -> Result<Fleet, Failure> {
        let inputs = select::inputs(&self.fleet)?;
        let fleet = inputs.as_object().ok_or_else(|| self.refused(&"want a table"))?;
        let fleet = Fleet::read(fleet).map_err(|error| self.refused(&error))?;
        Ok(match self.calls {
            Some(calls) => fleet.with_calls(calls),
            None => fleet,
        })
    }

    fn refused(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::Misuse(format!("{}: {error}", self.fleet.display()))
    }
}

/// The table of what was tried and the configuration to use.
fn told(fleet: &Fleet, found: &Recommendation) -> String {
    let objective = fleet.objective;
    let mut text = format!(
        "{}: {} % of all calls within {} ms, at most {} % extra load\n\n",
        fleet.name,
        significant(objective.quantile * 100.0),
        significant(ms(objective.at_most_us)),
        significant(objective.extra_load * 100.0)
    );
    let heads = ["p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "in time %", "extra %", "met"];
    line(&mut text, "configuration", &heads.map(str::to_owned));
    line(&mut text, "plain (no policy)", &cells(&found.plain));
    for (at, candidate) in found.candidates.iter().enumerate() {
        let mark = if at == found.best { "> " } else { "" };
        line(&mut text, &format!("{mark}{}", candidate.name), &cells(candidate));
    }
    let heading = if found.best().meets {
        "recommended: the least extra load that meets the objective"
    } else {
        "nothing that was tried meets the objective; this comes nearest"
    };
    let _ = writeln!(text, "\n{heading}\n{:#}", found.config);
    text
}

const NAME_WIDTH: usize = 48;
const WIDTH: usize = 9;

fn line(text: &mut String, name: &str, cells: &[String]) {
    let _ = write!(text, "{name:NAME_WIDTH$}");
    for cell in cells {
        let _ = write!(text, " {cell:>WIDTH$}");
    }
    text.push('\n');
}

fn cells(candidate: &Candidate) -> [String; 7] {
    let number = |name: &str| match candidate.row.figures.get(name) {
        Some(Figure::Number(number)) => Some(*number),
        _ => None,
    };
    let cell = |name: &str| number(name).map_or_else(|| "-".to_owned(), significant);
    let percent =
        |name: &str| number(name).map_or_else(|| "-".to_owned(), |share| format!("{:.3}", share * 100.0));
    let met = if candidate.meets { "yes" } else { "no" };
    [
        cell("p50_ms"),
        cell("p90_ms"),
        cell("p99_ms"),
        cell("p99_9_ms"),
        percent("within_share"),
        percent("extra_load"),
        met.to_owned(),
    ]
}

/// Times of a fleet are at most an hour.
#[allow(clippy::cast_precision_loss, reason = "an hour has fewer than 2^53 microseconds")]
fn ms(us: u64) -> f64 {
    us as f64 / 1000.0
}
