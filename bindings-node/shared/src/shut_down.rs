//! The end of one worker's calls, while those of others go on.
//!
//! The machine's own drain ends the service for everybody. Here the worker's starts are denied, and at its deadline each of
//! its calls is cancelled, which blames no server; the worker is told that they were shut down.

use hedgerow::client::action::Outcome;
use hedgerow::client::call::CallState;
use hedgerow::wire::packed::{ORDINAL, OUTCOME, REASON, of_slot, to_slot};
use hedgerow::wire::{Code, slot};
use hedgerow::{Instant, Reason};

use crate::cookie;
use crate::state::{Record, State};

impl State {
    pub(crate) fn shut_down(&mut self, me: usize, deadline: Option<Instant>, now: Instant) {
        let Some(member) = self.member(me) else { return };
        member.drains = true;
        // A second one may only move the deadline earlier.
        member.end = [member.end, deadline].into_iter().flatten().min();
        self.end_at_deadline(me, now);
    }

    pub(crate) fn end_at_deadline(&mut self, me: usize, now: Instant) {
        let Some(member) = self.member(me) else { return };
        if member.end.is_none_or(|end| end > now) {
            return;
        }
        member.end = None;
        self.shutting = true;
        for call in self.client.calls_between(cookie::first(me), cookie::last(me)) {
            if self.client.state(call) != CallState::Lingering {
                self.client.cancel(call, now);
            }
        }
    }

    /// Gives a record the reason of a shutdown in the place of a caller's cancel.
    pub(crate) fn tell_shutdown(record: &mut Record) {
        let packed = of_slot(record[slot::PACKED]);
        let is = |code, reason: Reason| {
            Code::of(record) == Some(code) && REASON.of(packed) == u32::from(reason.code())
        };
        // A failure of no class and nobody's fault.
        let (reason, outcome) = if is(Code::Cancel, Reason::CallCancelled) {
            (Reason::CancelShutdown, 0)
        } else if is(Code::Complete, Reason::CallerCancelled) {
            (Reason::Shutdown, OUTCOME.put(Outcome::Failed as u32))
        } else {
            return;
        };
        let ordinal = ORDINAL.put(ORDINAL.of(packed));
        record[slot::PACKED] = to_slot(REASON.put(reason.code().into()) | ordinal | outcome);
    }
}
