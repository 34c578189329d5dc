//! Reports: what a call did, attempt by attempt, and why.

use crate::clock::std_duration;
use hedgerow::{
    AttemptId, CallId, Instant, Reason, client::action::AttemptKind, retry::outcome::FailureClass,
    timer::pause::Cause,
};
use std::{sync::Arc, time::Duration};

/// How an attempt ended, as far as its call saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// It was still running when the call was decided.
    Running,
    /// It answered.
    Response,
    /// It failed.
    Failed(FailureClass),
    /// It ended without a result, after it was asked to or on its own.
    Cancelled,
    /// It was withdrawn before anything was sent.
    Withdrawn,
}

/// One transmission of a call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttemptReport {
    /// Ordinal within the call, from 1.
    pub number: u8,
    /// The attempt's id in the core.
    pub id: AttemptId,
    /// Primary, hedge or retry.
    pub kind: AttemptKind,
    /// Name of the endpoint it was sent to.
    pub endpoint: Arc<str>,
    /// Why it was sent.
    pub reason: Reason,
    /// When it was sent, from the start of the call.
    pub started: Duration,
    /// How long it ran; `None` while it runs.
    pub duration: Option<Duration>,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// Why it was asked to stop, if it was.
    pub cancelled: Option<Reason>,
}

/// The story of one call.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The call's id, for [`Client::explain`](crate::Client::explain) and traces; `None` for a call that was denied.
    pub call: Option<CallId>,
    /// Why the call ended as it did; `None` when the client was closed or broke.
    pub reason: Option<Reason>,
    /// Its transmissions in order.
    pub attempts: Vec<AttemptReport>,
    /// The attempt that decided the call: the winner, or the one that failed it for good.
    pub decided_by: Option<AttemptId>,
    /// Real time from start to decision.
    pub wall: Duration,
    /// Time in which the client itself was running.
    pub live: Duration,
    /// Time the call's timer saw the client lose to its own pauses.
    pub lost: Duration,
    /// Whose fault a call timeout was.
    pub cause: Option<Cause>,
    /// The token all attempts carried, in text form.
    pub token: Option<Arc<str>>,
}

impl Report {
    /// Whether a hedge was sent.
    pub fn hedged(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.kind == AttemptKind::Hedge)
    }

    /// How many attempts of a kind were sent.
    pub fn count(&self, kind: AttemptKind) -> usize {
        self.attempts.iter().filter(|attempt| attempt.kind == kind).count()
    }

    /// The attempt that decided the call.
    pub fn decider(&self) -> Option<&AttemptReport> {
        self.attempts.iter().find(|attempt| Some(attempt.id) == self.decided_by)
    }
}

/// What the host writes down while a call runs.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) started: Instant,
    pub(crate) attempts: Vec<AttemptReport>,
}

impl Book {
    /// Since the start of the call.
    pub(crate) fn elapsed(&self, now: Instant) -> Duration {
        std_duration(now.since(self.started))
    }

    pub(crate) fn ended(&mut self, id: AttemptId, outcome: AttemptOutcome, now: Instant) {
        let elapsed = self.elapsed(now);
        if let Some(attempt) = self.entry(id) {
            attempt.duration = Some(elapsed.saturating_sub(attempt.started));
            attempt.outcome = outcome;
        }
    }

    pub(crate) fn cancelled(&mut self, id: AttemptId, reason: Reason) {
        if let Some(attempt) = self.entry(id) {
            attempt.cancelled = Some(reason);
        }
    }

    fn entry(&mut self, id: AttemptId) -> Option<&mut AttemptReport> {
        self.attempts.iter_mut().rev().find(|attempt| attempt.id == id)
    }
}
