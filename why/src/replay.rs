//! Strict replay: the run is repeated, and the first decision that differs is told with both sides explained.

use core::fmt::Write;

use hedgerow::Config;
use hedgerow::trace::{Decision, Difference, Divergence, Trace, replay};
use serde_json::{Value, json};

use crate::span;
use crate::story::{Story, Which};
use crate::told::kind;

/// What came of a replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// Every decision is the recorded one.
    Same {
        /// Inputs repeated.
        records: u64,
        /// Decisions compared.
        decisions: u64,
        /// The hash of the last line.
        hash: u64,
    },
    /// A decision differs.
    Differs(Box<Differs>),
    /// The trace was recorded under another configuration; nothing was repeated.
    OtherConfig {
        /// The hash that the trace names.
        recorded: u64,
        /// The hash of the configuration given.
        given: u64,
    },
}

/// The first record whose decisions differ, and the call concerned as either side has it up to there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differs {
    /// The record.
    pub difference: Difference,
    /// The call as the trace has it.
    pub recorded: Option<Story>,
    /// The call as the replay has it.
    pub replayed: Option<Story>,
}

impl Replayed {
    /// Repeats a trace under its configuration. O(trace).
    ///
    /// ```
    /// use hedgerow_why::{lines::from_lines, replay::Replayed};
    /// let trace = from_lines(include_str!("../../tests/traces/scripted.trace.jsonl")).unwrap();
    /// let script: serde_json::Value =
    ///     serde_json::from_str(include_str!("../../tests/traces/scripted.json")).unwrap();
    /// let config = serde_json::from_value(script["config"].clone()).unwrap();
    /// assert!(matches!(Replayed::of(&trace, &config), Replayed::Same { .. }));
    /// ```
    pub fn of(trace: &Trace, config: &Config) -> Self {
        match replay(config, trace) {
            Ok(report) => {
                Self::Same { records: report.records, decisions: report.decisions, hash: report.hash }
            }
            Err(Divergence::Config { recorded, given }) => Self::OtherConfig { recorded, given },
            Err(Divergence::Decisions(difference)) => {
                Self::Differs(Box::new(Differs::of(trace, config, *difference)))
            }
        }
    }

    /// The result as a document.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Same { records, decisions, hash } => {
                json!({"same": true, "records": records, "decisions": decisions, "hash": format!("{hash:016x}")})
            }
            Self::OtherConfig { recorded, given } => {
                json!({"same": null, "recorded_config": format!("{recorded:016x}"), "config": format!("{given:016x}")})
            }
            Self::Differs(differs) => differs.to_json(),
        }
    }

    /// The result in words.
    pub fn to_text(&self, config: &Config) -> String {
        match self {
            Self::Same { records, decisions, hash } => {
                format!("the same: {records} inputs, {decisions} decisions, hash {hash:016x}\n")
            }
            Self::OtherConfig { recorded, given } => {
                format!("recorded under configuration {recorded:016x}, given is {given:016x}\n")
            }
            Self::Differs(differs) => differs.to_text(config),
        }
    }
}

impl Differs {
    fn of(trace: &Trace, config: &Config, difference: Difference) -> Self {
        let pairs = difference.recorded.iter().zip(&difference.replayed);
        let same = pairs.take_while(|(recorded, replayed)| recorded == replayed).count();
        let story = |decisions: &[Decision]| {
            let call = decisions.get(same..).unwrap_or_default().iter().chain(decisions);
            let call = call.map(|decision| decision.call).find(|&call| call != 0)?;
            Story::of(&up_to(trace, &difference, decisions), Which::Id(call), Some(config))
        };
        let (recorded, replayed) = (story(&difference.recorded), story(&difference.replayed));
        Self { difference, recorded, replayed }
    }

    fn to_json(&self) -> Value {
        let Difference { index, at, event, recorded, replayed, .. } = &self.difference;
        let side = |decisions: &[Decision], story: &Option<Story>| {
            let rows: Vec<_> = decisions.iter().map(row).collect();
            json!({"d": rows, "call": story.as_ref().map(Story::to_json)})
        };
        json!({
            "same": false,
            "record": index,
            "at_us": at.as_micros(),
            "input": kind(event),
            "recorded": side(recorded, &self.recorded),
            "replayed": side(replayed, &self.replayed),
        })
    }

    fn to_text(&self, config: &Config) -> String {
        let Difference { index, at, event, recorded, replayed, .. } = &self.difference;
        let mut text =
            format!("record {index} at {}, {}: decisions differ\n", span::shown(at.as_micros()), kind(event));
        for (side, decisions, story) in
            [("recorded", recorded, &self.recorded), ("replayed", replayed, &self.replayed)]
        {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "\n{side}:");
            for decision in decisions {
                let Decision { reason, call, attempt, endpoint, value } = decision;
                let _ = writeln!(
                    text,
                    "  [{},{call},{attempt},{endpoint},{value}] {}: {}",
                    reason.code(),
                    reason.slug(),
                    reason.text()
                );
            }
            if decisions.is_empty() {
                text.push_str("  no decision\n");
            }
            if let Some(story) = story {
                text.push_str(&story.to_text(Some(config)));
            }
        }
        text
    }
}

fn row(decision: &Decision) -> Value {
    let Decision { reason, call, attempt, endpoint, value } = *decision;
    json!([reason.code(), call, attempt, endpoint, value])
}

/// The trace up to the record that differs, which has these decisions.
fn up_to(trace: &Trace, difference: &Difference, decisions: &[Decision]) -> Trace {
    let mut prefix = Trace::new(trace.header().clone());
    for mut record in trace.records().take_while(|record| record.index <= difference.index) {
        if record.index == difference.index {
            record.decisions = decisions.to_vec();
        }
        prefix.push(&record);
    }
    prefix
}
