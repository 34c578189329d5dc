//! The end of one worker's calls, while those of others go on.
//!
//! The machine's own drain ends the service for everybody. Here the worker's starts are denied, and at its deadline each of
//! its calls is cancelled, which blames no server; the worker is told that they were shut down.

use hedgerow::client::call::CallState;
use hedgerow::wire::{float, id};
use hedgerow::{Instant, Reason};

use crate::cookie;
use crate::state::{Record, State};

const CODE: usize = 0;
const PACKED: usize = 7;
const CANCEL: f64 = 2.0;
const COMPLETE: f64 = 3.0;
/// Where the ordinal of a record begins, and where its detail does.
const ORDINAL: u32 = 16;
const DETAIL: u32 = 24;
/// The detail of a completion that failed, for no class and nobody's fault.
const FAILED: u64 = 1;

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
        let packed = id(record[PACKED]);
        let (said, ordinal) = (packed & 0xffff, packed >> ORDINAL & 0xff);
        let is = |code: f64, reason: Reason| {
            record[CODE].total_cmp(&code).is_eq() && said == u64::from(reason.code())
        };
        let (reason, detail) = if is(CANCEL, Reason::CallCancelled) {
            (Reason::CancelShutdown, 0)
        } else if is(COMPLETE, Reason::CallerCancelled) {
            (Reason::Shutdown, FAILED)
        } else {
            return;
        };
        record[PACKED] = float(u64::from(reason.code()) + (ordinal << ORDINAL) + (detail << DETAIL));
    }
}
