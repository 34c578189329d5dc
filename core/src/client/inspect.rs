//! What a machine holds, read without changing anything.

use super::Client;
use super::action::{Namespace, Operation};
use super::call::{Call, CallState};
use crate::config::Config;
use crate::id::{CallId, EndpointId};
use crate::retry::budget::Budget;
use crate::stats::Stats;
use crate::time::Duration;
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
        stats.clock_bad = self.clock.bad();
        stats.ejections_denied = self.ejection.denied();
        stats.clock_steps_back = self.clock.steps_back();
        stats.trace_lost = self.journal.trace.lost();
        stats
    }
}
