//! Timers: what lies in the wheel, and what each kind does when it is observed.
//!
//! Pause-tolerant: the call timeout, the attempt timeout, the hedge trigger. Real time: retry waits, the caller's
//! deadline, orphan times, the drain deadline, handshakes. The first timer of an advance tells how late the host is.

use alloc::vec::Vec;

use crate::client::Client;
use crate::client::action::{AttemptKind, Outcome};
use crate::client::call::{CallState, Further, Trigger};
use crate::client::complete::Completion;
use crate::client::start::MOST_REPLICAS;
use crate::config::Idempotency;
use crate::id::{CallId, Id};
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;
use crate::stall::StallLevel;
use crate::stats::{CallEvent, Stats, bump};
use crate::time::{Duration, Instant};
use crate::timer::pause::{Cause, ExpiredBy, Expiry, Observation, PauseSettings, PauseTimer};
use crate::timer::wheel::Fired;

/// No stages: the attempt has no attempt timeout.
pub(crate) const NO_STAGES: u32 = u32::MAX;

/// Where a timer's kind begins in its payload; below lies the id it belongs to.
const KIND_SHIFT: u32 = 53;

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Hedge = 1,
    Retry = 2,
    AttemptTimeout = 3,
    CallTimeout = 4,
    Deadline = 5,
    Orphan = 6,
    Handshake = 7,
    Drain = 8,
}

impl Kind {
    /// The payload of a timer of a call or an attempt.
    pub(crate) const fn payload(self, id: Id) -> u64 {
        ((self as u64) << KIND_SHIFT) | id.number()
    }

    /// The payload of a namespace's timer.
    pub(crate) const fn namespace(self, namespace: u32) -> u64 {
        ((self as u64) << KIND_SHIFT) | namespace as u64
    }

    /// The payload of a timer of the whole service.
    pub(crate) const fn service(self) -> u64 {
        (self as u64) << KIND_SHIFT
    }

    pub(crate) const fn of(payload: u64) -> Self {
        match payload >> KIND_SHIFT {
            1 => Self::Hedge,
            2 => Self::Retry,
            3 => Self::AttemptTimeout,
            4 => Self::CallTimeout,
            5 => Self::Deadline,
            6 => Self::Orphan,
            7 => Self::Handshake,
            _ => Self::Drain,
        }
    }

    const fn rest(payload: u64) -> u64 {
        payload & ((1 << KIND_SHIFT) - 1)
    }

    pub(crate) const fn reason(self) -> Reason {
        match self {
            Self::Hedge => Reason::WakeHedge,
            Self::Retry => Reason::WakeRetry,
            Self::AttemptTimeout => Reason::WakeAttemptTimeout,
            Self::CallTimeout => Reason::WakeCallTimeout,
            Self::Deadline => Reason::WakeDeadline,
            Self::Orphan => Reason::WakeOrphan,
            Self::Handshake => Reason::WakeHandshake,
            Self::Drain => Reason::WakeDrain,
        }
    }
}

/// Stages of attempt timeouts, pooled: they are off by default and would double every attempt's size.
#[derive(Clone, Debug)]
pub(crate) struct Stages {
    timers: Vec<PauseTimer>,
    free: Vec<u32>,
}

impl Stages {
    pub(crate) const fn new() -> Self {
        Self { timers: Vec::new(), free: Vec::new() }
    }

    fn take(&mut self, timer: PauseTimer) -> u32 {
        if let Some(index) = self.free.pop() {
            if let Some(slot) = self.timers.get_mut(index as usize) {
                *slot = timer;
            }
            return index;
        }
        self.timers.push(timer);
        (self.timers.len() - 1) as u32
    }

    pub(crate) fn give_back(&mut self, index: u32) {
        if index != NO_STAGES {
            self.free.push(index);
        }
    }

    fn observe(
        &mut self,
        index: u32,
        settings: &PauseSettings,
        stats: &mut Stats,
        now: Instant,
    ) -> Option<Observation> {
        let timer = self.timers.get_mut(index as usize)?;
        let extensions = timer.extensions();
        let seen = timer.observe(settings, now);
        count_observation(stats, extensions, timer, &seen);
        Some(seen)
    }
}

impl Client {
    pub(super) fn fire(&mut self, now: Instant) {
        let mut first = true;
        while let Some(fired) = self.wheel.advance(now) {
            if first {
                self.observe_lateness(fired.deadline, now);
                first = false;
            }
            self.dispatch(fired, now);
        }
    }

    /// A wake-up later than promised is a time in which the client did not run.
    fn observe_lateness(&mut self, due: Instant, now: Instant) {
        let late = now.since(due);
        if late > self.config.timer.late_tol {
            bump(&mut self.journal.stats.late_ticks);
        }
        if late > self.config.stall.slack {
            self.charge_pause(due, now, now);
        }
    }

    /// A pause of ours: charged to the stall detector, and no endpoint is silent until a window has passed.
    pub(super) fn charge_pause(&mut self, from: Instant, to: Instant, now: Instant) {
        match self.stall.stall(from, to) {
            StallLevel::Ok => {}
            StallLevel::Warn => bump(&mut self.journal.stats.stalls_warned),
            StallLevel::Trip => bump(&mut self.journal.stats.stalls_tripped),
        }
        self.calm_until = now + self.config.health.window;
        self.adapt_to_pause(to.since(from));
    }

    fn dispatch(&mut self, fired: Fired, now: Instant) {
        let rest = Kind::rest(fired.payload);
        let id = Id::from_number(rest);
        match Kind::of(fired.payload) {
            Kind::Hedge => self.hedge_timer(id, fired.deadline, now),
            Kind::Retry => self.retry_timer(id, now),
            Kind::AttemptTimeout => self.attempt_timer(id, now),
            Kind::CallTimeout => self.call_timer(id, now),
            Kind::Deadline => self.end_call(id, Completion::of(Outcome::Failed, Reason::Deadline), now),
            Kind::Orphan => {
                if let Some(found) = self.attempts.get_mut(id) {
                    found.timer = None;
                }
                self.end_orphan(id, now);
            }
            Kind::Handshake => self.handshake_timer(rest as u32, now),
            Kind::Drain => self.shut_down(now),
        }
    }

    fn end_call(&mut self, call: Id, done: Completion, now: Instant) {
        self.finish(call, done, CallEvent::CallEnd, now);
    }

    /// The hedge trigger: observed late by more than half its wait, it re-arms once, then the gate decides.
    fn hedge_timer(&mut self, call: Id, due: Instant, now: Instant) {
        let before = self.state(CallId::from_id(call));
        let Some(found) = self.calls.get_mut(call) else { return };
        found.pending = None;
        let (wait, rearmed) = (found.hedge_wait, found.flags.trigger == Trigger::Rearmed);
        if found.flags.trigger == Trigger::Waiting {
            self.waited_in_vain(call, now);
        } else if !rearmed && now.since(due).saturating_mul(2) > wait {
            self.arm_hedge(call, wait, now);
            if let Some(found) = self.calls.get_mut(call) {
                found.flags.trigger = Trigger::Rearmed;
            }
            let subject = self.subject(call);
            self.journal.note(Reason::HedgeRearmed, subject, (now + wait).as_micros(), now);
        } else if self.try_hedge(call, Reason::HedgeDue, now) {
            self.rearm_after_hedge(call, now);
        }
        self.journal.stats.add_arrow(before, CallEvent::HedgeTimer, self.state(CallId::from_id(call)));
    }

    fn retry_timer(&mut self, call: Id, now: Instant) {
        let before = self.state(CallId::from_id(call));
        let Some(found) = self.calls.get_mut(call) else { return };
        found.pending = None;
        let (deadline, class, last) = (found.deadline, found.class, found.last_class);
        let entry = self.next_entry(call, None, now).or_else(|| self.plan_anew(call, now));
        let denied = match entry {
            None => Some(Reason::RetryNoEndpoint),
            Some(_) if now >= deadline || now + self.average(class, now) > deadline => {
                Some(Reason::RetryNoTime)
            }
            Some(_) => None,
        };
        match (denied, entry) {
            (None, Some((index, endpoint))) => {
                self.send_to(call, index, endpoint, AttemptKind::Retry, Reason::RetryDue, now);
                if self.hedges_left(call) {
                    let delay = self.calls.get(call).map_or(Duration::ZERO, |found| found.hedge_delay);
                    self.arm_or_send_hedges(call, delay, now);
                }
            }
            (reason, _) => {
                let done = Completion::of(Outcome::Failed, reason.unwrap_or(Reason::RetryNoEndpoint));
                self.complete(call, last.map_or(done, |class| done.class(class)), now);
                self.free_if_over(call, now);
            }
        }
        self.journal.stats.add_arrow(before, CallEvent::RetryTimer, self.state(CallId::from_id(call)));
    }

    /// A used-up plan is drawn anew, without the endpoint used last if another one exists.
    fn plan_anew(&mut self, call: Id, now: Instant) -> Option<(u8, Id)> {
        let found = self.calls.get(call)?;
        let mut replicas = [0; MOST_REPLICAS];
        let mut count = 0;
        for (slot, replica) in replicas.iter_mut().zip(found.plan.replicas()) {
            *slot = replica;
            count += 1;
        }
        let last = found.attempts.last;
        let without = last.and_then(|last| self.attempts.get(last)).map(|last| last.endpoint.index());
        self.plan_into(call, replicas.get(..count).unwrap_or(&[]), without, now);
        self.next_entry(call, None, now)
    }

    fn call_timer(&mut self, call: Id, now: Instant) {
        let settings = self.config.timer.pause;
        let Some(found) = self.calls.get_mut(call) else { return };
        found.timeout_id = None;
        let extensions = found.timeout.extensions();
        let seen = found.timeout.observe(&settings, now);
        count_observation(&mut self.journal.stats, extensions, &found.timeout, &seen);
        match seen {
            Observation::Expired(Expiry { cause, .. }) => {
                self.end_call(call, Completion::of(Outcome::Failed, Reason::CallTimeout).cause(cause), now);
            }
            Observation::Rearmed(_) | Observation::Early => {
                let due = found.timeout.due();
                found.timeout_id = Some(self.wheel.insert(due, Kind::CallTimeout.payload(call)));
            }
        }
    }

    /// Arms the attempt timeout of a primary or retry of a call that may be retried, while another attempt would be
    /// allowed by count.
    pub(super) fn arm_attempt_timeout(&mut self, call: Id, attempt: Id, now: Instant) {
        let Some(duration) = self.config.attempt.timeout else { return };
        let Some(found) = self.calls.get(call) else { return };
        let most = self.classes.get(found.class).map_or(0, |class| class.settings.retry.max_attempts);
        let repeatable = found.idempotency != Idempotency::None && found.flags.further != Further::NoRetries;
        let Some(sent) = self.attempts.get_mut(attempt) else { return };
        if sent.is_hedge() || !repeatable || found.made >= most {
            return;
        }
        let timer = PauseTimer::arm(&self.config.timer.pause, duration, found.max, now);
        sent.timer = Some(self.wheel.insert(timer.due(), Kind::AttemptTimeout.payload(attempt)));
        sent.stages = self.stages.take(timer);
    }

    fn attempt_timer(&mut self, attempt: Id, now: Instant) {
        let settings = self.config.timer.pause;
        let Some(found) = self.attempts.get_mut(attempt) else { return };
        let (call, stages) = (found.call, found.stages);
        found.timer = None;
        match self.stages.observe(stages, &settings, &mut self.journal.stats, now) {
            Some(Observation::Rearmed(due)) => {
                found.timer = Some(self.wheel.insert(due, Kind::AttemptTimeout.payload(attempt)));
            }
            Some(Observation::Expired(expiry)) => {
                self.clear_attempt_timer(attempt);
                self.attempt_timed_out(call, attempt, expiry.cause, now);
            }
            Some(Observation::Early) | None => {}
        }
    }

    /// An attempt timeout never ends a call: the attempt is replaced by a retry, or it goes on.
    fn attempt_timed_out(&mut self, call: Id, attempt: Id, cause: Cause, now: Instant) {
        let before = self.state(CallId::from_id(call));
        let delay = if before == CallState::One {
            self.retry_gate(call, FailureClass::Timeout, None, now)
        } else {
            Err(Reason::AttemptTimeoutKept)
        };
        match delay {
            Err(reason) => {
                let subject = self.subject(call).attempt(attempt);
                self.journal.note(Reason::AttemptTimeoutKept, subject, u64::from(reason.code()), now);
            }
            Ok(delay) => {
                let server = cause == Cause::Server;
                let stats = &mut self.journal.stats;
                bump(if server { &mut stats.timeouts_server } else { &mut stats.timeouts_client_pause });
                self.ask_to_cancel(attempt, Reason::CancelAttemptTimeout, server, server, now);
                let Some(found) = self.calls.get_mut(call) else { return };
                found.last_class = Some(FailureClass::Timeout);
                let namespace = found.namespace;
                if server && let Some(budget) = self.budget(namespace) {
                    budget.on_failure(FailureClass::Timeout, false, now);
                }
                self.schedule_retry(call, delay, now);
            }
        }
        self.journal.stats.add_arrow(before, CallEvent::AttemptTimeout, self.state(CallId::from_id(call)));
    }
}

/// Counts what an observation did beside the usual: an extension, or an end by the ceiling.
fn count_observation(stats: &mut Stats, extensions: u8, timer: &PauseTimer, seen: &Observation) {
    if timer.extensions() > extensions {
        bump(&mut stats.timers_extended);
    }
    if matches!(seen, Observation::Expired(Expiry { by: ExpiredBy::Ceiling, .. })) {
        bump(&mut stats.timers_ceiling);
    }
}
