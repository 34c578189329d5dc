//! The one funnel of all decisions: each note and action passes here, into the counters, the note ring, the
//! explanation of its call and the trace.

use alloc::collections::VecDeque;

use crate::client::action::Note;
use crate::client::explain::{Entry, Ledger, Levels};
use crate::id::{AttemptId, CallId, EndpointId, Id};
use crate::reason::Reason;
use crate::stats::{Stats, bump};
use crate::time::Instant;
use crate::trace::{Decision, Recorder};

/// What a decision concerns; build it up from `Subject::none()`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject {
    pub(crate) call: Option<CallId>,
    pub(crate) attempt: Option<AttemptId>,
    pub(crate) endpoint: Option<EndpointId>,
    /// The call's record in the ledger, `u32::MAX` for none.
    pub(crate) ledger: u32,
}

impl Subject {
    pub(crate) const fn none() -> Self {
        Self { call: None, attempt: None, endpoint: None, ledger: u32::MAX }
    }

    pub(crate) const fn call(call: Id, ledger: u32) -> Self {
        Self { call: Some(CallId::from_id(call)), attempt: None, endpoint: None, ledger }
    }

    pub(crate) const fn attempt(self, attempt: Id) -> Self {
        Self { attempt: Some(AttemptId::from_id(attempt)), ..self }
    }

    pub(crate) const fn endpoint(self, endpoint: Id) -> Self {
        Self { endpoint: Some(EndpointId::from_id(endpoint)), ..self }
    }
}

/// Counters, notes, explanations and trace of a client.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    pub(crate) stats: Stats,
    pub(crate) ledger: Ledger,
    pub(crate) trace: Recorder,
    notes: VecDeque<Note>,
    most_notes: usize,
}

impl Journal {
    pub(crate) const fn new(most_notes: u32, explain_calls: u32, trace: Recorder) -> Self {
        Self {
            stats: Stats::new(),
            ledger: Ledger::new(explain_calls),
            trace,
            notes: VecDeque::new(),
            most_notes: most_notes as usize,
        }
    }

    /// Records a decision that has an action.
    pub(crate) fn action(&mut self, reason: Reason, subject: Subject, value: u64, now: Instant) {
        self.stats.add_reason(reason);
        self.trace.decide(|| Decision {
            reason,
            call: subject.call.map_or(0, CallId::number),
            attempt: subject.attempt.map_or(0, AttemptId::number),
            endpoint: subject.endpoint.map_or(0, EndpointId::number),
            value,
        });
        if subject.ledger != u32::MAX {
            let Subject { attempt, endpoint, .. } = subject;
            self.ledger.push(subject.ledger, Entry::Event { at: now, reason, attempt, endpoint, value });
        }
    }

    /// Records a decision without an action.
    pub(crate) fn note(&mut self, reason: Reason, subject: Subject, value: u64, now: Instant) {
        self.action(reason, subject, value, now);
        if self.most_notes == 0 {
            return;
        }
        if self.notes.len() >= self.most_notes {
            self.notes.pop_front();
            bump(&mut self.stats.notes_lost);
        }
        let Subject { call, attempt, endpoint, .. } = subject;
        self.notes.push_back(Note { at: now, reason, call, attempt, endpoint, value });
    }

    /// Records what a gate saw, for the decision that follows.
    pub(crate) fn levels(&mut self, ledger: u32, levels: Levels) {
        if ledger != u32::MAX {
            self.ledger.push(ledger, Entry::Levels(levels));
        }
    }

    pub(crate) fn poll_note(&mut self) -> Option<Note> {
        self.notes.pop_front()
    }
}
