//! What a machine holds, read without changing anything.

use alloc::vec::Vec;

use super::Client;
use super::action::{Namespace, Operation};
use super::attempt::Attempt;
use super::call::{Call, CallState};
use crate::config::Config;
use crate::id::{AttemptId, CallId, EndpointId, Id};
use crate::retry::budget::Budget;
use crate::stats::Stats;
use crate::time::{Duration, Instant};
use crate::timer::wheel::TimerId;
use crate::token::Token;

impl Client {
    /// Attempts at an endpoint whose end is not known; 0 for a stale id.
    pub fn in_flight(&self, endpoint: EndpointId) -> u32 {
        self.endpoints.get(endpoint.id()).map_or(0, |found| found.in_flight)
    }

    /// Call slots that a namespace holds.
    pub fn calls_held(&self, namespace: Namespace) -> u32 {
        self.classes.namespace(namespace.0).map_or(0, |state| state.calls.in_flight())
    }

    /// The limit that the next call of a class is compared with: configured or signalled, lowered by the adaptive one.
    ///
    /// `None` for a class that has not been used.
    pub fn calls_allowed(&self, namespace: Namespace, operation: Operation) -> Option<u32> {
        let class = self.classes.find(namespace.0, operation.0)?;
        let calls =
            self.signals.effective(namespace.0, operation.0, self.classes.get(class)?.configured()).calls;
        Some(self.call_limit(class, calls))
    }

    /// Hedges of a namespace in flight.
    pub fn hedges_in_flight(&self, namespace: Namespace) -> u32 {
        self.classes.namespace(namespace.0).map_or(0, |state| state.hedges.in_flight())
    }

    /// What the retry budget of a namespace holds as of the last input, in micro-tokens; 0 of one that is off.
    pub fn budget_level(&self, namespace: Namespace) -> u64 {
        let own = || self.classes.namespace(namespace.0).and_then(|state| state.budget.as_ref());
        // A copy rolls on to now, so that looking settles nothing.
        let level = |budget: &Budget| budget.clone().level(self.clock.last());
        self.service_budget.as_ref().or_else(own).map_or(0, level)
    }

    /// The newest version of a signal applied for a class: what a request tells its server as `seen`.
    pub fn signal_version(&self, namespace: Namespace, operation: Operation) -> Option<u64> {
        self.signals.seen(namespace.0, operation.0)
    }

    /// The token of a call that is not forgotten.
    pub fn token(&self, call: CallId) -> Option<Token> {
        self.calls.get(call.id()).and_then(Call::token)
    }

    /// Where a call stands; [`CallState::Freed`] for a stale id.
    pub fn state(&self, call: CallId) -> CallState {
        self.calls.get(call.id()).map_or(CallState::Freed, Call::state)
    }

    /// The call of an attempt that is not forgotten.
    pub fn call_of(&self, attempt: AttemptId) -> Option<CallId> {
        self.attempts.get(attempt.id()).map(|found| CallId::from_id(found.call))
    }

    /// The host's own number of a call that is not forgotten.
    pub fn cookie_of(&self, call: CallId) -> Option<u64> {
        self.calls.get(call.id()).map(|found| found.cookie)
    }

    /// The earliest timer of a call and of its attempts; `None` when none is armed, and for a stale id. O(attempts of
    /// the call).
    ///
    /// For a machine that several threads share: [`poll_timeout`](Self::poll_timeout) is the earliest of all calls, this
    /// is when the thread that started the call has to wake for it.
    pub fn call_deadline(&self, call: CallId) -> Option<Instant> {
        let found = self.calls.get(call.id())?;
        let own = [found.pending, found.timeout_id, found.deadline_id];
        let sent = self.attempts_of(found).filter_map(|(_, attempt)| attempt.timer);
        let due = |timer: TimerId| self.wheel.deadline(timer);
        own.into_iter().flatten().chain(sent).filter_map(due).min().map(|at| self.shift.outward(at))
    }

    /// Calls with cookies from `first` to `last` that are not forgotten, in no order that means anything. O(calls).
    pub fn calls_between(&self, first: u64, last: u64) -> Vec<CallId> {
        let theirs = self.calls.iter().filter(|(_, call)| (first..=last).contains(&call.cookie));
        theirs.map(|(id, _)| CallId::from_id(id)).collect()
    }

    /// Attempts of a call whose end is not known, in order of sending; none for a stale id.
    pub fn open_attempts(&self, call: CallId) -> Vec<AttemptId> {
        let Some(found) = self.calls.get(call.id()) else { return Vec::new() };
        let open = self.attempts_of(found).filter(|(_, attempt)| !attempt.flags.ended);
        open.map(|(id, _)| AttemptId::from_id(id)).collect()
    }

    fn attempts_of(&self, call: &Call) -> impl Iterator<Item = (Id, &Attempt)> {
        let at = |id: Option<Id>| id.and_then(|id| self.attempts.get(id).map(|found| (id, found)));
        core::iter::successors(at(call.attempts.first), move |(_, sent)| at(sent.next))
    }

    /// Whether no call is undecided and none lingers.
    pub fn is_idle(&self) -> bool {
        self.calls.len() == 0
    }

    /// The lateness above which a host lets its event loop deliver results before the timeout (`timer.late_tol_us`).
    pub fn late_tolerance(&self) -> Duration {
        self.config.timer.late_tol
    }

    /// The configuration in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// A copy of the counters.
    pub fn stats(&self) -> Stats {
        let mut stats = self.journal.stats.clone();
        // The journal's own are those of a snapshot.
        stats.clock_bad = stats.clock_bad.saturating_add(self.clock.bad());
        stats.clock_steps_back = stats.clock_steps_back.saturating_add(self.clock.steps_back());
        stats.trace_lost = stats.trace_lost.saturating_add(self.journal.trace.lost());
        stats.ejections_denied = stats.ejections_denied.saturating_add(self.ejection.denied());
        stats
    }
}
