//! `hedgerow explain`: what one call of a recorded run did, and why.

use std::path::PathBuf;

use super::files::{self, Files};
use super::{Answer, Failure};
use crate::story::{Story, Which};

/// One call of a trace.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hedgerow explain run.jsonl 33554432\n  hedgerow explain run.jsonl 10 --cookie --config client.json"
)]
pub struct Args {
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

impl Args {
    pub(super) fn run(&self, files: &mut dyn Files, answer: &mut Answer) -> Result<(), Failure> {
        let trace = files::trace(files, &self.trace)?;
        let config = files::config(files, self.config.as_deref())?;
        let same = config.canonical_hash() == trace.header().config;
        if !same && self.config.is_some() {
            return Err(files::other_config(&trace, &config));
        }
        let config = same.then_some(&config);
        let which = if self.cookie { Which::Cookie(self.call) } else { Which::Id(self.call) };
        let story = Story::of(&trace, which, config)
            .ok_or_else(|| Failure::Misuse(format!("{}: no such call in the trace", self.call)))?;
        if !files::is_stdout(self.json.as_deref()) {
            answer.stdout += &story.to_text(config);
            if config.is_none() {
                answer.say("(give --config for names, the plan and what gates saw)");
            }
        }
        files::json(files, self.json.as_deref(), &story.to_json(), answer)
    }
}
