//! One client machine that several workers share, each in a thread of its own.
//!
//! Limits, budgets, estimates and the choice of endpoints are those of the one machine, so they hold for the process and
//! not for each worker. What is a worker's own are its calls: it performs their actions and sleeps for their deadlines,
//! and nobody else is told of them.
//!
//! State: the machine behind one lock, and for each worker the actions that wait for it and the calls that it has to wake
//! for. A worker's number stands in the upper bits of the cookies of its calls ([`cookie`]), which the machine echoes and
//! never reads; so the owner of an action is known without a table, and calls of the first worker have the cookies that
//! they would have alone.
//!
//! A *turn* is one input of one worker: the lock is taken, the input handed in, and every action that it led to goes to
//! the worker that owns its call, into the caller's buffer or into that worker's queue. A worker whose queue was empty is
//! woken, after the lock was given back. A worker that leaves has its calls cancelled and its attempts ended, so their
//! slots are free for the others.
//!
//! What it does not do: it starts no thread, reads no clock and sleeps nowhere. A panic inside of the machine leaves the
//! lock poisoned, and from then on every worker is told [`Gone::Poisoned`].
//!
//! ```
//! use hedgerow::{Config, Seed, wire::Units, wire::input};
//! use hedgerow_shared::Shared;
//! # use hedgerow::client::action::{EndpointSpec, TopologyChange};
//! let shared = Shared::new(Config::default(), &Seed::new([7; 32]), Units::Millis, 0.0);
//! let me = shared.attach(false, std::sync::Arc::new(|| println!("wake up"))).unwrap();
//! let mut buffer = [0.0; 18];
//! # let one = TopologyChange::Add(EndpointSpec { name: "one".into(), ..EndpointSpec::default() });
//! # shared.input(me, &mut buffer, 0.0, |client, now| client.handle_topology(&[one], now)).unwrap().unwrap();
//! let start = input::start(5.0, 0.0, 0.0, -1.0, -1.0, -1.0);
//! let call = shared.start(me, &mut buffer, &start, 0, None, 1.0).unwrap();
//! assert!(call > 0.0);
//! // One record was written: the send of the call with cookie 5.
//! assert_eq!((buffer[0], buffer[1], buffer[16]), (1.0, 5.0, 1.0));
//! ```

#![forbid(unsafe_code)]

pub mod cookie;
mod deadlines;
mod notes;
mod shut_down;
mod state;
#[cfg(test)]
mod tests;
mod turn;

use std::sync::{Arc, Mutex, MutexGuard};

use hedgerow::token::Token;
use hedgerow::wire::{RECORD, Units};
use hedgerow::{Client, Config, Instant, Seed};

use state::State;

/// Wakes a worker that sleeps: it has its turn soon. Called from the threads of others, with no lock held.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// The number of a worker; the number of one that left is given out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Worker(pub(crate) usize);

impl Worker {
    /// The number, from 0.
    pub fn number(self) -> usize {
        self.0
    }
}

/// Why a shared client cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// A panic left it in an unknown state.
    Poisoned,
    /// The worker has left.
    Left,
    /// There are [`cookie::MOST_WORKERS`] workers already.
    Full,
}

/// One client machine, shared.
#[derive(Debug)]
pub struct Shared {
    state: Mutex<State>,
    units: Units,
}

impl Shared {
    /// Builds a machine without endpoints and without workers. The seed must be secret, and unique per process.
    pub fn new(config: Config, seed: &Seed, units: Units, now: f64) -> Self {
        let now = units.now(now);
        Self::of(Client::new(config, seed, now), units, now)
    }

    /// Takes a machine that is built already, without workers.
    pub fn of(client: Client, units: Units, now: Instant) -> Self {
        Self { state: Mutex::new(State::new(client, units, now)), units }
    }

    /// Takes a worker in; one that listens is told notes and what belongs to no call.
    pub fn attach(&self, listens: bool, waker: Waker) -> Result<Worker, Gone> {
        self.lock()?.attach(listens, waker)
    }

    /// A worker leaves: its calls are cancelled and its attempts over. Nothing happens when it has left already.
    pub fn detach(&self, worker: Worker) -> Result<(), Gone> {
        self.woken(|state| {
            state.detach(worker.0);
            Ok(())
        })
    }

    /// Starts a call with the numbers of a start's record and `replicas` ids at the head of the buffer: its id, the negative
    /// code of a denial, or NaN when a number is none.
    pub fn start(
        &self,
        worker: Worker,
        buffer: &mut [f64],
        record: &[f64; RECORD],
        replicas: usize,
        token: Option<Token>,
        now: f64,
    ) -> Result<f64, Gone> {
        self.turn(worker, buffer, now, |state, buffer, now| {
            state.start(worker.0, record, buffer.get(..replicas).unwrap_or(&[]), token, now)
        })
    }

    /// Hands in one record of an input that is no start; answers how many records were written.
    pub fn push(
        &self,
        worker: Worker,
        buffer: &mut [f64],
        record: &[f64; RECORD],
        now: f64,
    ) -> Result<usize, Gone> {
        self.counted(worker, buffer, now, |state, now| {
            state.push(worker.0, record, now);
        })
    }

    /// Takes `count` records of inputs from the buffer; answers how many it took, as
    /// [`Client::push_events`] does.
    pub fn push_events(
        &self,
        worker: Worker,
        buffer: &mut [f64],
        count: usize,
        now: f64,
    ) -> Result<usize, Gone> {
        self.turn(worker, buffer, now, |state, buffer, now| state.push_events(worker.0, buffer, count, now))
    }

    /// The worker's timer fired, or it was woken: fires what is due, if anything of its own is; answers how many records
    /// were written.
    pub fn tick(&self, worker: Worker, buffer: &mut [f64], now: f64) -> Result<usize, Gone> {
        self.counted(worker, buffer, now, |state, now| state.tick(worker.0, now))
    }

    /// Hands in an input of any kind; answers what it answered.
    pub fn input<R>(
        &self,
        worker: Worker,
        buffer: &mut [f64],
        now: f64,
        input: impl FnOnce(&mut Client, Instant) -> R,
    ) -> Result<R, Gone> {
        self.turn(worker, buffer, now, |state, _, now| input(&mut state.client, now))
    }

    /// Denies later starts of this worker; what of its calls is undecided at the deadline (−1 for none) is shut down. Calls
    /// of other workers go on. Answers how many records were written.
    pub fn shut_down(
        &self,
        worker: Worker,
        buffer: &mut [f64],
        deadline: f64,
        now: f64,
    ) -> Result<usize, Gone> {
        let deadline = self.units.deadline(deadline);
        self.counted(worker, buffer, now, |state, now| state.shut_down(worker.0, deadline, now))
    }

    /// Hands in an input without a buffer at hand: what it leads to waits for the next turn.
    pub fn report<R>(
        &self,
        worker: Worker,
        now: f64,
        input: impl FnOnce(&mut Client, Instant) -> R,
    ) -> Result<R, Gone> {
        self.turn(worker, &mut [], now, |state, _, now| input(&mut state.client, now))
    }

    /// Moves actions that wait for a worker into its buffer; answers how many.
    pub fn poll(&self, worker: Worker, buffer: &mut [f64]) -> Result<usize, Gone> {
        self.woken(|state| {
            state.check(worker.0)?;
            Ok(state.finish_turn(worker.0, buffer))
        })
    }

    /// Moves notes that wait for a worker into its buffer; answers how many.
    pub fn poll_notes(&self, worker: Worker, buffer: &mut [f64]) -> Result<usize, Gone> {
        let mut state = self.lock()?;
        state.check(worker.0)?;
        Ok(state.take_notes(worker.0, buffer))
    }

    /// Looks at the machine.
    pub fn read<R>(&self, look: impl FnOnce(&Client) -> R) -> Result<R, Gone> {
        Ok(look(&self.lock()?.client))
    }

    /// Changes what is no input: names, traces, scripts of draws.
    pub fn change<R>(&self, change: impl FnOnce(&mut Client) -> R) -> Result<R, Gone> {
        Ok(change(&mut self.lock()?.client))
    }

    #[cfg(test)]
    fn deadlines_held(&self, worker: Worker) -> usize {
        let mut state = self.lock().unwrap();
        state.member(worker.0).map_or(0, |member| member.deadlines.len())
    }

    fn counted(
        &self,
        worker: Worker,
        buffer: &mut [f64],
        now: f64,
        input: impl FnOnce(&mut State, Instant),
    ) -> Result<usize, Gone> {
        let told = self.units.now(now);
        self.woken(|state| {
            state.check(worker.0)?;
            let now = state.clamp(worker.0, told);
            input(state, now);
            Ok(state.finish_turn(worker.0, buffer))
        })
    }

    fn turn<R>(
        &self,
        worker: Worker,
        buffer: &mut [f64],
        now: f64,
        input: impl FnOnce(&mut State, &[f64], Instant) -> R,
    ) -> Result<R, Gone> {
        let told = self.units.now(now);
        self.woken(|state| {
            state.check(worker.0)?;
            let now = state.clamp(worker.0, told);
            let answer = input(state, buffer, now);
            state.finish_turn(worker.0, buffer);
            Ok(answer)
        })
    }

    /// Does something under the lock, and wakes whom it concerns behind it.
    fn woken<R>(&self, act: impl FnOnce(&mut State) -> Result<R, Gone>) -> Result<R, Gone> {
        let mut state = self.lock()?;
        let answer = act(&mut state);
        let wakers = state.take_wakers();
        drop(state);
        for wake in wakers {
            wake();
        }
        answer
    }

    fn lock(&self) -> Result<MutexGuard<'_, State>, Gone> {
        self.state.lock().map_err(|_| Gone::Poisoned)
    }
}
