//! What a host tells, one method for each kind of input.
//!
//! Each does the same: it writes the input down, clamps its time, runs the lazy sweeps, and hands it to the room that
//! decides about it. Times of the host are moved here into the machine's own.

use alloc::vec::Vec;

use super::Client;
use super::action::{
    ClockSample, Failure, Lease, Namespace, Operation, Response, StallReport, Start, TopologyChange,
};
use super::journal::Subject;
use crate::config::ConfigError;
use crate::id::{AttemptId, CallId, EndpointId};
use crate::reason::Reason;
use crate::signal::map::Records;
use crate::signal::record::Record;
use crate::stats::CallEvent;
use crate::time::Instant;
use crate::trace::Input;

impl Client {
    /// Starts a call: its id, or the reason why it is denied. A denied start changes nothing but counters.
    pub fn start(&mut self, request: &Start<'_>, now: Instant) -> Result<CallId, Reason> {
        let now = self.begin(&Input::Start(request), now);
        let answer = match request.deadline {
            Some(told) if !self.shift.is_none() => {
                let deadline = Some(self.shift.inward(told));
                self.admit(&Start { deadline, ..request.clone() }, now)
            }
            _ => self.admit(request, now),
        };
        if let Err(reason) = answer {
            self.journal.action(reason, Subject::none(), 0, now);
        }
        self.journal.trace.end();
        answer
    }

    /// Reports the answer of an attempt.
    pub fn handle_response(&mut self, attempt: AttemptId, response: Response, now: Instant) {
        let now = self.begin(&Input::Response(attempt, response), now);
        self.end_with_response(attempt.id(), response, now);
        self.journal.trace.end();
    }

    /// Reports the failure of an attempt.
    pub fn handle_failure(&mut self, attempt: AttemptId, failure: Failure, now: Instant) {
        let now = self.begin(&Input::Failure(attempt, failure), now);
        self.end_with_failure(attempt.id(), failure, CallEvent::Failure, now);
        self.journal.trace.end();
    }

    /// Reports that an attempt is over and produced nothing: the confirmation of a cancel.
    pub fn handle_cancelled(&mut self, attempt: AttemptId, now: Instant) {
        let now = self.begin(&Input::Cancelled(attempt), now);
        self.end_cancelled(attempt.id(), now);
        self.journal.trace.end();
    }

    /// Hands in a record of a server for one class, one namespace (`operation` `None`) or all (both `None`).
    pub fn handle_signal(
        &mut self,
        namespace: Option<Namespace>,
        operation: Option<Operation>,
        record: &Record,
        now: Instant,
    ) {
        let now = self.begin(&Input::Signal(namespace, operation, record), now);
        self.receive(namespace, operation, record, now);
        self.journal.trace.end();
    }

    /// Hands in the records of a handshake, each for the scope that it names.
    ///
    /// A name that this client never interned is foreign: its record is counted in `signals_foreign` and changes nothing,
    /// so that a server cannot fill the tables of names. O(records × names).
    pub fn handle_signals(&mut self, records: &Records, now: Instant) {
        for entry in &records.entries {
            let (namespace, operation) = self.scope_of(entry);
            self.handle_signal(namespace, operation, &entry.record, now);
        }
    }

    /// Applies changes of the endpoints, all or none; answers the ids of added and updated ones in order.
    pub fn handle_topology(
        &mut self,
        changes: &[TopologyChange],
        now: Instant,
    ) -> Result<Vec<EndpointId>, ConfigError> {
        let now = self.begin(&Input::Topology(changes), now);
        let answer = self.change_topology(changes, now);
        self.journal.trace.end();
        answer
    }

    /// Tells of a time in which the client did not run.
    pub fn handle_stall(&mut self, report: StallReport, now: Instant) {
        let now = self.begin(&Input::Stall(report), now);
        match report {
            StallReport::Paused { from, to } => {
                self.charge_pause(self.shift.inward(from), self.shift.inward(to), now);
            }
            StallReport::Throttled => self.stall.throttled(now),
            StallReport::Resumed => self.stall.resumed(now),
            StallReport::Reset => self.stall.reset(),
            StallReport::Suspended => self.offset.clear(),
        }
        self.journal.trace.end();
    }

    /// Takes a reading of a server's clock, for `token.clock` `estimated`. A response that tells the server's wall time
    /// is one too and needs no call of this.
    pub fn handle_clock(&mut self, sample: ClockSample, now: Instant) {
        self.begin(&Input::Clock(sample), now);
        let (sent, received) = (self.shift.inward(sample.sent), self.shift.inward(sample.received));
        self.read_clock(ClockSample { sent, received, ..sample });
        self.journal.trace.end();
    }

    /// Takes a lease of timestamps, for `token.tier` `regional`; it replaces the rest of the one before.
    pub fn handle_lease(&mut self, lease: Lease, now: Instant) {
        let now = self.begin(&Input::Lease(lease), now);
        self.generator.handle_lease(lease.from_t, lease.count, self.shift.inward(lease.expires_at), now);
        self.journal.trace.end();
    }

    /// Fires every timer that is due. Early is harmless, late is safe and counted.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.begin(&Input::Timeout, now);
        self.fire(now);
        self.journal.trace.end();
    }

    /// The caller gives a call up.
    pub fn cancel(&mut self, call: CallId, now: Instant) {
        let now = self.begin(&Input::Cancel(call), now);
        self.cancel_call(call.id(), now);
        self.journal.trace.end();
    }

    /// Denies later starts; running calls go on, and with a deadline what is still undecided then is completed with
    /// `shutdown`. A second drain may only move the deadline earlier.
    pub fn drain(&mut self, deadline: Option<Instant>, now: Instant) {
        let now = self.begin(&Input::Drain(deadline), now);
        self.start_drain(deadline.map(|deadline| self.shift.inward(deadline)), now);
        self.journal.trace.end();
    }

    /// What every input does first: note it, clamp its time, run lazy sweeps.
    fn begin(&mut self, input: &Input<'_>, told: Instant) -> Instant {
        self.journal.trace.begin(input, told);
        let now = self.clock.observe(self.shift.inward(told));
        let ejected = self.ejection.sweep(now);
        self.journal.stats.ejections = self.journal.stats.ejections.saturating_add(u64::from(ejected));
        now
    }
}
