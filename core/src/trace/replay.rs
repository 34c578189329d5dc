//! Strict replay: the inputs of a trace are fed to a fresh client, and every decision must be the recorded one.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::client::Client;
use crate::client::explain::Explanation;
use crate::config::{Config, TraceSettings};
use crate::id::CallId;
use crate::time::Instant;
use crate::trace::bytes::Trace;
use crate::trace::event::Event;
use crate::trace::lines::Lines;
use crate::trace::record::{Decision, TraceRecord};

/// Finished calls whose explanation a replay keeps at least.
const EXPLAINED_CALLS: u32 = 256;

/// A replay that agreed with its trace to the end.
#[derive(Clone, Debug)]
pub struct ReplayReport {
    /// Records replayed.
    pub records: u64,
    /// Decisions compared.
    pub decisions: u64,
    /// The hash of the trace.
    pub hash: u64,
    /// The client as the run left it, its actions drained; it explains the calls of the run.
    pub client: Client,
}

/// Why a replay did not repeat its trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Divergence {
    /// The trace was recorded under another configuration; nothing was replayed.
    Config {
        /// Hash of the configuration in the trace.
        recorded: u64,
        /// Hash of the configuration given.
        given: u64,
    },
    /// A decision differs.
    Decisions(Box<Difference>),
}

/// The first record whose decisions differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Number of the record, from 1.
    pub index: u64,
    /// The time as it was told.
    pub at: Instant,
    /// The input.
    pub event: Event,
    /// What the trace says it caused.
    pub recorded: Vec<Decision>,
    /// What it caused now.
    pub replayed: Vec<Decision>,
    /// The call that the first differing decision concerns, as the replay saw it.
    pub explanation: Option<Explanation>,
}

/// Repeats a trace with a fresh client under the same configuration, and compares every decision.
///
/// The answer is the first difference, if there is one. Only decisions are compared; that the recording library had
/// another version is no difference. O(trace).
pub fn replay(config: &Config, trace: &Trace) -> Result<ReplayReport, Divergence> {
    let given = config.canonical_hash();
    let header = trace.header();
    if given != header.config {
        return Err(Divergence::Config { recorded: header.config, given });
    }
    let mut client = Client::new(recording(config), &header.seed, header.t0);
    let mut lines = Lines::new();
    lines.header(header);
    let (mut records, mut decisions) = (0, 0);
    for record in trace.records() {
        step(&mut client, &record)?;
        lines.record(&record);
        records = record.index;
        decisions += record.decisions.len() as u64;
    }
    Ok(ReplayReport { records, decisions, hash: lines.hash(), client })
}

/// The same decisions, recorded and explained whatever the document says.
fn recording(config: &Config) -> Config {
    let explain_calls = config.trace.explain_calls.max(EXPLAINED_CALLS);
    config.with_trace(TraceSettings { enabled: true, buffer: 1, notes: 0, explain_calls })
}

fn step(client: &mut Client, record: &TraceRecord) -> Result<(), Divergence> {
    record.event.apply(client, record.at);
    while client.poll_action().is_some() {}
    let replayed = client.poll_trace().map(|replayed| replayed.decisions).unwrap_or_default();
    if replayed == record.decisions {
        return Ok(());
    }
    let concerned = first_difference(&record.decisions, &replayed);
    Err(Divergence::Decisions(Box::new(Difference {
        index: record.index,
        at: record.at,
        event: record.event.clone(),
        explanation: concerned.and_then(|call| client.explain(call)),
        recorded: record.decisions.clone(),
        replayed,
    })))
}

/// The call of the first decision that only one side made, that of the replay if both did.
fn first_difference(recorded: &[Decision], replayed: &[Decision]) -> Option<CallId> {
    let same = recorded.iter().zip(replayed).take_while(|(a, b)| a == b).count();
    let decision = replayed.get(same).or_else(|| recorded.get(same))?;
    (decision.call != 0).then(|| CallId::from_number(decision.call))
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config { recorded, given } => {
                write!(f, "recorded under configuration {recorded:016x}, replayed under {given:016x}")
            }
            Self::Decisions(difference) => difference.fmt(f),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.at.as_micros();
        write!(f, "record {} at {micros} µs: {:?}", self.index, self.event)?;
        for (side, decisions) in [("recorded", &self.recorded), ("replayed", &self.replayed)] {
            write!(f, "\n  {side}:")?;
            for Decision { reason, call, attempt, endpoint, value } in decisions {
                write!(f, " [{} {call} {attempt} {endpoint} {value}]", reason.slug())?;
            }
        }
        Ok(())
    }
}

impl core::error::Error for Divergence {}
