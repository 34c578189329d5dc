//! The Finagle budget: a moving balance of deposits and withdrawals above a floor per client.
//!
//! Source: Finagle's `RetryBudget`, and tower's port of it. Ten signed slots over the time to live: a deposit adds its
//! share, a withdrawal takes a token in the same slot, and both expire together. There is no cap. Its trap: the floor of
//! ten per second is per client, so a thousand clients may add ten thousand retries per second. Micro-tokens,
//! where peers divide integers and read 0.3 as a third and 0.51 as one.

use super::{TOKEN, slots::Slots};
use crate::time::{Duration, Instant};

#[derive(Clone, Debug)]
pub(super) struct Finagle {
    /// `min_per_s · ttl`.
    floor: i64,
    pct: i64,
    slots: Slots<i64>,
}

impl Finagle {
    pub(super) fn new(ttl: Duration, min_per_s: u32, pct: u64, now: Instant) -> Self {
        // One token per second is one micro-token per microsecond.
        let floor = signed(ttl.as_micros().saturating_mul(u64::from(min_per_s)));
        Self { floor, pct: signed(pct), slots: Slots::new(ttl, now) }
    }

    pub(super) fn deposit(&mut self, now: Instant) {
        self.add(self.pct, now);
    }

    pub(super) fn withdraw(&mut self, now: Instant) -> bool {
        let allowed = self.balance(now) >= signed(TOKEN);
        if allowed {
            self.add(-signed(TOKEN), now);
        }
        allowed
    }

    pub(super) fn level(&mut self, now: Instant) -> u64 {
        u64::try_from(self.balance(now)).unwrap_or(0)
    }

    /// What a snapshot keeps.
    pub(super) fn learned(&self) -> (u64, u64, [i64; 10]) {
        self.slots.learned()
    }

    /// Goes on from what a snapshot kept; false when its slots are of another width.
    pub(super) fn recall(&mut self, width: u64, newest: u64, amounts: [i64; 10]) -> bool {
        let same = self.slots.learned().0 == width;
        if same {
            self.slots.recall(newest, amounts);
        }
        same
    }

    fn add(&mut self, amount: i64, now: Instant) {
        self.slots.roll(now);
        let slot = self.slots.current();
        *slot = slot.saturating_add(amount);
    }

    fn balance(&mut self, now: Instant) -> i64 {
        self.slots.roll(now);
        self.slots.amounts().fold(self.floor, i64::saturating_add)
    }
}

fn signed(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}
