//! The two gates every further attempt passes, and the send behind them.
//!
//! The hedge gate asks, first hit denies: client stalled, pushback, time, an unused live plan entry, the coin of
//! `single_r`, the namespace's limit, per-endpoint caps, and the budget last, so that no token is spent on a denial.
//! A denial closes hedging for the call, unless `hedge.denied: wait` lets it wait for a slot. The retry gate asks: stopped by the server, not wanted by the
//! host, switched off, idempotency, attempts, then draws its delay, then time, then the budget. A passed retry withdraws at once and
//! is never refunded.

use crate::client::Client;
use crate::client::action::{Action, AttemptKind};
use crate::client::attempt::{Attempt, AttemptFlags};
use crate::client::call::{Further, Trigger};
use crate::client::explain::Levels;
use crate::client::timeout::{Kind, NO_STAGES};
use crate::config::Idempotency;
use crate::hedge::delay::{Strategy, is_in_time};
use crate::id::{AttemptId, CallId, EndpointId, Id};
use crate::reason::Reason;
use crate::retry::gate::{Granted, Question, Refused, Terms, gate};
use crate::retry::outcome::FailureClass;
use crate::retry::pushback::{Pushback, PushbackMode};
use crate::stall::StallLevel;
use crate::stats::bump;
use crate::time::{Duration, Instant};

impl Client {
    /// The first plan entry that is live, not behind a breaker, unused and, for a hedge, below the cap of its endpoint.
    /// When every other entry is used, an endpoint that stands for a pool counts as unused.
    pub(super) fn next_entry(&self, call: Id, hedge_cap: Option<u32>, now: Instant) -> Option<(u8, Id)> {
        let plan = &self.calls.get(call)?.plan;
        let free =
            |endpoint: &crate::client::endpoint::Endpoint| hedge_cap.is_none_or(|cap| endpoint.hedges < cap);
        let live = |(index, entry, used): (u8, u32, bool)| {
            let found = self.endpoints.by_entry(entry).filter(|(_, endpoint)| endpoint.allows(now));
            found.map(|(id, endpoint)| (index, id, endpoint, used))
        };
        plan.entries()
            .filter_map(live)
            .find(|(_, _, endpoint, used)| !used && free(endpoint))
            .or_else(|| {
                let mut rest = plan.entries().filter_map(live);
                if rest.any(|(_, _, endpoint, used)| !used && !endpoint.pool) {
                    return None;
                }
                plan.entries().filter_map(live).find(|(_, _, endpoint, _)| endpoint.pool && free(endpoint))
            })
            .map(|(index, id, _, _)| (index, id))
    }

    /// Sends an attempt and books it everywhere.
    pub(super) fn send_to(
        &mut self,
        call: Id,
        index: u8,
        endpoint: Id,
        kind: AttemptKind,
        reason: Reason,
        now: Instant,
    ) {
        let load = self.load(call);
        let Some(found) = self.calls.get_mut(call) else { return };
        let hedge = kind == AttemptKind::Hedge;
        let attempt = self.attempts.insert(Attempt {
            call,
            endpoint,
            sent: now,
            timer: None,
            next: None,
            stages: NO_STAGES,
            load,
            kind,
            flags: AttemptFlags::default(),
        });
        let Some(attempt) = attempt else { return };
        let before = found.attempts.last;
        found.attempts.last = Some(attempt);
        found.attempts.first = found.attempts.first.or(Some(attempt));
        found.plan.mark_used(index);
        found.sent = found.sent.saturating_add(1);
        found.open += 1;
        found.outstanding += 1;
        found.hedges += u8::from(hedge);
        found.made += u8::from(!hedge);
        found.open_normal += u8::from(!hedge);
        let send = Action::Send {
            call: CallId::from_id(call),
            attempt: AttemptId::from_id(attempt),
            endpoint: EndpointId::from_id(endpoint),
            kind,
            reason,
            ordinal: found.sent,
            token: found.token(),
            remaining: found.remaining(now),
            deadline: found.deadline,
            priority: found.priority,
            cookie: found.cookie,
        };
        if let Some(before) = before.and_then(|before| self.attempts.get_mut(before)) {
            before.next = Some(attempt);
        }
        self.actions.push_back(send);
        let subject = self.subject(call).attempt(attempt).endpoint(endpoint);
        self.journal.action(reason, subject, kind as u64, now);
        self.choice.on_sent(endpoint.index());
        if self.endpoints.on_sent(endpoint, hedge, now) {
            self.begin_probe(attempt, subject, now);
        }
        self.arm_attempt_timeout(call, attempt, now);
    }

    /// Asks the hedge gate; granted, the hedge is sent, denied, hedging is closed for the call and the reason noted.
    pub(super) fn try_hedge(&mut self, call: Id, reason: Reason, now: Instant) -> bool {
        match self.hedge_gate(call, now) {
            Ok((index, endpoint)) => {
                self.leave_queue(call);
                bump(&mut self.journal.stats.budget_withdrawn);
                self.send_to(call, index, endpoint, AttemptKind::Hedge, reason, now);
                true
            }
            Err(Reason::HedgeLimit) if self.waits_for_slot(call, now) => false,
            Err(denied) => {
                self.leave_queue(call);
                self.deny_hedge(call, denied, now);
                false
            }
        }
    }

    /// Notes why a hedge is denied and closes hedging for the call.
    pub(super) fn deny_hedge(&mut self, call: Id, denied: Reason, now: Instant) {
        let subject = self.subject(call);
        self.journal.note(denied, subject, 0, now);
        if let Some(found) = self.calls.get_mut(call) {
            found.flags.hedging_closed = true;
        }
    }

    fn hedge_gate(&mut self, call: Id, now: Instant) -> Result<(u8, Id), Reason> {
        if let Some((ledger, levels)) = self.levels(call, now) {
            self.journal.levels(ledger, levels);
        }
        let Some(found) = self.calls.get(call) else { return Err(Reason::HedgeNoEndpoint) };
        let (class, namespace, deadline) = (found.class, found.namespace, found.deadline);
        if self.stall.level() == StallLevel::Trip {
            return Err(Reason::HedgeClientStalled);
        }
        if self.classes.namespace(namespace).is_some_and(|state| state.pushback_until > now) {
            return Err(Reason::HedgePushback);
        }
        if !is_in_time(Duration::ZERO, self.average(class, now), deadline.since(now)) {
            return Err(Reason::HedgeNoTime);
        }
        if self.next_entry(call, None, now).is_none() {
            return Err(Reason::HedgeNoEndpoint);
        }
        if !self.coin_allows(call, now) {
            return Err(Reason::HedgeBudget);
        }
        let (limit, cap) = self.hedge_limits(class);
        if !self.has_hedge_room(call, namespace, limit) {
            return Err(Reason::HedgeLimit);
        }
        let entry = self.next_entry(call, cap, now).ok_or(Reason::HedgeEndpointLimit)?;
        let granted =
            self.budget(namespace).is_none_or(|budget| budget.withdraw(Self::HEDGE_CLASS, now).is_some());
        if !granted {
            return Err(Reason::HedgeBudget);
        }
        if let Some(state) = self.classes.namespace_mut(namespace) {
            // The gate has just found room, so this succeeds.
            let _ = state.hedges.try_acquire(limit);
        }
        Ok(entry)
    }

    /// The limit of hedges in flight and the cap per endpoint, as they are now.
    pub(super) fn hedge_limits(&mut self, class: u32) -> (u32, Option<u32>) {
        let signals = &self.signals;
        self.classes.get_mut(class).map_or((0, None), |class| {
            (class.effective(signals).hedges, class.settings.limits.hedges_per_endpoint)
        })
    }

    fn coin_allows(&mut self, call: Id, now: Instant) -> bool {
        let Some(found) = self.calls.get(call) else { return false };
        let Some(class) = self.classes.get_mut(found.class) else { return false };
        let settings = class.settings.hedge.delay;
        if settings.strategy != Strategy::SingleR {
            return true;
        }
        let (window, above) = class.estimator.window_above(found.hedge_delay, now);
        let samples = class.estimator.samples(now);
        match settings.coin(found.target(), samples, window, above) {
            Some(threshold) => self.streams.coin.chance(threshold),
            None => true,
        }
    }

    pub(super) fn average(&self, class: u32, now: Instant) -> Duration {
        self.classes.get(class).map_or(Duration::ZERO, |class| class.estimator.average(now))
    }

    /// Arms the hedge timer for this wait from `now`; a wait of 0 asks the gate at once, for each hedge in turn.
    pub(super) fn arm_or_send_hedges(&mut self, call: Id, wait: Duration, now: Instant) {
        if wait > Duration::ZERO {
            self.arm_hedge(call, wait, now);
            return;
        }
        while self.hedges_left(call) && self.try_hedge(call, Reason::HedgeDue, now) {}
    }

    pub(super) fn hedges_left(&self, call: Id) -> bool {
        self.calls.get(call).is_some_and(|found| {
            let most = self.classes.get(found.class).map_or(0, |class| class.settings.hedge.max);
            found.may_hedge(most)
        })
    }

    /// (Re-)arms the one hedge timer of a call.
    pub(super) fn arm_hedge(&mut self, call: Id, wait: Duration, now: Instant) {
        self.clear_pending(call);
        let timer = self.wheel.insert(now + wait, Kind::Hedge.payload(call));
        if let Some(found) = self.calls.get_mut(call) {
            found.pending = Some(timer);
            found.hedge_wait = wait;
            found.flags.trigger = Trigger::Delay;
        }
    }

    /// Asks the retry gate after a failure of this class; the answer is the delay, or the reason of the denial.
    pub(super) fn retry_gate(
        &mut self,
        call: Id,
        class: FailureClass,
        retry_after: Option<Duration>,
        now: Instant,
    ) -> Result<Duration, Reason> {
        let levels = self.levels(call, now);
        let answer = self.ask_for_retry(call, class, retry_after, now);
        let delay = match answer {
            Ok(Granted { delay, .. }) => delay,
            Err(Refused { delay, .. }) => delay.unwrap_or(Duration::ZERO),
        };
        if let Some((ledger, levels)) = levels {
            self.journal.levels(ledger, Levels { delay, ..levels });
        }
        let granted = answer.map_err(|refused| refused.reason)?;
        if let Some(found) = self.calls.get_mut(call) {
            found.retry_cost = granted.cost;
        }
        bump(&mut self.journal.stats.budget_withdrawn);
        Ok(granted.delay)
    }

    fn ask_for_retry(
        &mut self,
        call: Id,
        class: FailureClass,
        retry_after: Option<Duration>,
        now: Instant,
    ) -> Result<Granted, Refused> {
        let refused = |reason| Err(Refused { reason, delay: None });
        let Some(found) = self.calls.get_mut(call) else { return refused(Reason::RetryOff) };
        let Some(of) = self.classes.get(found.class) else { return refused(Reason::RetryOff) };
        match found.flags.further {
            Further::Any => {}
            Further::NoRetries => return refused(Reason::RetryOff),
            Further::Stopped => return refused(Reason::PushbackStop),
        }
        let question = Question {
            terms: Terms {
                idempotent: found.idempotency != Idempotency::None,
                target: found.target(),
                max: found.max,
                deadline: Some(found.deadline),
            },
            class,
            pushback: Pushback { retry_after, never: false, max_retries: Some(found.max_retries) },
            made: u32::from(found.made),
            average: of.estimator.average(now),
        };
        let settings = of.settings.retry;
        let shared = self.service_budget.as_mut();
        let namespace = self.classes.namespace_mut(found.namespace);
        let budget = shared.or_else(|| namespace.and_then(|state| state.budget.as_mut()));
        let Some(budget) = budget else { return refused(Reason::RetryBudget) };
        gate(&settings, &question, &mut found.series, budget, &mut self.streams.backoff, now)
    }

    /// Arms the retry timer; the hedge timer, if any, is cleared first.
    pub(super) fn schedule_retry(&mut self, call: Id, delay: Duration, now: Instant) {
        self.clear_pending(call);
        let due = now + delay;
        let timer = self.wheel.insert(due, Kind::Retry.payload(call));
        if let Some(found) = self.calls.get_mut(call) {
            found.pending = Some(timer);
        }
        let subject = self.subject(call);
        self.journal.note(Reason::RetryScheduled, subject, due.as_micros(), now);
    }

    pub(super) fn clear_pending(&mut self, call: Id) {
        let Some(found) = self.calls.get_mut(call) else { return };
        if let Some(timer) = found.pending.take() {
            self.wheel.cancel(timer);
        }
        self.leave_queue(call);
    }

    /// Whether a hint of the server acts in this class at all.
    pub(super) fn pushback_mode(&self, class: u32) -> PushbackMode {
        self.classes.get(class).map_or(PushbackMode::Ignore, |class| class.settings.retry.pushback.mode)
    }

    /// What a gate is about to see, and where the call's explanation stands; `None` when none is kept.
    fn levels(&mut self, call: Id, now: Instant) -> Option<(u32, Levels)> {
        let found = self.calls.get(call).filter(|found| found.ledger != u32::MAX)?;
        let (ledger, class, namespace, delay) =
            (found.ledger, found.class, found.namespace, found.hedge_delay);
        let (hedge_limit, _) = self.hedge_limits(class);
        let levels = Levels {
            average: self.average(class, now),
            delay,
            budget: self.budget(namespace).map_or(0, |budget| budget.level(now)),
            hedges: self.classes.namespace(namespace).map_or(0, |state| state.hedges.in_flight()),
            hedge_limit,
        };
        Some((ledger, levels))
    }
}
