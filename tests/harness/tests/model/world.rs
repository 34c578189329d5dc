//! The world of the model: clients, what is between them and the store, and what happens with each step.

use std::fmt::Write;

use hedgerow::client::action::{Failure, Response};
use hedgerow::token::Token;
use hedgerow::{FailureClass, Instant};

use super::fingerprint::Fingerprint;
use super::promises;
use super::side::{GRID, Leg, Message, Side, wall};
use super::step::{Bounds, Mutant, Step, Unseen};
use super::store::Store;

/// One state.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) sides: Vec<Side>,
    pub(crate) store: Store,
    pub(crate) now: u64,
    /// When the first thing may happen.
    begun: u64,
    pub(crate) left: Bounds,
    mutant: Option<Mutant>,
    /// With the mutant, whose timer nobody keeps.
    pub(crate) untimed: [bool; 2],
}

impl World {
    pub(crate) fn new(bounds: Bounds, mutant: Option<Mutant>) -> Self {
        Self {
            sides: [1, 2].map(|seed| Side::new(seed, bounds.at_once)).into(),
            store: Store::new(),
            now: 0,
            begun: 0,
            left: bounds,
            mutant,
            untimed: [mutant == Some(Mutant::NoTimer); 2],
        }
    }

    /// The same, but that nothing happens before this step of the grid.
    pub(crate) fn begun_at(self, step: u64) -> Self {
        Self { now: step * GRID, begun: step * GRID, ..self }
    }

    /// The same after the first thing of all: that this client starts a call.
    pub(crate) fn started(mut self, at: usize) -> Self {
        self.take(Step::Start(at)).expect("a first call breaks nothing");
        self
    }

    /// Lets one thing happen; says which promise is broken, if one is.
    pub(crate) fn take(&mut self, step: Step) -> Result<(), String> {
        self.happen(step);
        if self.mutant == Some(Mutant::SharedTimer) {
            self.share_timer(step);
        }
        if let Some(at) = step.side() {
            self.perform(at)?;
            if self.left.unseen == Unseen::AtOnce {
                self.forget(at);
            }
        }
        if !self.now.is_multiple_of(GRID) {
            return Err(format!("an instant beside the grid: {}", self.now));
        }
        promises::hold(self)
    }

    fn perform(&mut self, at: usize) -> Result<(), String> {
        let now = self.time();
        let side = &mut self.sides[at];
        side.perform()?;
        if self.mutant == Some(Mutant::EndsToldEarly) {
            for attempt in std::mem::take(&mut side.asked) {
                side.tell(|client| client.handle_cancelled(attempt, now));
            }
            side.perform()?;
        }
        Ok(())
    }

    /// Lets messages arrive whose attempts the client has forgotten.
    fn forget(&mut self, at: usize) {
        for message in self.sides[at].forget() {
            if message.leg == Leg::Request {
                self.store.apply(
                    message.server.into(),
                    self.sent_token(&message),
                    wall(self.now),
                    self.mutant,
                );
            }
        }
    }

    /// The timer is set for the client that was told something, and for none of these when another one was.
    fn share_timer(&mut self, step: Step) {
        match step.side() {
            None => self.untimed = [true; 2],
            Some(at) if self.sides[at].told => self.untimed = [at != 0, at != 1],
            Some(_) => {}
        }
    }

    /// Lets one thing happen.
    fn happen(&mut self, step: Step) {
        let now = self.time();
        match step {
            Step::Start(at) => {
                self.left.calls[at] -= 1;
                self.sides[at].start(self.now);
            }
            Step::Arrive(at, number) => self.arrive(at, number),
            Step::Lose(at, number) => {
                self.left.faults -= 1;
                self.sides[at].messages.swap_remove(number);
            }
            Step::Break(at, number) => self.fail(at, number, FailureClass::Transient),
            Step::Refuse(at, number) => self.fail(at, number, FailureClass::Overloaded),
            Step::Repeat(at, number) => {
                self.left.faults -= 1;
                let copy = self.sides[at].messages[number];
                self.sides[at].messages.push(copy);
                self.sides[at].repeated = true;
            }
            Step::Stop(at, number) => {
                let message = self.sides[at].messages.swap_remove(number);
                self.sides[at].tell(|client| client.handle_cancelled(message.attempt, now));
            }
            Step::GiveUp(at, call) => {
                self.left.cancels -= 1;
                self.sides[at].tell(|client| client.cancel(call, now));
            }
            Step::Wake(at) => {
                self.now = self.sides[at].due().map_or(self.now, |due| self.now.max(due));
                let now = self.time();
                self.sides[at].tell(|client| client.handle_timeout(now));
            }
            Step::Foreign => {
                let resting = u64::from(self.due().is_none());
                self.left.foreign = self.left.foreign.map(|left| left - resting);
                self.now += GRID;
            }
        }
    }

    const fn time(&self) -> Instant {
        Instant::from_micros(self.now)
    }

    fn arrive(&mut self, at: usize, number: usize) {
        let message = self.sides[at].messages[number];
        if message.leg == Leg::Request {
            self.store.apply(message.server.into(), self.sent_token(&message), wall(self.now), self.mutant);
            self.sides[at].messages[number].leg = Leg::Answer;
        } else {
            self.sides[at].messages.swap_remove(number);
            let now = self.time();
            self.sides[at].tell(|client| client.handle_response(message.attempt, Response::default(), now));
        }
    }

    fn fail(&mut self, at: usize, number: usize, class: FailureClass) {
        self.left.faults -= 1;
        let message = self.sides[at].messages.swap_remove(number);
        let now = self.time();
        self.sides[at].tell(|client| client.handle_failure(message.attempt, Failure::new(class), now));
    }

    /// The token that travels.
    fn sent_token(&self, message: &Message) -> Token {
        let foreign = if self.mutant == Some(Mutant::TokenOfEachAttempt) { message.ordinal } else { 0 };
        Token { nonce: message.token.nonce ^ u128::from(foreign), ..message.token }
    }

    /// This state in one number.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut fingerprint = Fingerprint::new();
        for side in &self.sides {
            side.add_to(&mut fingerprint);
        }
        self.store.add_to(&mut fingerprint);
        write!(fingerprint, "{}{:?}{:?}", self.now, self.left, self.untimed)
            .expect("a string takes every text");
        fingerprint.number()
    }

    /// One client, its host and what came of its calls at this instant, in one number.
    pub(crate) fn view(&self, at: usize) -> u64 {
        let (mut fingerprint, side) = (Fingerprint::new(), &self.sides[at]);
        side.add_to(&mut fingerprint);
        let tokens = side.calls.values().filter_map(|call| call.token);
        let effects: Vec<_> = tokens.map(|token| self.store.effects(token)).collect();
        write!(fingerprint, "{}{effects:?}", self.now).expect("a string takes every text");
        fingerprint.number()
    }

    /// What can be seen, with times since the beginning.
    pub(crate) fn outlook(&self) -> Vec<String> {
        self.sides.iter().map(|side| side.outlook(self.begun)).collect()
    }
}
