//! Admission: from the arguments of a call to its first send, or to the reason of its denial.
//!
//! The order is fixed, and nothing is drawn, taken or stored before the last test has passed, so that a denied start
//! changes nothing but counters: draining, names, deadline, capacity, endpoints, breakers, call slots, token. From there nothing
//! fails: slot, deposit, plan, the settlement of hedging, the send, the timers.

use crate::balance::score::Factors;
use crate::client::Client;
use crate::client::Draining;
use crate::client::action::{AttemptKind, Start};
use crate::client::call::{Call, CallState, NewCall};
use crate::client::endpoint::View;
use crate::client::explain::Entry;
use crate::client::journal::Subject;
use crate::client::timeout::Kind;
use crate::config::{Idempotency, Priority};
use crate::hedge::delay::DelayInput;
use crate::id::{CallId, Id};
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;
use crate::signal::merge::Effective;
use crate::stats::{CallEvent, bump};
use crate::time::{Duration, Instant};
use crate::timer::pause::PauseTimer;
use crate::token::Token;

/// More replicas than this are not looked at.
pub(crate) const MOST_REPLICAS: usize = 16;

/// What admission has settled before anything is stored.
struct Admitted {
    class: u32,
    effective: Effective,
    deadline: Instant,
    token: Option<Token>,
    idempotency: Idempotency,
    priority: Priority,
}

impl Client {
    pub(super) fn admit(&mut self, request: &Start<'_>, now: Instant) -> Result<CallId, Reason> {
        let used = self.classes.extent();
        let admitted = self.check(request, now).inspect_err(|_| self.classes.shrink_to(used))?;
        let call = self.open_call(request, &admitted, now).ok_or(Reason::Capacity)?;
        bump(&mut self.journal.stats.started);
        self.undecided += 1;
        if let Some(budget) = self.budget(request.namespace.0) {
            budget.deposit(now);
        }
        self.draw_plan(call, request, now);
        let hedging = self.settle_hedging(call, request, now);
        self.send_next(call, AttemptKind::Primary, Reason::Primary, now);
        self.arm_call(call, request, hedging, now);
        self.first_use(request.namespace.0, now);
        if let Some(version) = self.classes.get_mut(admitted.class).and_then(|class| class.gone_stale(now)) {
            self.journal.note(Reason::SignalStale, Subject::none(), version, now);
        }
        self.journal.stats.add_arrow(CallState::Freed, CallEvent::Start, self.state(CallId::from_id(call)));
        Ok(CallId::from_id(call))
    }

    fn check(&mut self, request: &Start<'_>, now: Instant) -> Result<Admitted, Reason> {
        let (namespace, operation) = (request.namespace.0, request.operation.0);
        if self.draining != Draining::No {
            return Err(Reason::Draining);
        }
        if !self.namespaces.knows(namespace) {
            return Err(Reason::UnknownNamespace);
        }
        if !self.operations.knows(operation) {
            return Err(Reason::UnknownOperation);
        }
        let class = self.classes.class(namespace, operation, &self.config, &self.signals, now);
        let Some(found) = self.classes.get_mut(class) else { return Err(Reason::Capacity) };
        let mut effective = found.effective(&self.signals);
        let deadline = (now + effective.max).min(request.deadline.unwrap_or(Instant::MAX));
        if deadline <= now {
            return Err(Reason::DeadlinePassed);
        }
        if self.calls.len() >= self.config.capacity.calls {
            return Err(Reason::Capacity);
        }
        if self.reachable == 0 {
            return Err(Reason::NoEndpoint);
        }
        if !self.endpoints.any_allows(self.choice.permutation(), now) {
            return Err(Reason::BreakerOpen);
        }
        effective.calls = self.call_limit(class, effective.calls);
        if !self.classes.namespace(namespace).is_some_and(|state| state.calls.has_room(effective.calls)) {
            return Err(Reason::CallLimit);
        }
        let (idempotency, priority) = self.config.operation(operation);
        let idempotency = request.idempotency.unwrap_or(idempotency);
        let priority = request.priority.unwrap_or(priority);
        let token = self.token_for(request, idempotency, now)?;
        Ok(Admitted { class, effective, deadline, token, idempotency, priority })
    }

    fn open_call(&mut self, request: &Start<'_>, admitted: &Admitted, now: Instant) -> Option<Id> {
        let namespace = request.namespace.0;
        let slot = self.classes.namespace_mut(namespace)?.calls.try_acquire(admitted.effective.calls);
        self.begin_adapting(admitted.class);
        let max = admitted.effective.max;
        let new = NewCall {
            cookie: request.cookie,
            deadline: admitted.deadline,
            target: admitted.effective.target,
            max,
            token: admitted.token,
            timeout: PauseTimer::arm(&self.config.timer.pause, max, max, now),
            class: admitted.class,
            namespace,
            idempotency: admitted.idempotency,
            priority: admitted.priority,
            slot,
            no_retries: request.no_retries,
        };
        let call = self.calls.insert(Call::new(&new))?;
        let ledger = self.journal.ledger.open(call);
        if let Some(found) = self.calls.get_mut(call) {
            found.ledger = ledger;
        }
        Some(call)
    }

    fn draw_plan(&mut self, call: Id, request: &Start<'_>, now: Instant) {
        let mut replicas = [0; MOST_REPLICAS];
        let mut count = 0;
        if request.replicas.len() > MOST_REPLICAS {
            bump(&mut self.journal.stats.replicas_truncated);
        }
        for replica in request.replicas.iter().take(MOST_REPLICAS) {
            if let (Some(slot), Some(found)) = (replicas.get_mut(count), self.endpoints.get(replica.id()))
                && !found.removed
            {
                *slot = replica.id().index();
                count += 1;
            }
        }
        self.plan_into(call, replicas.get(..count).unwrap_or(&[]), None, now);
    }

    /// Draws a plan into the call, without one endpoint if another exists.
    pub(super) fn plan_into(&mut self, call: Id, replicas: &[u32], without: Option<u32>, now: Instant) {
        let Some(found) = self.calls.get_mut(call) else { return };
        let view = View {
            table: &self.endpoints,
            ejection: &self.ejection,
            health: &self.config.health,
            calm_until: self.calm_until,
        };
        let plan = self.choice.plan(&view, replicas, without, &mut self.streams.balance, now);
        let endpoints = &self.endpoints;
        found.plan.fill(plan.iter().map(|line| {
            let replica = !replicas.is_empty() && line.factors.0 & Factors::NON_REPLICA == 0;
            (endpoints.entry(line.position), replica)
        }));
        if found.ledger == u32::MAX {
            return;
        }
        for line in plan {
            if let Some((endpoint, _)) = endpoints.at(line.position) {
                let (score, in_flight, factors) = (line.score, line.in_flight, Factors(line.factors.0));
                self.journal.ledger.push(found.ledger, Entry::Plan { endpoint, score, in_flight, factors });
            }
        }
    }

    /// Whether and after what delay this call hedges; a refusal closes hedging and is noted.
    fn settle_hedging(&mut self, call: Id, request: &Start<'_>, now: Instant) -> Option<Duration> {
        let answer = if request.no_hedges { Err(Reason::HedgeOff) } else { self.hedge_delay(call, now) };
        let subject = self.subject(call);
        let found = self.calls.get_mut(call)?;
        match answer {
            Ok(delay) => {
                found.hedge_delay = delay;
                Some(delay)
            }
            Err(reason) => {
                found.flags.hedging_closed = true;
                self.journal.note(reason, subject, 0, now);
                None
            }
        }
    }

    fn hedge_delay(&mut self, call: Id, now: Instant) -> Result<Duration, Reason> {
        let Some(found) = self.calls.get(call) else { return Err(Reason::HedgeOff) };
        let Some(class) = self.classes.get_mut(found.class) else { return Err(Reason::HedgeOff) };
        let settings = class.settings.hedge;
        if settings.delay.strategy == crate::hedge::delay::Strategy::Off || settings.max == 0 {
            return Err(Reason::HedgeOff);
        }
        if matches!(found.idempotency, Idempotency::None | Idempotency::Retry) {
            return Err(Reason::HedgeNotIdempotent);
        }
        if found.priority > settings.lowest_priority {
            return Err(Reason::HedgePriority);
        }
        let pool = || {
            found
                .plan
                .entries()
                .any(|(_, entry, _)| self.endpoints.by_entry(entry).is_some_and(|(_, e)| e.pool))
        };
        if found.plan.len() < 2 && !pool() {
            return Err(Reason::HedgeTooFewEndpoints);
        }
        if self.stall.level() == crate::stall::StallLevel::Trip {
            return Err(Reason::HedgeClientStalled);
        }
        let samples = class.estimator.samples(now);
        let quantile = if settings.delay.needs_quantile(found.target(), samples) {
            class.estimator.quantile_upper(settings.delay.quantile_ppm(), now)
        } else {
            None
        };
        let average = class.estimator.average(now);
        settings.delay.delay(DelayInput { target: found.target(), average, samples, quantile })
    }

    /// Arms the timers of a new call: hedge, call timeout, deadline. (The send armed the attempt timeout.)
    fn arm_call(&mut self, call: Id, request: &Start<'_>, hedging: Option<Duration>, now: Instant) {
        if let Some(delay) = hedging {
            self.arm_or_send_hedges(call, delay, now);
        }
        let Some(found) = self.calls.get_mut(call) else { return };
        if !found.max.is_unlimited() {
            found.timeout_id = Some(self.wheel.insert(found.timeout.due(), Kind::CallTimeout.payload(call)));
        }
        if let Some(deadline) = request.deadline {
            found.deadline_id = Some(self.wheel.insert(deadline, Kind::Deadline.payload(call)));
        }
    }

    /// Sends the next attempt of this kind to the first plan entry that may take it; `false` when there is none.
    pub(super) fn send_next(&mut self, call: Id, kind: AttemptKind, reason: Reason, now: Instant) -> bool {
        let Some((index, endpoint)) = self.next_entry(call, None, now) else { return false };
        self.send_to(call, index, endpoint, kind, reason, now);
        true
    }

    /// The failure class a budget books a hedge as.
    pub(super) const HEDGE_CLASS: FailureClass = FailureClass::Transient;
}
