//! The invariants of a world, checked after every event that reached a client.
//!
//! The checks keep a model of their own of what each client has under way, from its actions and from what the world
//! reported, and compare: attempts within their bounds, slots and budget within theirs, counts in flight equal to the
//! truth, one resolution for each call and nothing after it, one token for all attempts of a call, a wake-up never
//! later than what is due. The first difference is kept; a world that has one goes on, so that it can be looked at.

use std::collections::{BTreeMap, VecDeque};

use hedgerow::client::action::{Action, AttemptKind, Namespace};
use hedgerow::config::Idempotency;
use hedgerow::token::Token;
use hedgerow::{AttemptId, BudgetSettings, CallId, Config, EndpointId, Reason};

use super::node::Node;
use super::spec::Spec;

/// A millionth of a token: what budgets count in.
const TOKEN_PPM: u64 = 1_000_000;

/// What one call has done so far.
#[derive(Clone, Debug)]
struct Watched {
    core: CallId,
    op: u16,
    normal: u32,
    hedges: u32,
    /// The token of its first attempt.
    token: Option<Token>,
    started: u64,
    retry_due: Option<u64>,
}

/// What one client has under way.
#[derive(Clone, Debug, Default)]
struct ClientModel {
    calls: BTreeMap<u64, Watched>,
    attempts: BTreeMap<u64, EndpointId>,
    in_flight: BTreeMap<u64, u32>,
    /// First attempts and withdrawn tokens of the last windows: (time, firsts, withdrawn).
    window: VecDeque<(u64, u64, u64)>,
    withdrawn: u64,
    paused: bool,
}

/// Bounds of one operation's class.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    idempotency: Idempotency,
    attempts: u32,
    hedges: u32,
    hedges_in_flight: u32,
    max_us: u64,
    resend: bool,
}

/// The checks of one world.
#[derive(Clone, Debug)]
pub(crate) struct Checks {
    bounds: Vec<Bounds>,
    /// Window, ratio in millionths, floor per second and burst of the budget, when it is the one of ratios.
    budget: Option<(u64, u64, u64, u64)>,
    clients: Vec<ClientModel>,
    violation: Option<String>,
}

impl Checks {
    pub(crate) fn new(config: &Config, spec: &Spec) -> Self {
        let bounds = spec.operations.iter().map(|operation| {
            let number = config.operations.iter().position(|known| known.name == operation.name);
            let class = config.class(0, number.map_or(0, |at| at as u32 + 1));
            Bounds {
                idempotency: operation.idempotency,
                attempts: u32::from(class.retry.max_attempts),
                hedges: u32::from(class.hedge.max),
                hedges_in_flight: class.limits.hedges,
                max_us: class.objective.max.as_micros(),
                resend: class.retry.resend_not_sent,
            }
        });
        Self {
            bounds: bounds.collect(),
            budget: budget(config),
            clients: vec![ClientModel::default(); spec.clients as usize],
            violation: None,
        }
    }

    pub(crate) fn violation(&self) -> Option<&str> {
        self.violation.as_deref()
    }

    fn broken(&mut self, client: u32, now: u64, what: impl FnOnce() -> String) {
        if self.violation.is_none() {
            self.violation = Some(format!("client {client} at {now} us: {}", what()));
        }
    }

    fn require(&mut self, holds: bool, client: u32, now: u64, what: impl FnOnce() -> String) {
        if !holds {
            self.broken(client, now, what);
        }
    }

    /// A core has admitted a call.
    pub(crate) fn started(&mut self, client: u32, call: u32, core: CallId, op: u16, now: u64) {
        let watched = Watched { core, op, normal: 0, hedges: 0, token: None, started: now, retry_due: None };
        let model = &mut self.clients[client as usize];
        model.window.push_back((now, 1, 0));
        let twice = model.calls.insert(u64::from(call), watched).is_some();
        self.require(!twice, client, now, || format!("call {call} is admitted twice"));
    }

    pub(crate) fn pause(&mut self, client: u32) {
        self.clients[client as usize].paused = true;
    }

    pub(crate) fn acted(&mut self, client: u32, action: &Action, now: u64) {
        match *action {
            Action::Send { attempt, endpoint, kind, token, cookie, .. } => {
                let model = &mut self.clients[client as usize];
                model.attempts.insert(attempt.number(), endpoint);
                *model.in_flight.entry(endpoint.number()).or_default() += 1;
                self.sent(client, cookie, kind, token, now);
            }
            Action::Cancel { attempt, .. } => {
                let open = self.clients[client as usize].attempts.contains_key(&attempt.number());
                self.require(open, client, now, || format!("{attempt:?} is cancelled and was not open"));
            }
            Action::Complete { cookie, .. } => {
                let known = self.clients[client as usize].calls.remove(&cookie).is_some();
                self.require(known, client, now, || format!("call {cookie} is resolved without being open"));
            }
            _ => {}
        }
    }

    fn sent(&mut self, client: u32, cookie: u64, kind: AttemptKind, token: Option<Token>, now: u64) {
        let Some(watched) = self.clients[client as usize].calls.get_mut(&cookie) else {
            self.broken(client, now, || format!("call {cookie} sends after its resolution"));
            return;
        };
        let bounds = self.bounds[usize::from(watched.op)];
        match kind {
            AttemptKind::Hedge => watched.hedges += 1,
            AttemptKind::Primary | AttemptKind::Retry => watched.normal += 1,
        }
        watched.retry_due = None;
        let first = watched.normal + watched.hedges == 1;
        let same = first || watched.token == token;
        watched.token = token;
        let watched = watched.clone();
        let once = bounds.idempotency != Idempotency::None || bounds.resend;
        self.require(same, client, now, || format!("call {cookie} changes its token"));
        self.require(once || watched.normal + watched.hedges == 1, client, now, || {
            format!("call {cookie} is not idempotent and is sent again")
        });
        self.require(
            watched.normal <= bounds.attempts && watched.hedges <= bounds.hedges,
            client,
            now,
            || format!("call {cookie} makes {} attempts and {} hedges", watched.normal, watched.hedges),
        );
    }

    /// The world has reported the end of an attempt.
    pub(crate) fn ended(&mut self, client: u32, attempt: AttemptId) {
        let model = &mut self.clients[client as usize];
        if let Some(endpoint) = model.attempts.remove(&attempt.number())
            && let Some(count) = model.in_flight.get_mut(&endpoint.number())
        {
            *count -= 1;
        }
    }

    /// Looks at a client whose core has just acted.
    pub(crate) fn look(&mut self, client: u32, node: &mut Node, now: u64) {
        while let Some(note) = node.core.poll_note() {
            match (note.reason, note.attempt) {
                (Reason::OrphanExpired, Some(attempt)) => self.ended(client, attempt),
                (Reason::RetryScheduled, _) => {
                    let calls = &mut self.clients[client as usize].calls;
                    if let Some(waits) = calls.values_mut().find(|call| Some(call.core) == note.call) {
                        // A timer fires no earlier than one microsecond after it was armed.
                        waits.retry_due = Some(note.value.max(now.saturating_add(1)));
                    }
                }
                _ => {}
            }
        }
        self.compare_in_flight(client, node, now);
        let limit = self.bounds.iter().map(|bounds| bounds.hedges_in_flight).max().unwrap_or(0);
        let hedges = node.core.hedges_in_flight(Namespace(0));
        self.require(hedges <= limit, client, now, || format!("{hedges} hedges in flight, limit {limit}"));
        self.check_budget(client, node.core.stats().budget_withdrawn, now);
        self.check_wake(client, node, now);
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

    /// Retries and hedges of any window stay within ratio × first attempts + floor + burst.
    fn check_budget(&mut self, client: u32, withdrawn: u64, now: u64) {
        let Some((window, ratio, floor, burst)) = self.budget else { return };
        let model = &mut self.clients[client as usize];
        let new = withdrawn - core::mem::replace(&mut model.withdrawn, withdrawn);
        if new > 0 {
            model.window.push_back((now, 0, new));
        }
        while model.window.front().is_some_and(|(at, ..)| now - at >= window) {
            model.window.pop_front();
        }
        if new == 0 {
            return;
        }
        let (firsts, extra) = model
            .window
            .iter()
            .fold((0, 0), |(firsts, extra), (_, first, more)| (firsts + first, extra + more));
        let allowed = firsts * ratio + window.div_ceil(TOKEN_PPM) * floor + burst;
        self.require(extra * TOKEN_PPM <= allowed, client, now, || {
            format!("{extra} retries and hedges to {firsts} first attempts in one window")
        });
    }

    /// The core asks to be woken no later than a retry or the end of a call's own time is due.
    fn check_wake(&mut self, client: u32, node: &Node, now: u64) {
        let model = &self.clients[client as usize];
        let most = self.bounds.iter().map(|bounds| bounds.max_us).max().unwrap_or(0);
        let call_end =
            |call: &Watched| if model.paused { u64::MAX } else { call.started.saturating_add(most) };
        let due =
            model.calls.values().map(|call| call_end(call).min(call.retry_due.unwrap_or(u64::MAX))).min();
        let wake = node.core.poll_timeout().map(|wake| wake.at.as_micros());
        if let Some(due) = due {
            self.require(wake.is_some_and(|at| at <= due.max(now)), client, now, || {
                format!("something is due at {due} us and the wake-up is at {wake:?}")
            });
        }
    }

    /// Everything is over: nothing may be left.
    pub(crate) fn all_over(&mut self, client: u32, node: &Node, now: u64) {
        let model = &self.clients[client as usize];
        let left = (model.calls.len(), model.attempts.len());
        let idle = node.core.is_idle();
        let slots = node.core.calls_held(Namespace(0)) + node.core.hedges_in_flight(Namespace(0));
        self.require(left == (0, 0) && idle && slots == 0, client, now, || {
            format!("{} calls, {} attempts and {slots} slots are left", left.0, left.1)
        });
    }
}

/// The bound of the budget of ratios; other budgets have bounds of other kinds.
fn budget(config: &Config) -> Option<(u64, u64, u64, u64)> {
    match config.budget.settings {
        BudgetSettings::Ratio { ratio, cap, window, min_rate, .. } => {
            Some((window.as_micros(), ratio, min_rate, cap))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::Arm;
    use crate::world::World;
    use hedgerow::client::action::Outcome;
    use hedgerow::{CallId, Duration, Instant};

    /// A checked world of one client without servers: the checks are fed by hand.
    fn checks(idempotency: Idempotency) -> Checks {
        let operation = super::super::spec::Operation { idempotency, ..Default::default() };
        let spec = Spec { servers: 1, operations: vec![operation], ..Spec::default() };
        let arm =
            Arm::named("netflix").unwrap().with(&serde_json::json!({"budget": {"min_rate": 0, "cap": 2}}));
        let mut world = World::checked(&spec, &arm, 1).unwrap();
        *world.checks.take().unwrap()
    }

    fn send(attempt: u64, token: Option<Token>) -> Action {
        Action::Send {
            call: CallId::from_number(1),
            attempt: AttemptId::from_number(attempt),
            endpoint: EndpointId::from_number(1),
            kind: AttemptKind::Retry,
            reason: Reason::RetryDue,
            ordinal: 1,
            token,
            remaining: Duration::from_secs(1),
            deadline: Instant::from_micros(1),
            priority: hedgerow::config::Priority::Critical,
            cookie: 5,
        }
    }

    const COMPLETE: Action = Action::Complete {
        call: CallId::from_number(1),
        cookie: 5,
        outcome: Outcome::Ok,
        reason: Reason::Response,
        class: None,
        attempt: None,
        attempts: 1,
        wall: Duration::ZERO,
        live: Duration::ZERO,
        lost: Duration::ZERO,
        cause: None,
    };

    fn said(idempotency: Idempotency, actions: &[Action]) -> Option<String> {
        let mut checks = checks(idempotency);
        checks.started(0, 5, CallId::from_number(1), 0, 10);
        for action in actions {
            checks.acted(0, action, 20);
        }
        checks.violation().map(str::to_owned)
    }

    #[test]
    fn each_broken_promise_is_told() {
        let natural = Idempotency::Natural;
        assert_eq!(said(natural, &[send(1, None), send(2, None), COMPLETE]), None);
        let told = |actions: &[Action]| said(natural, actions).unwrap();
        assert!(told(&[COMPLETE, COMPLETE]).contains("resolved without being open"));
        assert!(told(&[COMPLETE, send(1, None)]).contains("sends after its resolution"));
        assert!(told(&[1, 2, 3, 4].map(|attempt| send(attempt, None))).contains("makes 4 attempts"));
        let token = |t| Some(Token { t, nonce: 1 });
        assert!(told(&[send(1, token(1)), send(2, token(2))]).contains("changes its token"));
        let cancel = Action::Cancel {
            call: CallId::from_number(1),
            attempt: AttemptId::from_number(9),
            endpoint: EndpointId::from_number(1),
            reason: Reason::LostRace,
            cookie: 5,
        };
        assert!(told(&[cancel]).contains("was not open"));
        let twice = [send(1, None), send(2, None)];
        assert!(said(Idempotency::None, &twice).unwrap().contains("not idempotent and is sent again"));
    }

    #[test]
    fn counts_budget_wake_and_what_is_left_are_compared() {
        let operation = super::super::spec::Operation::default();
        let spec = Spec { servers: 1, operations: vec![operation], ..Spec::default() };
        let mut world = World::checked(&spec, &Arm::named("netflix").unwrap(), 1).unwrap();
        let fresh = |world: &mut World| world.checks.clone().unwrap();
        let mut checks = fresh(&mut world);
        checks.acted(0, &send(1, None), 20);
        checks.violation = None;
        checks.look(0, &mut world.nodes[0], 20);
        assert!(checks.violation().unwrap().contains("has 1 in flight, and the core says 0"));
        let mut checks = fresh(&mut world);
        checks.started(0, 5, CallId::from_number(1), 0, 10);
        checks.look(0, &mut world.nodes[0], 20);
        assert!(checks.violation().unwrap().contains("the wake-up is at None"));
        let mut checks = fresh(&mut world);
        checks.started(0, 5, CallId::from_number(1), 0, 10);
        checks.all_over(0, &world.nodes[0], 20);
        assert!(checks.violation().unwrap().contains("1 calls, 0 attempts and 0 slots are left"));
        let mut checks = fresh(&mut world);
        checks.check_budget(0, 11, 20);
        assert_eq!(checks.violation(), None);
        checks.check_budget(0, 12, 30);
        assert!(checks.violation().unwrap().contains("12 retries and hedges to 0 first attempts"));
    }
}
