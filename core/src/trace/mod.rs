//! STUB (helper to come): the decision trace in its compact form, the hash chain and strict replay.

use alloc::vec::Vec;

use crate::client::action::{Failure, Namespace, Operation, StallReport, Start, TopologyChange};
use crate::config::{Config, TraceSettings};
use crate::id::{AttemptId, CallId};
use crate::reason::Reason;
use crate::rng::Seed;
use crate::signal::record::Record;
use crate::time::Instant;

/// One input of the machine as its trace records it.
pub(crate) enum Input<'a> {
    Namespace(&'a str),
    Operation(&'a str),
    Start(&'a Start<'a>),
    Response(AttemptId),
    Failure(AttemptId, Failure),
    Cancelled(AttemptId),
    Signal(Option<Namespace>, Option<Operation>, &'a Record),
    Topology(&'a [TopologyChange]),
    Stall(StallReport),
    Timeout,
    Cancel(CallId),
    Drain(Option<Instant>),
}

/// One note or action: `[code, call, attempt, endpoint, value]`, 0 for absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    pub reason: Reason,
    pub call: u64,
    pub attempt: u64,
    pub endpoint: u64,
    pub value: u64,
}

/// Writes the trace of one client.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    enabled: bool,
}

impl Recorder {
    pub(crate) fn new(settings: TraceSettings, config: &Config, seed: &Seed, now: Instant) -> Self {
        Self { enabled: settings.enabled }
    }
    /// Begins the record of an input, told at `told` (before the clamp).
    #[inline]
    pub(crate) fn begin(&mut self, input: &Input<'_>, told: Instant) {}
    #[inline]
    pub(crate) fn decide(&mut self, decision: Decision) {}
    /// Ends the record of the input begun last.
    #[inline]
    pub(crate) fn end(&mut self) {}
}
