//! Completion: exactly one per admitted call, then the cancels it causes, then the call lingers until nothing is open.

use crate::client::Client;
use crate::client::Draining;
use crate::client::action::{Action, Outcome};
use crate::client::call::CallState;
use crate::client::health::Told;
use crate::client::journal::Subject;
use crate::client::timeout::Kind;
use crate::id::{AttemptId, CallId, EndpointId, Id};
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;
use crate::stats::{CallEvent, bump};
use crate::time::{Duration, Instant};
use crate::timer::pause::Cause;

/// How a call is completed.
#[derive(Clone, Copy)]
pub(super) struct Completion {
    outcome: Outcome,
    reason: Reason,
    attempt: Option<Id>,
    class: Option<FailureClass>,
    cause: Option<Cause>,
}

impl Completion {
    pub(super) const fn of(outcome: Outcome, reason: Reason) -> Self {
        Self { outcome, reason, attempt: None, class: None, cause: None }
    }

    pub(super) const fn by(self, attempt: Id) -> Self {
        Self { attempt: Some(attempt), ..self }
    }

    pub(super) const fn class(self, class: FailureClass) -> Self {
        Self { class: Some(class), ..self }
    }

    pub(super) const fn cause(self, cause: Cause) -> Self {
        Self { cause: Some(cause), ..self }
    }

    /// Why outstanding attempts are cancelled by this completion.
    const fn cancels_with(&self) -> Reason {
        match self.reason {
            Reason::CallTimeout => Reason::CancelCallTimeout,
            Reason::Deadline => Reason::CancelDeadline,
            Reason::Shutdown => Reason::CancelShutdown,
            Reason::CallerCancelled => Reason::CallCancelled,
            _ => Reason::LostRace,
        }
    }

    /// Whether the elapsed time of outstanding primaries is a lower bound of their latency.
    fn tells_latency(&self) -> bool {
        self.cancels_with() == Reason::LostRace || self.cause == Some(Cause::Server)
    }
}

impl Client {
    /// Decides a call. The caller frees it afterwards, if nothing is open.
    pub(super) fn complete(&mut self, call: Id, done: Completion, now: Instant) {
        self.clear_pending(call);
        let Some(found) = self.calls.get_mut(call) else { return };
        found.flags.decided = true;
        let (timeout, deadline) = (found.timeout_id.take(), found.deadline_id.take());
        let (wall, lost) = (now.since(found.started()), found.timeout.lost());
        let action = Action::Complete {
            call: CallId::from_id(call),
            cookie: found.cookie,
            outcome: done.outcome,
            reason: done.reason,
            class: done.class,
            attempt: done.attempt.map(AttemptId::from_id),
            attempts: found.sent,
            wall,
            live: wall - lost,
            lost,
            cause: done.cause,
        };
        for timer in [timeout, deadline].into_iter().flatten() {
            self.wheel.cancel(timer);
        }
        self.undecided = self.undecided.saturating_sub(1);
        self.actions.push_back(action);
        self.count_completion(done, lost);
        let mut subject = self.subject(call);
        if let Some(attempt) = done.attempt {
            subject = subject.attempt(attempt);
            if let Some(found) = self.attempts.get(attempt) {
                subject = subject.endpoint(found.endpoint);
            }
        }
        self.journal.action(done.reason, subject, wall.as_micros(), now);
        self.cancel_outstanding(call, done, now);
        self.release_slot(call);
    }

    fn count_completion(&mut self, done: Completion, lost: Duration) {
        let stats = &mut self.journal.stats;
        bump(match done.outcome {
            Outcome::Ok => &mut stats.completed_ok,
            Outcome::Failed => &mut stats.completed_failed,
            Outcome::Cancelled => &mut stats.completed_cancelled,
        });
        stats.lost_us = stats.lost_us.saturating_add(lost.as_micros());
        match done.cause {
            Some(Cause::Server) => bump(&mut stats.timeouts_server),
            Some(Cause::ClientPause) => bump(&mut stats.timeouts_client_pause),
            None => {}
        }
    }

    fn cancel_outstanding(&mut self, call: Id, done: Completion, now: Instant) {
        let mut next = self.calls.get(call).and_then(|found| found.attempts.first);
        while let Some(attempt) = next {
            let Some(found) = self.attempts.get(attempt) else { return };
            next = found.next;
            if found.is_outstanding() {
                let blame = done.cause == Some(Cause::Server);
                self.ask_to_cancel(attempt, done.cancels_with(), done.tells_latency(), blame, now);
            }
        }
    }

    /// Asks the host to cancel an attempt, books it as unfinished or as its endpoint's failure, and arms the orphan timer.
    pub(super) fn ask_to_cancel(
        &mut self,
        attempt: Id,
        reason: Reason,
        tells_latency: bool,
        blame: bool,
        now: Instant,
    ) {
        self.clear_attempt_timer(attempt);
        let orphan = now + self.config.attempt.orphan_ttl;
        let timer = self.wheel.insert(orphan, Kind::Orphan.payload(attempt));
        let Some(found) = self.attempts.get_mut(attempt) else { return };
        let (call, endpoint, sent, hedge) = (found.call, found.endpoint, found.sent, found.is_hedge());
        let load = found.load;
        let record = tells_latency && !hedge && !found.flags.recorded;
        found.timer = Some(timer);
        found.flags.asked = true;
        found.flags.recorded = true;
        found.flags.blamed |= blame;
        let probe = found.flags.probe;
        // A probe that is blamed has told what it can.
        found.flags.probe &= !blame;
        let mut cookie = 0;
        if let Some(found) = self.calls.get_mut(call) {
            found.outstanding = found.outstanding.saturating_sub(1);
            cookie = found.cookie;
        }
        if record {
            self.record_unfinished(call, now.since(sent), now);
        }
        if blame {
            let told = Told { call, endpoint, sent, probe };
            self.learn(told, false, now);
            self.endpoint_result(told, false, now);
            self.adapt_to_drop(call, load, now);
        }
        if hedge && reason == Reason::LostRace {
            bump(&mut self.journal.stats.hedges_lost);
        }
        self.actions.push_back(Action::Cancel {
            call: CallId::from_id(call),
            attempt: AttemptId::from_id(attempt),
            endpoint: EndpointId::from_id(endpoint),
            reason,
            cookie,
        });
        let subject = self.subject(call).attempt(attempt).endpoint(endpoint);
        self.journal.action(reason, subject, 0, now);
    }

    /// Gives the call slot back once the call is decided and no primary or retry is open: the server still works for a
    /// cancelled one.
    pub(super) fn release_slot(&mut self, call: Id) {
        let Some(found) = self.calls.get_mut(call) else { return };
        if !found.flags.decided || found.open_normal > 0 || !found.flags.slot {
            return;
        }
        found.flags.slot = false;
        let namespace = found.namespace;
        if let Some(state) = self.classes.namespace_mut(namespace) {
            state.calls.release();
        }
    }

    /// Forgets a decided call with nothing open; its ids are stale from now on.
    pub(super) fn free_if_over(&mut self, call: Id, _now: Instant) {
        let Some(found) = self.calls.get(call) else { return };
        if !found.flags.decided || found.open > 0 {
            return;
        }
        let (mut next, ledger) = (found.attempts.first, found.ledger);
        self.release_slot(call);
        self.calls.remove(call);
        while let Some(attempt) = next {
            next = self.attempts.get(attempt).and_then(|found| found.next);
            self.attempts.remove(attempt);
        }
        self.journal.ledger.finish(ledger);
    }

    pub(super) fn cancel_call(&mut self, call: Id, now: Instant) {
        let before = self.state(CallId::from_id(call));
        if matches!(before, CallState::Lingering | CallState::Freed) {
            bump(&mut self.journal.stats.stale_calls);
            let subject = Subject { ledger: u32::MAX, ..Subject::call(call, u32::MAX) };
            self.journal.note(Reason::StaleId, subject, 0, now);
            return;
        }
        self.finish(
            call,
            Completion::of(Outcome::Cancelled, Reason::CallerCancelled),
            CallEvent::CallerCancel,
            now,
        );
    }

    /// Completes a call from outside its attempts, counts the arrow and frees it if nothing is open.
    pub(super) fn finish(&mut self, call: Id, done: Completion, event: CallEvent, now: Instant) {
        let before = self.state(CallId::from_id(call));
        self.complete(call, done, now);
        self.free_if_over(call, now);
        self.journal.stats.add_arrow(before, event, self.state(CallId::from_id(call)));
    }

    /// A deadline that has passed already ends what is undecided at once.
    pub(super) fn start_drain(&mut self, deadline: Option<Instant>, now: Instant) {
        let (old, timer) = match self.draining {
            Draining::No => (None, None),
            Draining::Yes { deadline, timer } => (deadline, timer),
        };
        let earliest = match (old, deadline) {
            (Some(old), Some(new)) => Some(old.min(new)),
            (old, new) => old.or(new),
        };
        let mut armed = timer;
        if earliest != old
            && let Some(at) = earliest
        {
            if let Some(timer) = timer {
                self.wheel.cancel(timer);
            }
            armed = Some(self.wheel.insert(at, Kind::Drain.service()));
        }
        self.draining = Draining::Yes { deadline: earliest, timer: armed };
        if earliest.is_some_and(|at| at <= now) {
            if let Some(timer) = armed {
                self.wheel.cancel(timer);
            }
            self.shut_down(now);
        }
    }

    /// The drain deadline: completes what is still undecided, in the order of the call table.
    pub(super) fn shut_down(&mut self, now: Instant) {
        if let Draining::Yes { timer, .. } = &mut self.draining {
            *timer = None;
        }
        let open: alloc::vec::Vec<Id> =
            self.calls.iter().filter(|(_, found)| !found.flags.decided).map(|(id, _)| id).collect();
        for call in open {
            self.finish(call, Completion::of(Outcome::Failed, Reason::Shutdown), CallEvent::CallEnd, now);
        }
    }
}
