//! `hedgerow explain`: what one call of a recorded run did, and why.

use core::cmp::Reverse;
use std::path::PathBuf;

use hedgerow::Duration;
use hedgerow::trace::Trace;
use serde_json::Value;

use super::files::{self, Files};
use super::{Answer, Failure};
use crate::calls::{CallLine, calls};
use crate::story::{Story, Which};

/// Calls that are listed when none is named.
const LISTED: usize = 20;

/// One call of a trace.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hedgerow explain run.jsonl\n  hedgerow explain run.jsonl 33554432\n  hedgerow explain run.jsonl 10 --cookie --config client.json"
)]
pub struct Args {
    /// The trace: its lines, or its compact form.
    trace: PathBuf,
    /// The id of the call, as decisions and events name it; without one, the calls that took longest are listed.
    call: Option<u64>,
    /// The number is the call's cookie instead.
    #[arg(long, requires = "call")]
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
        let Some(call) = self.call else { return self.list(&trace, files, answer) };
        let config = same.then_some(&config);
        let which = if self.cookie { Which::Cookie(call) } else { Which::Id(call) };
        let story = Story::of(&trace, which, config)
            .ok_or_else(|| Failure::Misuse(format!("{call}: no such call in the trace")))?;
        if !files::is_stdout(self.json.as_deref()) {
            answer.stdout += &story.to_text(config);
            if config.is_none() {
                answer.say("(give --config for names, the plan and what gates saw)");
            }
        }
        files::json(files, self.json.as_deref(), &story.to_json(), answer)
    }

    /// The calls that took longest for people, every call as a document.
    fn list(&self, trace: &Trace, files: &mut dyn Files, answer: &mut Answer) -> Result<(), Failure> {
        let calls = calls(trace);
        if !files::is_stdout(self.json.as_deref()) {
            let mut longest: Vec<_> = calls.iter().collect();
            longest.sort_by_key(|line| Reverse(line.ended.map_or(Duration::MAX, |(_, wall)| wall)));
            answer.say(CallLine::heads());
            longest.iter().take(LISTED).for_each(|line| answer.say(line.to_text()));
            if let Some(more) = calls.len().checked_sub(LISTED).filter(|&more| more > 0) {
                answer.say(format_args!("({more} more took no longer; --json lists all)"));
            }
        }
        let list = calls.iter().map(CallLine::to_json).collect();
        files::json(files, self.json.as_deref(), &Value::Array(list), answer)
    }
}
