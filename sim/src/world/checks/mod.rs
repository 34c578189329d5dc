//! The invariants of a world, checked after every event that reached a client.
//!
//! The checks keep a model of their own of what each client has under way, from its actions and from what the world
//! reported, and compare: attempts within their bounds, slots and budget within theirs and within what servers said,
//! counts in flight equal to the truth, one resolution for each call and nothing after it, one token for all attempts of
//! a call and a larger one for the next call, what servers asked for heeded, a wake-up never later than what is due. The
//! first difference is kept; a world that has one goes on, so that it can be looked at.

mod bounds;
mod call;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};

use hedgerow::client::action::{Action, AttemptKind, Namespace, Operation};
use hedgerow::retry::outcome::FailureClass;
use hedgerow::retry::pushback::Pushback;
use hedgerow::signal::merge::{Scope, Signals};
use hedgerow::signal::record::Record;
use hedgerow::token::Token;
use hedgerow::{AttemptId, CallId, Config, EndpointId, Instant, Reason};

use super::node::Node;
use super::spec::Spec;
use crate::metrics::{Sight, Sights};
use bounds::{Bounds, Budget, TOKEN};
use call::Watched;

/// An attempt under way.
#[derive(Clone, Copy, Debug)]
struct Sent {
    endpoint: EndpointId,
    call: u64,
    /// Whether its client has asked to stop it, after which nothing it brings decides anything.
    cancelled: bool,
}

/// What one client has under way.
#[derive(Clone, Debug)]
struct ClientModel {
    calls: BTreeMap<u64, Watched>,
    attempts: BTreeMap<u64, Sent>,
    in_flight: BTreeMap<u64, u32>,
    /// First attempts and withdrawn tokens of the last windows: (time, firsts, withdrawn).
    window: VecDeque<(u64, u64, u64)>,
    withdrawn: u64,
    paused: bool,
    /// What its servers have told it.
    signals: Signals,
    /// The limits by which calls and hedges were granted since the last look.
    admitted: Option<u32>,
    granted: Option<u32>,
    last_token: Option<u64>,
}

/// The checks of one world.
#[derive(Clone, Debug)]
pub(crate) struct Checks {
    bounds: Vec<Bounds>,
    budget: Option<Budget>,
    /// Whether servers are asked to wait by a floor under each delay, and whether they are heard at all.
    floor: bool,
    clients: Vec<ClientModel>,
    sights: Sights,
    violation: Option<String>,
}

impl Checks {
    pub(crate) fn new(config: &Config, spec: &Spec) -> Self {
        let client = ClientModel {
            calls: BTreeMap::new(),
            attempts: BTreeMap::new(),
            in_flight: BTreeMap::new(),
            window: VecDeque::new(),
            withdrawn: 0,
            paused: false,
            signals: Signals::new(config.signal),
            admitted: None,
            granted: None,
            last_token: None,
        };
        Self {
            bounds: spec.operations.iter().map(|operation| Bounds::of(operation, config)).collect(),
            budget: Budget::of(config),
            floor: bounds::has_floor(config),
            clients: vec![client; spec.clients as usize],
            sights: Sights::default(),
            violation: None,
        }
    }

    pub(crate) fn violation(&self) -> Option<&str> {
        self.violation.as_deref()
    }

    /// What was seen that no counter of a core tells.
    pub(crate) const fn sights(&self) -> &Sights {
        &self.sights
    }

    fn require(&mut self, holds: bool, client: u32, now: u64, what: impl FnOnce() -> String) {
        if !holds && self.violation.is_none() {
            self.violation = Some(format!("client {client} at {now} us: {}", what()));
        }
    }

    /// A core has admitted a call.
    pub(crate) fn started(&mut self, client: u32, call: u32, core: CallId, op: u16, now: u64) {
        let bounds = &self.bounds[usize::from(op)];
        let model = &mut self.clients[client as usize];
        let effective = bounds.effective(&model.signals);
        let watched = Watched::new(core, op, now, effective.max.as_micros());
        model.window.push_back((now, 1, 0));
        model.admitted = Some(model.admitted.unwrap_or(0).max(effective.calls));
        let twice = model.calls.insert(u64::from(call), watched).is_some();
        self.require(!twice, client, now, || format!("call {call} is admitted twice"));
    }

    pub(crate) fn pause(&mut self, client: u32) {
        self.clients[client as usize].paused = true;
    }

    /// A core was told a record.
    pub(crate) fn heard(
        &mut self,
        client: u32,
        (namespace, operation): (Option<Namespace>, Option<Operation>),
        record: &Record,
        now: Instant,
    ) {
        // A namespace that nobody knows and an operation of every namespace are no scopes.
        let known = namespace.is_none_or(|one| one == Namespace(0));
        if known && (namespace.is_some() || operation.is_none()) {
            let scope =
                Scope { namespace: namespace.map(|one| one.0), operation: operation.map(|one| one.0) };
            self.clients[client as usize].signals.receive(scope, record, now);
        }
    }

    pub(crate) fn acted(&mut self, client: u32, action: &Action, clock: Instant, now: u64) {
        match *action {
            Action::Send { attempt, endpoint, kind, token, cookie, .. } => {
                let model = &mut self.clients[client as usize];
                model.attempts.insert(attempt.number(), Sent { endpoint, call: cookie, cancelled: false });
                *model.in_flight.entry(endpoint.number()).or_default() += 1;
                self.sent(client, cookie, kind, token, now);
            }
            Action::Cancel { attempt, reason, cookie, .. } => {
                let model = &mut self.clients[client as usize];
                let call = model.calls.get_mut(&cookie);
                if let Some(call) = call.filter(|_| reason == Reason::CancelAttemptTimeout) {
                    // A timeout is no failure that a server could have added a hint to.
                    call.not_before = 0;
                }
                let sent = model.attempts.get_mut(&attempt.number());
                let open = sent.is_some_and(|sent| !std::mem::replace(&mut sent.cancelled, true));
                self.require(open, client, now, || format!("{attempt:?} is cancelled and was not open"));
            }
            Action::Complete { cookie, .. } => {
                let known = self.clients[client as usize].calls.remove(&cookie).is_some();
                self.require(known, client, now, || format!("call {cookie} is resolved without being open"));
            }
            Action::Handshake { namespace, reason } if reason != Reason::HandshakeStart => {
                self.clients[client as usize].signals.on_refresh(namespace.0, clock);
            }
            _ => {}
        }
    }

    fn sent(&mut self, client: u32, cookie: u64, kind: AttemptKind, token: Option<Token>, now: u64) {
        let model = &mut self.clients[client as usize];
        let Some(watched) = model.calls.get_mut(&cookie) else {
            self.require(false, client, now, || format!("call {cookie} sends after its resolution"));
            return;
        };
        let bounds = self.bounds[usize::from(watched.op)];
        if kind == AttemptKind::Hedge {
            let limit = bounds.effective(&model.signals).hedges;
            model.granted = Some(model.granted.unwrap_or(0).max(limit));
        }
        let broken = watched.send(kind, token, &bounds);
        if watched.sends() == 1
            && let Some(token) = token
        {
            self.see_token(client, token, now);
        }
        self.require(broken.is_none(), client, now, || {
            format!("call {cookie} {}", broken.unwrap_or_default())
        });
    }

    /// The first token of a call: larger than all before it, and one more than the last where the clock lags.
    fn see_token(&mut self, client: u32, token: Token, now: u64) {
        let last = self.clients[client as usize].last_token.replace(token.t);
        self.sights.see(Sight::TokenNext, last.is_some_and(|last| token.t == last.saturating_add(1)));
        self.require(last.is_none_or(|last| last < token.t), client, now, || {
            format!("token time {} follows {last:?}", token.t)
        });
    }

    /// The world has reported the end of an attempt: an answer, or a failure with what its server asked for. The time is
    /// that which the core was told, from which it counts a wait.
    pub(crate) fn ended(
        &mut self,
        client: u32,
        attempt: AttemptId,
        failure: Option<(FailureClass, Pushback)>,
        now: u64,
    ) {
        let model = &mut self.clients[client as usize];
        let Some(sent) = model.attempts.remove(&attempt.number()) else { return };
        if let Some(count) = model.in_flight.get_mut(&sent.endpoint.number()) {
            *count -= 1;
        }
        if let Some((class, hint)) = failure.filter(|_| !sent.cancelled)
            && let Some(watched) = model.calls.get_mut(&sent.call)
        {
            watched.fail(class, hint, &self.bounds[usize::from(watched.op)], now);
        }
    }

    /// Looks at a client whose core has just acted.
    pub(crate) fn look(&mut self, client: u32, node: &mut Node, now: u64) {
        while let Some(note) = node.core.poll_note() {
            match (note.reason, note.attempt) {
                (Reason::OrphanExpired, Some(attempt)) => self.ended(client, attempt, None, now),
                (Reason::RetryScheduled, _) => self.retry_scheduled(client, note.call, note.value, now),
                _ => {}
            }
        }
        self.compare_in_flight(client, node, now);
        self.check_limits(client, node, now);
        self.check_budget(client, node.core.stats().budget_withdrawn, now);
        self.check_wake(client, node, now);
    }

    fn retry_scheduled(&mut self, client: u32, call: Option<CallId>, due: u64, now: u64) {
        let calls = &mut self.clients[client as usize].calls;
        let Some(waits) = calls.values_mut().find(|watched| Some(watched.core) == call) else { return };
        // A timer fires no earlier than one microsecond after it was armed.
        let due = due.max(now.saturating_add(1));
        waits.retry_due = Some(due);
        let asked = waits.not_before;
        self.sights.see(Sight::PushbackObeyed, asked > now && due >= asked);
        self.require(!self.floor || due >= asked, client, now, || {
            format!("a retry is due at {due} us and its server asked to wait until {asked} us")
        });
    }

    fn compare_in_flight(&mut self, client: u32, node: &Node, now: u64) {
        let truth = core::mem::take(&mut self.clients[client as usize].in_flight);
        for (endpoint, count) in &truth {
            let told = node.core.in_flight(EndpointId::from_number(*endpoint));
            self.require(told == *count, client, now, || {
                format!("endpoint {endpoint} has {count} in flight, and the core says {told}")
            });
        }
        self.clients[client as usize].in_flight = truth;
        self.clients[client as usize].in_flight.retain(|_, count| *count > 0);
    }

    /// At every grant the slots in use are within the limit: configured, or what servers said.
    fn check_limits(&mut self, client: u32, node: &Node, now: u64) {
        let model = &mut self.clients[client as usize];
        let (admitted, granted) = (model.admitted.take(), model.granted.take());
        let hedges = node.core.hedges_in_flight(Namespace(0));
        self.require(granted.is_none_or(|limit| hedges <= limit), client, now, || {
            format!("{hedges} hedges in flight, limit {granted:?}")
        });
        let calls = node.core.calls_held(Namespace(0));
        self.require(admitted.is_none_or(|limit| calls <= limit), client, now, || {
            format!("{calls} calls held, limit {admitted:?}")
        });
        if let Some(budget) = self.budget.filter(|_| admitted.is_some()) {
            let level = node.core.budget_level(Namespace(0));
            self.sights.see(Sight::BudgetFull, level >= budget.burst);
            self.sights.see(Sight::BudgetEmpty, level < TOKEN);
        }
    }

    /// Retries and hedges of any window stay within ratio × first attempts + floor + burst.
    fn check_budget(&mut self, client: u32, withdrawn: u64, now: u64) {
        let Some(budget) = self.budget else { return };
        let model = &mut self.clients[client as usize];
        let new = withdrawn - core::mem::replace(&mut model.withdrawn, withdrawn);
        if new > 0 {
            model.window.push_back((now, 0, new));
        }
        while model.window.front().is_some_and(|(at, ..)| now - at >= budget.window_us) {
            model.window.pop_front();
        }
        if new == 0 {
            return;
        }
        let (firsts, extra) = model
            .window
            .iter()
            .fold((0, 0), |(firsts, extra), (_, first, more)| (firsts + first, extra + more));
        self.require(extra * TOKEN <= budget.allowed(firsts), client, now, || {
            format!("{extra} retries and hedges to {firsts} first attempts in one window")
        });
    }

    /// The core asks to be woken no later than a retry or the end of a call's own time is due.
    fn check_wake(&mut self, client: u32, node: &Node, now: u64) {
        let model = &self.clients[client as usize];
        let call_end = |call: &Watched| if model.paused { u64::MAX } else { call.end_us };
        let due =
            model.calls.values().map(|call| call_end(call).min(call.retry_due.unwrap_or(u64::MAX))).min();
        let wake = node.core.poll_timeout().map(|wake| wake.at.as_micros());
        if let Some(due) = due {
            self.require(wake.is_some_and(|at| at <= due.max(now)), client, now, || {
                format!("something is due at {due} us and the wake-up is at {wake:?}")
            });
        }
    }

    /// Everything is over: nothing may be left but the time at which signals are asked for again.
    pub(crate) fn all_over(&mut self, client: u32, node: &Node, now: u64) {
        let model = &self.clients[client as usize];
        let left = (model.calls.len(), model.attempts.len());
        let slots = node.core.calls_held(Namespace(0)) + node.core.hedges_in_flight(Namespace(0));
        let idle = node.core.is_idle();
        self.require(left == (0, 0) && idle && slots == 0, client, now, || {
            format!("{} calls, {} attempts and {slots} slots are left", left.0, left.1)
        });
        let timer = node.core.poll_timeout().filter(|wake| wake.reason != Reason::WakeHandshake);
        self.require(timer.is_none(), client, now, || format!("a timer is left: {timer:?}"));
    }
}
