//! The ratio budget: extra attempts are a share of first attempts, plus a trickle for quiet times.
//!
//! After the retry budgets of Finagle and of the SRE book, with the corrections that practice asks for: amounts are
//! micro-tokens, so no ratio is truncated; there is a cap, so a long calm does not save up a storm; the floor is a
//! tenth of a token per second and client, not ten. Only first attempts deposit; retries must not finance retries.
//!
//! *Bounded amplification*: in any interval of length W with N first attempts the extra attempts are at most
//! `cap + ratio · N + min_rate · W`, since each takes one token, at most `cap` are there at its start, and inside it only
//! these two add any. Hence a storm cannot feed itself while the load times (1 + ratio) is below the capacity.
//!
//! State: ten slots, a reserve, the remainder of the drip, the last time seen. A clock that steps back creates nothing.

use super::{TOKEN, slots::Slots};
use crate::time::{Duration, Instant};

/// The drip is reckoned in millionths of a micro-token.
const MILLIONTHS: u128 = 1_000_000;

/// What a ratio budget is made of; amounts in micro-tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) ratio: u64,
    pub(super) cap: u64,
    pub(super) window: Duration,
    /// Micro-tokens per second.
    pub(super) min_rate: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Ratio {
    settings: Settings,
    /// What drips in one window, and never more than the cap.
    reserve_cap: u64,
    slots: Slots<u64>,
    reserve: u64,
    /// What the drip has below one micro-token, in millionths of it.
    carry: u64,
    last: Instant,
}

/// What a snapshot keeps of a ratio budget.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LearnedRatio {
    /// Width of a slot in µs.
    pub(crate) width: u64,
    /// Number of the newest slot on the grid of time.
    pub(crate) newest: u64,
    /// Micro-tokens of each slot, the oldest first.
    pub(crate) amounts: [u64; 10],
    /// Micro-tokens that no slot holds.
    pub(crate) reserve: u64,
    /// Millionths of a micro-token that have dripped and are none yet.
    pub(crate) carry: u64,
    /// The time up to which it has dripped.
    pub(crate) last: Instant,
}

impl Ratio {
    pub(super) fn new(settings: Settings, initial: u64, now: Instant) -> Self {
        let slots = Slots::new(settings.window, now);
        let window = u128::from(settings.window.as_micros());
        let drip = u128::from(settings.min_rate) * window / MILLIONTHS;
        let reserve_cap = u64::try_from(drip).unwrap_or(u64::MAX).min(settings.cap);
        Self { settings, reserve_cap, slots, reserve: initial.min(settings.cap), carry: 0, last: now }
    }

    pub(super) fn deposit(&mut self, now: Instant) {
        self.roll(now);
        let add = self.settings.ratio.min(self.settings.cap.saturating_sub(self.total()));
        let slot = self.slots.current();
        *slot = slot.saturating_add(add);
    }

    pub(super) fn withdraw(&mut self, now: Instant) -> bool {
        self.roll(now);
        if self.total() < TOKEN {
            return false;
        }
        // What would expire next is spent first.
        let mut due = TOKEN;
        for slot in self.slots.oldest_first() {
            let part = due.min(*slot);
            *slot -= part;
            due -= part;
        }
        self.reserve = self.reserve.saturating_sub(due);
        true
    }

    pub(super) fn level(&mut self, now: Instant) -> u64 {
        self.roll(now);
        self.total()
    }

    /// What a snapshot keeps.
    pub(super) fn learned(&self) -> LearnedRatio {
        let (width, newest, amounts) = self.slots.learned();
        LearnedRatio { width, newest, amounts, reserve: self.reserve, carry: self.carry, last: self.last }
    }

    /// Goes on from what a snapshot kept, at most the cap; false when its slots are of another width.
    pub(super) fn recall(&mut self, learned: &LearnedRatio) -> bool {
        let same = self.slots.learned().0 == learned.width;
        if same {
            self.reserve = learned.reserve.min(self.settings.cap);
            let mut room = self.settings.cap - self.reserve;
            let amounts = learned.amounts.map(|amount| {
                let kept = amount.min(room);
                room -= kept;
                kept
            });
            self.slots.recall(learned.newest, amounts);
            self.carry = learned.carry.min(MILLIONTHS as u64 - 1);
            self.last = learned.last;
        }
        same
    }

    fn total(&self) -> u64 {
        self.slots.amounts().fold(self.reserve, u64::saturating_add)
    }

    /// Lets deposits expire, then drips into the reserve.
    fn roll(&mut self, now: Instant) {
        if now < self.last {
            return;
        }
        self.slots.roll(now);
        let passed = u128::from(now.since(self.last).as_micros());
        let drip = passed * u128::from(self.settings.min_rate) + u128::from(self.carry);
        let (add, carry) = match u64::try_from(drip) {
            Ok(drip) => (drip / MILLIONTHS as u64, drip % MILLIONTHS as u64),
            // A wide division is slow and never needed at rates and times of this world; above the room it is the room.
            Err(_) => (u64::try_from(drip / MILLIONTHS).unwrap_or(u64::MAX), (drip % MILLIONTHS) as u64),
        };
        let room = self.room();
        self.reserve = self.reserve.saturating_add(add.min(room));
        self.carry = if add >= room { 0 } else { carry };
        self.last = now;
    }

    /// How much the reserve may take: it refills to one window's drip, and never beyond the cap of the whole.
    fn room(&self) -> u64 {
        let whole = self.settings.cap.saturating_sub(self.total());
        self.reserve_cap.saturating_sub(self.reserve).min(whole)
    }
}
