//! `hedgerow explain` and `hedgerow replay`: what a recorded run did, and whether it would do it again.

use crate::{Failure, output};
use hedgerow_why::check::Checked;
use hedgerow_why::hedgerow::{Config, trace::Trace};
use hedgerow_why::lines;
use hedgerow_why::replay::Replayed;
use hedgerow_why::story::{Story, Which};
use std::path::{Path, PathBuf};

/// One call of a trace.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hedgerow explain run.jsonl 33554432\n  hedgerow explain run.jsonl 10 --cookie --config client.json"
)]
pub(crate) struct Explain {
    /// The trace: its lines, or its compact form.
    trace: PathBuf,
    /// The id of the call, as decisions name it.
    call: u64,
    /// The number is the call's cookie instead.
    #[arg(long)]
    cookie: bool,
    /// The document under which the trace was recorded, for names, plans and what gates saw.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Writes the timeline as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// A trace to be repeated.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  hedgerow replay run.jsonl --config client.json\n\nExits with 1 when a decision differs."
)]
pub(crate) struct Replay {
    /// The trace: its lines, or its compact form.
    trace: PathBuf,
    /// The document under which it was recorded; the empty one if not given.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Writes the result as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Explain {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let trace = trace(&self.trace)?;
        let config = config(self.config.as_deref())?;
        let same = config.canonical_hash() == trace.header().config;
        if !same && self.config.is_some() {
            return Err(other_config(&trace, &config));
        }
        let config = same.then_some(&config);
        let which = if self.cookie { Which::Cookie(self.call) } else { Which::Id(self.call) };
        let story = Story::of(&trace, which, config)
            .ok_or_else(|| Failure::Misuse(format!("{}: no such call in the trace", self.call)))?;
        if self.json.as_deref() != Some(Path::new("-")) {
            print!("{}", story.to_text(config));
            if config.is_none() {
                println!("(give --config for names, the plan and what gates saw)");
            }
        }
        output::json(self.json.as_deref(), &story.to_json())
    }
}

impl Replay {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let trace = trace(&self.trace)?;
        let config = config(self.config.as_deref())?;
        let replayed = Replayed::of(&trace, &config);
        if matches!(replayed, Replayed::OtherConfig { .. }) {
            return Err(other_config(&trace, &config));
        }
        if self.json.as_deref() != Some(Path::new("-")) {
            print!("{}", replayed.to_text(&config));
        }
        output::json(self.json.as_deref(), &replayed.to_json())?;
        if matches!(replayed, Replayed::Same { .. }) { Ok(()) } else { Err(Failure::Found) }
    }
}

fn trace(path: &Path) -> Result<Trace, Failure> {
    let told = |error: String| Failure::Misuse(format!("{}: {error}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| told(error.to_string()))?;
    lines::read(&bytes).map_err(told)
}

fn config(path: Option<&Path>) -> Result<Config, Failure> {
    let Some(path) = path else { return Ok(Config::default()) };
    let text = output::read(path)?;
    let fault = || Checked::of(&text).faults.first().map_or_else(String::new, ToString::to_string);
    serde_json::from_str(&text).map_err(|_| Failure::Misuse(format!("{}: {}", path.display(), fault())))
}

fn other_config(trace: &Trace, config: &Config) -> Failure {
    Failure::Misuse(format!(
        "--config: recorded under the document of hash {:016x}, given is {:016x}",
        trace.header().config,
        config.canonical_hash()
    ))
}
