//! What the end of an attempt tells of its endpoint: to ejection, to the breaker and to the policy that orders plans.
//!
//! The first two see the same results: an answer or a definite refusal is a success; a transient error, a timeout that the server
//! caused and a request that could not be sent are failures; overload, cancellations and pauses of ours are neither. A
//! breaker's probe is over with its attempt, whatever that told. The policy sees what each attempt took, late ones
//! included, and what servers report of their load.

use crate::balance::LoadReport;
use crate::client::Client;
use crate::client::action::ServerLoad;
use crate::client::journal::Subject;
use crate::id::Id;
use crate::reason::Reason;
use crate::stats::bump;
use crate::time::Instant;

/// An attempt that told something, or came to its end.
#[derive(Clone, Copy)]
pub(super) struct Told {
    pub(super) call: Id,
    pub(super) endpoint: Id,
    pub(super) sent: Instant,
    /// Whether it probes its endpoint's breaker.
    pub(super) probe: bool,
}

impl Client {
    /// A result that tells of the server.
    pub(super) fn endpoint_result(&mut self, told: Told, success: bool, now: Instant) {
        if self.is_live(told.endpoint) && self.ejection.on_result(told.endpoint.index(), success, now) {
            bump(&mut self.journal.stats.ejections);
        }
        self.breaker_result(told, Some(success), now);
    }

    /// What an attempt took until it was answered, failed or was given up as the server's fault.
    pub(super) fn learn(&mut self, told: Told, answered: bool, now: Instant) {
        if self.is_live(told.endpoint) {
            self.choice.on_end(told.endpoint.index(), answered, now.since(told.sent), now);
        }
    }

    /// What an answer says of the server's load.
    pub(super) fn learn_load(&mut self, told: Told, load: Option<ServerLoad>, now: Instant) {
        if let Some(ServerLoad { in_flight, latency }) = load.filter(|_| self.is_live(told.endpoint)) {
            let latency = latency.unwrap_or(now.since(told.sent));
            self.choice.on_report(LoadReport {
                position: told.endpoint.index(),
                in_flight,
                latency,
                at: now,
            });
        }
    }

    fn is_live(&self, endpoint: Id) -> bool {
        self.endpoints.get(endpoint).is_some_and(|found| !found.removed)
    }

    /// The server refused for load, which is nobody's failure unless `ejection.count_overload` says so.
    pub(super) fn endpoint_refused(&mut self, told: Told, now: Instant) {
        if self.ejection.on_overload(told.endpoint.index(), now) {
            bump(&mut self.journal.stats.ejections);
        }
        self.told_nothing(told, now);
    }

    /// An end that tells nothing of the server.
    pub(super) fn told_nothing(&mut self, told: Told, now: Instant) {
        self.breaker_result(told, None, now);
    }

    fn breaker_result(&mut self, told: Told, success: Option<bool>, now: Instant) {
        let changed = self.endpoints.on_result(told.endpoint, told.probe, success, now);
        if let Some((reason, until)) = changed {
            let subject = self.subject(told.call).endpoint(told.endpoint);
            self.journal.note(reason, subject, until.as_micros(), now);
        }
    }

    /// This attempt goes alone where a breaker was open.
    pub(super) fn begin_probe(&mut self, attempt: Id, subject: Subject, now: Instant) {
        if let Some(found) = self.attempts.get_mut(attempt) {
            found.flags.probe = true;
        }
        self.journal.note(Reason::BreakerProbe, subject, 0, now);
    }
}
