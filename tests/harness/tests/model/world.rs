//! The world of the model: what may happen next in a state, and what must hold in it.

use std::fmt::Write;

use hedgerow::client::action::{Failure, Namespace, Outcome, Response};
use hedgerow::token::Token;
use hedgerow::{CallId, EndpointId, FailureClass, Instant};

use super::fingerprint::Fingerprint;
use super::side::{CALLS, HEDGES, Leg, Message, Side, wall};
use super::store::Store;

/// How much may happen in one search.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Calls of each client.
    pub(crate) calls: [u32; 2],
    /// Messages that are lost, fail or come twice.
    pub(crate) faults: u32,
    /// Calls that a caller gives up.
    pub(crate) cancels: u32,
}

/// One thing that is wrong with the world around the machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// Servers apply what they have applied before.
    NoDedupe,
    /// Each server remembers its own tokens, and not those of the other.
    WindowOfEachServer,
    /// Hosts send another token with each attempt.
    TokenOfEachAttempt,
    /// Hosts confirm the end of an attempt when they are asked to stop it, while its request is still under way.
    EndsToldEarly,
    /// Hosts never wake their client up.
    NoTimer,
}

/// What can happen next; the first number is the client, the second the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Start(usize),
    /// A request is applied, or an answer reaches its host.
    Arrive(usize, usize),
    /// It is gone, and nobody is told.
    Lose(usize, usize),
    /// Its connection breaks, and the host is told.
    Break(usize, usize),
    /// The server refuses it before any work.
    Refuse(usize, usize),
    /// The network delivers it once more.
    Repeat(usize, usize),
    /// A request that the client wants to have stopped does not arrive, and the host confirms it.
    Stop(usize, usize),
    GiveUp(usize, CallId),
    /// The next timer of this client fires.
    Wake(usize),
}

/// One state.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) sides: Vec<Side>,
    pub(crate) store: Store,
    now: u64,
    left: Bounds,
    mutant: Option<Mutant>,
}

impl World {
    pub(crate) fn new(bounds: Bounds, mutant: Option<Mutant>) -> Self {
        Self { sides: vec![Side::new(1), Side::new(2)], store: Store::new(), now: 0, left: bounds, mutant }
    }

    /// Everything that may happen next.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (at, side) in self.sides.iter().enumerate() {
            if self.left.calls[at] > 0 {
                steps.push(Step::Start(at));
            }
            for number in 0..side.messages.len() {
                self.of_message(at, number, &mut steps);
            }
            if self.left.cancels > 0 {
                let running = side.calls.values().filter(|call| call.outcome.is_none());
                steps.extend(running.map(|call| Step::GiveUp(at, call.id)));
            }
        }
        steps.extend(self.wake());
        steps
    }

    fn of_message(&self, at: usize, number: usize, steps: &mut Vec<Step>) {
        let side = &self.sides[at];
        let message = side.messages[number];
        // Two copies of one message do the same.
        if side.messages[..number].contains(&message) {
            return;
        }
        steps.push(Step::Arrive(at, number));
        if message.leg == Leg::Request && side.asked.contains(&message.attempt) {
            steps.push(Step::Stop(at, number));
        }
        if self.left.faults > 0 {
            steps.extend([Step::Lose(at, number), Step::Break(at, number), Step::Repeat(at, number)]);
            if message.leg == Leg::Request {
                steps.push(Step::Refuse(at, number));
            }
        }
    }

    /// Time goes on to the next timer of all; where two are due at once, the first client's fires first.
    fn wake(&self) -> Option<Step> {
        if self.mutant == Some(Mutant::NoTimer) {
            return None;
        }
        let due = |at: usize| Some((self.sides[at].client.poll_timeout()?.at, at));
        (0..2).filter_map(due).min().map(|(_, at)| Step::Wake(at))
    }

    /// Lets one thing happen; says which promise is broken, if one is.
    pub(crate) fn take(&mut self, step: Step) -> Result<(), String> {
        let at = self.happen(step);
        let now = self.time();
        if self.mutant == Some(Mutant::EndsToldEarly) {
            self.sides[at].perform()?;
            let asked = std::mem::take(&mut self.sides[at].asked);
            for attempt in asked {
                self.sides[at].client.handle_cancelled(attempt, now);
            }
        }
        self.sides[at].perform()?;
        self.hold()
    }

    /// Lets one thing happen; answers to which client.
    fn happen(&mut self, step: Step) -> usize {
        let now = self.time();
        match step {
            Step::Start(at) => {
                self.left.calls[at] -= 1;
                self.sides[at].start(self.now);
                at
            }
            Step::Arrive(at, number) => self.arrive(at, number),
            Step::Lose(at, number) => {
                self.left.faults -= 1;
                self.sides[at].messages.swap_remove(number);
                at
            }
            Step::Break(at, number) => self.fail(at, number, FailureClass::Transient),
            Step::Refuse(at, number) => self.fail(at, number, FailureClass::Overloaded),
            Step::Repeat(at, number) => {
                self.left.faults -= 1;
                let copy = self.sides[at].messages[number];
                self.sides[at].messages.push(copy);
                self.sides[at].repeated = true;
                at
            }
            Step::Stop(at, number) => {
                let message = self.sides[at].messages.swap_remove(number);
                self.sides[at].client.handle_cancelled(message.attempt, now);
                at
            }
            Step::GiveUp(at, call) => {
                self.left.cancels -= 1;
                self.sides[at].client.cancel(call, now);
                at
            }
            Step::Wake(at) => {
                let due = self.sides[at].client.poll_timeout().map_or(self.now, |wake| wake.at.as_micros());
                self.now = self.now.max(due);
                let now = self.time();
                self.sides[at].client.handle_timeout(now);
                at
            }
        }
    }

    const fn time(&self) -> Instant {
        Instant::from_micros(self.now)
    }

    fn arrive(&mut self, at: usize, number: usize) -> usize {
        let message = self.sides[at].messages[number];
        if message.leg == Leg::Request {
            self.store.apply(message.server.into(), self.sent_token(&message), wall(self.now), self.mutant);
            self.sides[at].messages[number].leg = Leg::Answer;
        } else {
            self.sides[at].messages.swap_remove(number);
            let now = self.time();
            self.sides[at].client.handle_response(message.attempt, Response::default(), now);
        }
        at
    }

    fn fail(&mut self, at: usize, number: usize, class: FailureClass) -> usize {
        self.left.faults -= 1;
        let message = self.sides[at].messages.swap_remove(number);
        let now = self.time();
        self.sides[at].client.handle_failure(message.attempt, Failure::new(class), now);
        at
    }

    /// The token that travels.
    fn sent_token(&self, message: &Message) -> Token {
        let foreign = if self.mutant == Some(Mutant::TokenOfEachAttempt) { message.ordinal } else { 0 };
        Token { nonce: message.token.nonce ^ u128::from(foreign), ..message.token }
    }

    /// What must hold in every state.
    fn hold(&self) -> Result<(), String> {
        for side in &self.sides {
            let client = &side.client;
            let (calls, hedges) = (client.calls_held(Namespace(0)), client.hedges_in_flight(Namespace(0)));
            if calls > CALLS || hedges > HEDGES {
                return Err(format!("{calls} calls and {hedges} hedges at once"));
            }
            for call in side.calls.values() {
                self.one_effect(call.token, call.outcome)?;
            }
            side.no_more_at_work()?;
        }
        self.no_shared_token()
    }

    /// An answered call took effect once; every other one once at most.
    fn one_effect(&self, token: Option<Token>, outcome: Option<Outcome>) -> Result<(), String> {
        let Some(token) = token else { return Ok(()) };
        let of = |ordinal: u128| self.store.effects(Token { nonce: token.nonce ^ ordinal, ..token });
        match ((0..8).map(of).sum::<u32>(), outcome) {
            (2.., _) => Err("two effects of one call".into()),
            (0, Some(Outcome::Ok)) => Err("an answer without an effect".into()),
            _ => Ok(()),
        }
    }

    /// No two calls share a token, whichever client they are of.
    fn no_shared_token(&self) -> Result<(), String> {
        let calls = || self.sides.iter().flat_map(|side| side.calls.values());
        let mut tokens: Vec<_> = calls().filter_map(|call| call.token).collect();
        let count = tokens.len();
        tokens.sort_unstable();
        tokens.dedup();
        if tokens.len() == count { Ok(()) } else { Err("two calls with one token".into()) }
    }

    /// What must hold when nothing can happen any more.
    pub(crate) fn end(&self) -> Result<(), String> {
        for side in &self.sides {
            if side.calls.values().any(|call| call.outcome.is_none()) || !side.client.is_idle() {
                return Err("unresolved calls".into());
            }
            let client = &side.client;
            let at = |name: &str| {
                client.endpoint(name).map_or(0, |endpoint: EndpointId| client.in_flight(endpoint))
            };
            if at("0") + at("1") + client.calls_held(Namespace(0)) + client.hedges_in_flight(Namespace(0)) > 0
            {
                return Err("something is left in flight".into());
            }
        }
        Ok(())
    }

    /// This state in one number.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut fingerprint = Fingerprint::new();
        for side in &self.sides {
            side.add_to(&mut fingerprint);
        }
        self.store.add_to(&mut fingerprint);
        write!(fingerprint, "{}{:?}", self.now, self.left).expect("a hash takes every text");
        fingerprint.number()
    }
}
