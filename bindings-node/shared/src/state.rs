//! What lies behind the lock: the machine, its workers, and what waits for each.

use std::collections::VecDeque;
use std::fmt;
use std::mem;

use hedgerow::client::call::CallState;
use hedgerow::wire::{RECORD, Units};
use hedgerow::{Client, Instant};

use crate::deadlines::Deadlines;
use crate::{Gone, Waker, Worker, cookie};

/// One record of the flat form.
pub(crate) type Record = [f64; RECORD];

/// Times from here on are none: the machine refuses and counts them.
const NO_TIME: u64 = 1 << 53;

/// One worker.
pub(crate) struct Member {
    /// Actions that wait for it, oldest first, with its own cookies.
    pub(crate) queue: VecDeque<Record>,
    pub(crate) notes: VecDeque<Record>,
    pub(crate) listens: bool,
    pub(crate) deadlines: Deadlines,
    /// Whether it denies starts.
    pub(crate) drains: bool,
    /// When its calls are ended.
    pub(crate) end: Option<Instant>,
    /// The latest time that it told.
    told: Instant,
    waker: Waker,
    /// It was woken and has not had its turn.
    woken: bool,
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("queue", &self.queue.len())
            .field("woken", &self.woken)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) client: Client,
    pub(crate) units: Units,
    pub(crate) members: Vec<Option<Member>>,
    /// The latest time that anybody told.
    pub(crate) now: Instant,
    /// Whether calls are ended because their worker shuts down, not because a caller gave up.
    pub(crate) shutting: bool,
    wakers: Wakers,
}

#[derive(Default)]
struct Wakers(Vec<Waker>);

impl fmt::Debug for Wakers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to wake", self.0.len())
    }
}

impl State {
    pub(crate) fn new(client: Client, units: Units, now: Instant) -> Self {
        let members = Vec::new();
        Self { client, units, members, now, shutting: false, wakers: Wakers::default() }
    }

    pub(crate) fn attach(&mut self, listens: bool, waker: Waker) -> Result<Worker, Gone> {
        let free = self.members.iter().position(Option::is_none);
        let number = free.unwrap_or(self.members.len());
        if number == cookie::MOST_WORKERS {
            return Err(Gone::Full);
        }
        if free.is_none() {
            self.members.push(None);
        }
        if listens && self.listener().is_none() {
            // What was noted before anybody listened is nobody's.
            while self.client.poll_note().is_some() {}
        }
        let (queue, notes, deadlines) = (VecDeque::new(), VecDeque::new(), Deadlines::new());
        let member = Member {
            queue,
            notes,
            listens,
            deadlines,
            drains: false,
            end: None,
            told: Instant::ZERO,
            waker,
            woken: false,
        };
        if let Some(place) = self.members.get_mut(number) {
            *place = Some(member);
        }
        Ok(Worker(number))
    }

    /// Ends what a worker leaves behind. Whoever is first takes over what belongs to no call.
    pub(crate) fn detach(&mut self, me: usize) {
        let Some(member) = self.members.get_mut(me).and_then(Option::take) else { return };
        drop(member);
        for call in self.client.calls_between(cookie::first(me), cookie::last(me)) {
            let open = self.client.open_attempts(call);
            if self.client.state(call) != CallState::Lingering {
                self.client.cancel(call, self.now);
            }
            for attempt in open {
                self.client.handle_cancelled(attempt, self.now);
            }
        }
        self.hand_out(me, &mut []);
        if let Some(heir) = self.members.iter().position(Option::is_some) {
            self.wake(heir);
        }
    }

    pub(crate) fn check(&self, me: usize) -> Result<(), Gone> {
        if self.members.get(me).is_some_and(Option::is_some) { Ok(()) } else { Err(Gone::Left) }
    }

    pub(crate) fn member(&mut self, number: usize) -> Option<&mut Member> {
        self.members.get_mut(number).and_then(Option::as_mut)
    }

    /// The time of an input. While a worker waited for the lock another one may have told a later time: that is no step
    /// back of anybody's clock, and is not counted as one.
    pub(crate) fn clamp(&mut self, me: usize, told: Instant) -> Instant {
        if told.as_micros() >= NO_TIME {
            return told;
        }
        let latest = self.now;
        self.now = latest.max(told);
        let Some(member) = self.member(me) else { return told };
        let went_back = told < member.told;
        member.told = member.told.max(told);
        if went_back { told } else { told.max(latest) }
    }

    /// Notes that a worker has something to do.
    pub(crate) fn wake(&mut self, number: usize) {
        let Some(member) = self.member(number).filter(|member| !member.woken) else { return };
        member.woken = true;
        let waker = member.waker.clone();
        self.wakers.0.push(waker);
    }

    /// A worker has its turn.
    pub(crate) fn awake(&mut self, me: usize) {
        if let Some(member) = self.member(me) {
            member.woken = false;
        }
    }

    pub(crate) fn take_wakers(&mut self) -> Vec<Waker> {
        mem::take(&mut self.wakers.0)
    }

    /// Who is told what belongs to no call: the first that listens.
    pub(crate) fn listener(&self) -> Option<usize> {
        self.members.iter().position(|member| member.as_ref().is_some_and(|member| member.listens))
    }
}
