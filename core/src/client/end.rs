//! How an attempt ends: identity, books, and what the call does next.
//!
//! The order is fixed. An unknown id is `stale_id`, an attempt that had ended while its call lives is `duplicate`;
//! neither changes anything else. Then the books: in-flight, slots, timers, and what each policy sees. Then late
//! reports end. Then an answer completes the call, a fatal failure fails it, and any other failure asks for a hedge at
//! once, waits for what is outstanding, or asks the retry gate.
//!
//! What policies see closes four traps: a fast failure never lowers the average; a hedge's latency is never taken for
//! the class's; timeouts and refusals never refill a budget; a pause of ours is never an endpoint's failure.

use crate::client::Client;
use crate::client::action::{ClockSample, Failure, Outcome, Response};
use crate::client::attempt::Load;
use crate::client::call::{CallState, Further, NO_RETRY};
use crate::client::complete::Completion;
use crate::client::health::Told;
use crate::client::journal::Subject;
use crate::client::timeout::NO_STAGES;
use crate::id::{CallId, Id};
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;
use crate::retry::pushback::{Pushback, PushbackMode};
use crate::stats::{CallEvent, bump};
use crate::time::{Duration, Instant};

/// What the books need of an attempt that has just been closed.
#[derive(Clone, Copy)]
struct Closed {
    call: Id,
    endpoint: Id,
    sent: Instant,
    load: Load,
    hedge: bool,
    asked: bool,
    recorded: bool,
    blamed: bool,
    probe: bool,
    /// Where the call stood before.
    before: CallState,
    decided: bool,
}

impl Closed {
    const fn result(&self) -> Told {
        Told { call: self.call, endpoint: self.endpoint, sent: self.sent, probe: self.probe }
    }
}

impl Client {
    pub(super) fn end_with_response(&mut self, attempt: Id, response: Response, now: Instant) {
        let Some(closed) = self.close(attempt, now) else { return };
        self.journal.stats.add_ended(None);
        self.learn(closed.result(), true, now);
        self.endpoints_saw_answer(&closed, now);
        self.learn_load(closed.result(), response.load, now);
        if let Some(server) = response.wall {
            self.read_clock(ClockSample { sent: closed.sent, received: now, server });
        }
        if closed.decided {
            self.late(attempt, &closed, now);
            return;
        }
        self.record_success(&closed, now);
        if !closed.asked {
            self.adapt_to_answer(closed.call, closed.sent, closed.load, now);
        }
        let cost = self.calls.get(closed.call).map(|found| found.retry_cost).filter(|&cost| cost != NO_RETRY);
        let namespace = self.namespace_of(closed.call);
        if let Some(budget) = self.budget(namespace) {
            budget.on_success(cost, now);
        }
        if closed.hedge {
            bump(&mut self.journal.stats.hedges_won);
        }
        self.complete(closed.call, Completion::of(Outcome::Ok, Reason::Response).by(attempt), now);
        self.count_arrow(&closed, CallEvent::Response);
        self.leave_behind(&closed, now);
    }

    pub(super) fn end_with_failure(&mut self, attempt: Id, failure: Failure, event: CallEvent, now: Instant) {
        let heard = failure.pushback.normalized();
        let failure = Failure { pushback: heard.pushback, ..failure };
        let Some(closed) = self.close(attempt, now) else { return };
        self.journal.stats.add_ended(Some(failure.class));
        if heard.clamped {
            bump(&mut self.journal.stats.pushback_clamped);
        }
        // One of ours that the host reports as well was counted when it was asked to cancel.
        if failure.class == FailureClass::Timeout && !closed.asked {
            bump(&mut self.journal.stats.timeouts_server);
        }
        self.book_failure(&closed, failure, now);
        if closed.decided || closed.asked {
            self.late(attempt, &closed, now);
            return;
        }
        if let Some(found) = self.calls.get_mut(closed.call) {
            found.last_class = Some(failure.class);
        }
        let event = self.after_failure(attempt, &closed, failure, event, now);
        self.count_arrow(&closed, event);
        self.leave_behind(&closed, now);
    }

    pub(super) fn end_cancelled(&mut self, attempt: Id, now: Instant) {
        let unasked = self.attempts.get(attempt).is_some_and(|found| {
            found.is_outstanding() && self.calls.get(found.call).is_some_and(|call| !call.flags.decided)
        });
        if unasked {
            let failure = Failure::new(FailureClass::Transient);
            self.end_with_failure(attempt, failure, CallEvent::CancelledUnasked, now);
            return;
        }
        let Some(closed) = self.close(attempt, now) else { return };
        self.told_nothing(closed.result(), now);
        self.release_slot(closed.call);
        self.count_arrow(&closed, CallEvent::CancelConfirmed);
        self.leave_behind(&closed, now);
    }

    /// The orphan time is over: the attempt is closed as if confirmed.
    pub(super) fn end_orphan(&mut self, attempt: Id, now: Instant) {
        let Some(closed) = self.close(attempt, now) else { return };
        let subject = self.subject(closed.call).attempt(attempt).endpoint(closed.endpoint);
        self.journal.note(Reason::OrphanExpired, subject, 0, now);
        self.told_nothing(closed.result(), now);
        self.release_slot(closed.call);
        self.count_arrow(&closed, CallEvent::Orphan);
        self.leave_behind(&closed, now);
    }

    /// Steps 1 and 2: identity, then in-flight counts, hedge slot and timers.
    fn close(&mut self, attempt: Id, now: Instant) -> Option<Closed> {
        let Some(found) = self.attempts.get_mut(attempt) else {
            bump(&mut self.journal.stats.stale_attempts);
            self.journal.note(Reason::StaleId, Subject::none().attempt(attempt), 0, now);
            return None;
        };
        if found.flags.ended {
            let (call, endpoint) = (found.call, found.endpoint);
            let subject = self.subject(call).attempt(attempt).endpoint(endpoint);
            self.journal.note(Reason::Duplicate, subject, 0, now);
            return None;
        }
        let (flags, load) = (found.flags, found.load);
        let (call, endpoint, sent, hedge) = (found.call, found.endpoint, found.sent, found.is_hedge());
        found.flags.ended = true;
        self.clear_attempt_timer(attempt);
        self.endpoints.on_ended(endpoint, hedge);
        let found = self.calls.get_mut(call)?;
        let (before, decided) = (found.state(), found.flags.decided);
        found.open = found.open.saturating_sub(1);
        found.outstanding = found.outstanding.saturating_sub(u8::from(!flags.asked));
        found.open_normal = found.open_normal.saturating_sub(u8::from(!hedge));
        let namespace = found.namespace;
        if hedge && let Some(state) = self.classes.namespace_mut(namespace) {
            state.hedges.release();
        }
        Some(Closed {
            call,
            endpoint,
            sent,
            load,
            hedge,
            asked: flags.asked,
            recorded: flags.recorded,
            blamed: flags.blamed,
            probe: flags.probe,
            before,
            decided,
        })
    }

    /// The last of each end: a call that is over is forgotten, and the slot of a hedge goes to who waits for it.
    fn leave_behind(&mut self, closed: &Closed, now: Instant) {
        let namespace = self.namespace_of(closed.call);
        self.free_if_over(closed.call, now);
        if closed.hedge {
            self.serve_waiting(namespace, now);
        }
    }

    fn namespace_of(&self, call: Id) -> u32 {
        self.calls.get(call).map_or(0, |found| found.namespace)
    }

    fn endpoints_saw_answer(&mut self, closed: &Closed, now: Instant) {
        self.endpoints.on_response(closed.endpoint, now);
        self.endpoint_result(closed.result(), true, now);
    }

    fn record_success(&mut self, closed: &Closed, now: Instant) {
        if closed.hedge || closed.recorded {
            return;
        }
        let class = self.calls.get(closed.call).map_or(u32::MAX, |found| found.class);
        if let Some(class) = self.classes.get_mut(class) {
            let clamp = class.clamp(&self.signals);
            class.estimator.success(now.since(closed.sent), clamp, now);
        }
    }

    /// A primary that ended unfinished: the elapsed time is a lower bound of its latency.
    pub(super) fn record_unfinished(&mut self, call: Id, elapsed: Duration, now: Instant) {
        let class = self.calls.get(call).map_or(u32::MAX, |found| found.class);
        if let Some(class) = self.classes.get_mut(class) {
            let clamp = class.clamp(&self.signals);
            class.estimator.unfinished(elapsed, clamp, now);
        }
    }

    fn book_failure(&mut self, closed: &Closed, failure: Failure, now: Instant) {
        let Failure { class, pushback } = failure;
        self.learn(closed.result(), false, now);
        match class {
            FailureClass::Fatal => self.endpoints_saw_answer(closed, now),
            FailureClass::Overloaded | FailureClass::Refused => {
                self.endpoints.on_response(closed.endpoint, now);
                self.endpoint_refused(closed.result(), now);
            }
            FailureClass::Transient | FailureClass::Timeout | FailureClass::NotSent => {
                if class == FailureClass::Transient {
                    self.endpoints.on_response(closed.endpoint, now);
                }
                if !closed.blamed {
                    self.endpoint_result(closed.result(), false, now);
                }
            }
        }
        let dropped =
            matches!(class, FailureClass::Timeout | FailureClass::Overloaded | FailureClass::Refused);
        if dropped && !closed.asked {
            self.adapt_to_drop(closed.call, closed.load, now);
        }
        if class == FailureClass::Timeout && !closed.hedge && !closed.recorded && !closed.decided {
            self.record_unfinished(closed.call, now.since(closed.sent), now);
        }
        let namespace = self.namespace_of(closed.call);
        if !closed.decided
            && !closed.asked
            && let Some(budget) = self.budget(namespace)
        {
            budget.on_failure(class, pushback.never, now);
        }
        self.book_pushback(closed.call, pushback, now);
    }

    /// A hint in mode `floor` closes the hedge gate of the whole namespace until it has passed.
    fn book_pushback(&mut self, call: Id, pushback: Pushback, now: Instant) {
        let Some(found) = self.calls.get(call) else { return };
        let (class, namespace) = (found.class, found.namespace);
        if self.pushback_mode(class) != PushbackMode::Floor {
            return;
        }
        if let (Some(wait), Some(state)) = (pushback.retry_after, self.classes.namespace_mut(namespace)) {
            state.pushback_until = state.pushback_until.max(now + wait);
        }
    }

    /// Step 3: a report that no longer decides anything.
    fn late(&mut self, attempt: Id, closed: &Closed, now: Instant) {
        let subject = self.subject(closed.call).attempt(attempt).endpoint(closed.endpoint);
        self.journal.note(Reason::Late, subject, 0, now);
        self.release_slot(closed.call);
        self.count_arrow(closed, CallEvent::Late);
        self.leave_behind(closed, now);
    }

    /// Steps 5 to 9; answers the event that the state table counts.
    fn after_failure(
        &mut self,
        attempt: Id,
        closed: &Closed,
        failure: Failure,
        event: CallEvent,
        now: Instant,
    ) -> CallEvent {
        let Failure { class, pushback } = failure;
        let call = closed.call;
        if class == FailureClass::Fatal {
            let done = Completion::of(Outcome::Failed, Reason::Fatal).by(attempt).class(class);
            self.complete(call, done, now);
            return CallEvent::Fatal;
        }
        let hint = self.heed(call, class, pushback);
        if self.hedges_left(call) {
            let outstanding = self.calls.get(call).map_or(0, |found| found.outstanding);
            if let Some(wait) = hint {
                if outstanding > 0 {
                    self.postpone_hedge(call, wait, now);
                    return event;
                }
            } else if self.hedges_at_once(call, class) && self.try_hedge(call, Reason::HedgeAfterFailure, now)
            {
                self.rearm_after_hedge(call, now);
                return if event == CallEvent::Failure { CallEvent::FailureHedged } else { event };
            }
        }
        if self.calls.get(call).is_some_and(|found| found.outstanding > 0) {
            self.drop_closed_hedge_timer(call);
            return event;
        }
        self.clear_pending(call);
        // The whole hint, since a mode that ignores delays still tells a refusal with one from a refusal for good.
        match self.retry_gate(call, class, pushback.retry_after, now) {
            Ok(delay) => self.schedule_retry(call, delay, now),
            Err(reason) => self.complete(call, Completion::of(Outcome::Failed, reason).class(class), now),
        }
        event
    }

    /// Step 6: what the server said of further attempts; answers the delay to heed. Mode `ignore` hears nothing but a
    /// refusal for good, which is no hint.
    fn heed(&mut self, call: Id, class: FailureClass, pushback: Pushback) -> Option<Duration> {
        let found = self.calls.get_mut(call)?;
        let mode = self.classes.get(found.class).map(|class| class.settings.retry.pushback.mode);
        let heard = if mode == Some(PushbackMode::Ignore) { Pushback::NONE } else { pushback };
        let refused = class == FailureClass::Refused && pushback.retry_after.is_none();
        if refused || heard.never {
            found.flags.further = Further::Stopped;
            found.flags.hedging_closed = true;
        }
        if let Some(most) = heard.max_retries {
            found.max_retries = found.max_retries.min(most);
        }
        heard.retry_after
    }

    fn hedges_at_once(&self, call: Id, class: FailureClass) -> bool {
        let local = matches!(class, FailureClass::Transient | FailureClass::Timeout | FailureClass::NotSent);
        let found = self.calls.get(call).and_then(|found| self.classes.get(found.class));
        local && found.is_some_and(|class| class.settings.hedge.after_failure)
    }

    /// A server's delay moves the hedge timer instead of denying the hedge (A6).
    fn postpone_hedge(&mut self, call: Id, wait: Duration, now: Instant) {
        self.arm_hedge(call, wait, now);
        let subject = self.subject(call);
        self.journal.note(Reason::HedgePostponed, subject, (now + wait).as_micros(), now);
    }

    /// A closed hedging needs no timer.
    fn drop_closed_hedge_timer(&mut self, call: Id) {
        if self.calls.get(call).is_some_and(|found| found.flags.hedging_closed) {
            self.clear_pending(call);
        }
    }

    /// After a sent hedge: the timer starts anew while hedges are left, else it is cleared.
    pub(super) fn rearm_after_hedge(&mut self, call: Id, now: Instant) {
        let Some(delay) = self.calls.get(call).map(|found| found.hedge_delay) else { return };
        // Also with a delay of 0, which arms none: the timer of a wait that is over would hedge once more.
        self.clear_pending(call);
        if self.hedges_left(call) {
            self.arm_or_send_hedges(call, delay, now);
        }
    }

    fn count_arrow(&mut self, closed: &Closed, event: CallEvent) {
        let mut after = self.state(CallId::from_id(closed.call));
        if after == CallState::Lingering && self.calls.get(closed.call).is_some_and(|found| found.open == 0) {
            after = CallState::Freed;
        }
        self.journal.stats.add_arrow(closed.before, event, after);
    }

    pub(super) fn clear_attempt_timer(&mut self, attempt: Id) {
        let Some(found) = self.attempts.get_mut(attempt) else { return };
        if let Some(timer) = found.timer.take() {
            self.wheel.cancel(timer);
        }
        let stages = core::mem::replace(&mut found.stages, NO_STAGES);
        self.stages.give_back(stages);
    }
}
