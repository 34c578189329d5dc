//! What a host is told: actions to perform, when to wake, notes, and the trace.
//!
//! Times of the machine are moved here into those of the host.

use alloc::vec::Vec;

use super::Client;
use super::action::{Action, Note, Wake};
use super::timeout::Kind;
use crate::reason::Reason;
use crate::trace::{TraceHeader, TraceRecord};

/// Timers of the earliest slot that a wake-up looks at for the exact deadline; beyond, the slot's start is answered.
const PEEK: usize = 8;

impl Client {
    /// The next action, oldest first.
    pub fn poll_action(&mut self) -> Option<Action> {
        let mut action = self.actions.pop_front();
        if let Some(Action::Send { deadline, .. }) = &mut action {
            *deadline = self.shift.outward(*deadline);
        }
        action
    }

    /// When to call [`Self::handle_timeout`] and why; `None` when nothing is to come.
    pub fn poll_timeout(&self) -> Option<Wake> {
        if !self.actions.is_empty() {
            return Some(Wake { at: self.shift.outward(self.clock.last()), reason: Reason::Actions });
        }
        let (at, payload) = self.wheel.peek(PEEK)?;
        Some(Wake { at: self.shift.outward(at), reason: Kind::of(payload).reason() })
    }

    /// The oldest note of the ring, which `trace.notes` sizes (0: none are kept).
    pub fn poll_note(&mut self) -> Option<Note> {
        let mut note = self.journal.poll_note()?;
        note.at = self.shift.outward(note.at);
        if note.tells_a_time() {
            note.value = self.shift.value(note.value);
        }
        Some(note)
    }

    /// The oldest record of the trace, if `trace.enabled`: an input and the decisions it caused.
    ///
    /// When `trace.buffer` records wait, recording ends for good, and what follows is counted in `trace_lost`. A host
    /// takes either these or [`Self::poll_trace_bytes`]; what one of them handed out the other does not.
    pub fn poll_trace(&mut self) -> Option<TraceRecord> {
        self.journal.trace.poll()
    }

    /// Appends the waiting records in their compact form, and before the first of them the header; answers how many
    /// bytes were appended.
    ///
    /// The bytes of all calls, one after the other, are what [`Trace::from_bytes`](crate::trace::Trace::from_bytes)
    /// reads. They hold the seed.
    pub fn poll_trace_bytes(&mut self, out: &mut Vec<u8>) -> usize {
        self.journal.trace.poll_bytes(out)
    }

    /// What a trace begins with; `None` unless `trace.enabled`. It holds the seed.
    pub fn trace_header(&self) -> Option<&TraceHeader> {
        self.journal.trace.header()
    }
}
