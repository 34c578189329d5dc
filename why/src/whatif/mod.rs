//! What-if: the recorded run under another configuration, and which decisions would have been others.
//!
//! A trace tells what servers did with the attempts that were sent, and nothing of those that were not. So a what-if
//! knows the outcome of an attempt only when the recorded run sent the same one: of the same call, counted among all
//! starts, to the same endpoint. Its latency is kept. Of every other attempt the host may supply a model; without one
//! its outcome is *unknown*, and its call is *undecided*: nothing is invented. A recorded attempt that was cancelled
//! is known to have been open until then, and unknown from there.
//!
//! Callers, servers and networks are taken to do what they did: none of them waits longer or sends less because the
//! client does otherwise. What is fed when is told in `feed`.
//!
//! The two runs are compared call by call. A decision differs when it is *gone*, *new*, or *changed*: made for the same
//! reason, but at another time, for another attempt, endpoint or value. Recorded decisions of a call that is undecided
//! by then are neither: they rest on what is not known.

mod compare;
mod feed;
mod model;
mod outcome;
mod recorded;
mod side;
#[cfg(test)]
mod tests;
mod told;

use hedgerow::trace::Trace;
use hedgerow::{Config, Reason};

pub use compare::{Latencies, Row, Tally};
pub use model::{Assumed, Model, Unmatched};

use crate::replay::Replayed;
use compare::Comparison;
use feed::Other;
use recorded::Recorded;

/// What the same run would have been under another configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIf {
    /// The hash of the configuration under which the trace was recorded.
    pub config: u64,
    /// The hash of the other one.
    pub other: u64,
    /// What became of the calls as recorded.
    pub recorded: Tally,
    /// What would have become of them.
    pub replayed: Tally,
    /// Every reason for which decisions were made in either run, by code.
    pub reasons: Vec<Row>,
    /// Attempts whose outcome nobody knows.
    pub unknown: u64,
    /// Attempts whose outcome was assumed by the model.
    pub assumed: u64,
    /// Calls with an attempt whose outcome was assumed.
    pub assumed_calls: u64,
    /// Times of the calls that were answered in both runs; `None` when there is no such call.
    pub answered: Option<[Latencies; 2]>,
}

impl WhatIf {
    /// Runs a trace under another configuration. O(trace).
    ///
    /// `config` is the one under which it was recorded. Errors: what came of the strict replay when that did not repeat
    /// the trace, for then there is nothing to compare with.
    ///
    /// ```
    /// use hedgerow_why::{lines::from_lines, whatif::{Model, WhatIf}};
    /// let trace = from_lines(include_str!("../../../tests/traces/scripted.trace.jsonl")).unwrap();
    /// let script: serde_json::Value =
    ///     serde_json::from_str(include_str!("../../../tests/traces/scripted.json")).unwrap();
    /// let config: hedgerow::Config = serde_json::from_value(script["config"].clone()).unwrap();
    /// let told = WhatIf::of(&trace, &config, &config, Model::Unknown).unwrap();
    /// assert!(told.is_same() && told.unknown == 0);
    /// ```
    pub fn of(
        trace: &Trace,
        config: &Config,
        other: &Config,
        model: Model<'_>,
    ) -> Result<Self, Box<Replayed>> {
        let replayed = Replayed::of(trace, config);
        if !matches!(replayed, Replayed::Same { .. }) {
            return Err(Box::new(replayed));
        }
        let recorded = Recorded::of(trace, config);
        let run = Other::of(trace, &recorded, other, model);
        let compared = Comparison::of(&recorded.side.book, &run.side.book, &run.undecided);
        Ok(Self {
            config: config.canonical_hash(),
            other: other.canonical_hash(),
            recorded: compared.recorded,
            replayed: compared.replayed,
            reasons: compared.rows(),
            unknown: run.unknown,
            assumed: run.assumed,
            assumed_calls: run.assumed_calls.len() as u64,
            answered: compared.answered(),
        })
    }

    /// Whether no decision differs, as far as outcomes are known.
    pub fn is_same(&self) -> bool {
        self.reasons.iter().all(|row| !row.differs())
    }

    /// The row of a reason, if decisions were made for it.
    pub fn reason(&self, reason: Reason) -> Option<&Row> {
        self.reasons.iter().find(|row| row.reason == reason)
    }
}
