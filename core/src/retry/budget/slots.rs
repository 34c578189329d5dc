//! A window of ten slots on the absolute grid of time: the current slot and the nine before it.
//!
//! Slot boundaries are multiples of a tenth of the window since the host's origin, so that two budgets agree on them
//! whenever they were made. A slot is emptied when time has moved ten slots on.

use crate::time::{Duration, Instant};

const SLOTS: u64 = 10;

/// Ten amounts, each for a tenth of the window.
#[derive(Clone, Debug)]
pub(super) struct Slots<T> {
    width: u64,
    /// Grid index of the current slot.
    newest: u64,
    /// Where it ends.
    end: u64,
    values: [T; SLOTS as usize],
}

impl<T: Copy + Default> Slots<T> {
    pub(super) fn new(window: Duration, now: Instant) -> Self {
        let width = (window.as_micros() / SLOTS).max(1);
        let newest = now.as_micros() / width;
        Self { width, newest, end: end(width, newest), values: [T::default(); SLOTS as usize] }
    }

    /// Empties what left the window; a time before the last one does nothing.
    pub(super) fn roll(&mut self, now: Instant) {
        // Nearly always within the current slot, which takes no division to see.
        if now.as_micros() < self.end {
            return;
        }
        let index = now.as_micros() / self.width;
        let passed = index.saturating_sub(self.newest).min(SLOTS);
        for entered in 0..passed {
            // The slots that enter last are those just below the new index, whatever the distance.
            *self.slot(index - entered) = T::default();
        }
        self.newest = self.newest.max(index);
        self.end = end(self.width, self.newest);
    }

    /// The slot of the present.
    pub(super) fn current(&mut self) -> &mut T {
        self.slot(self.newest)
    }

    /// The slots of the window, oldest first.
    pub(super) fn oldest_first(&mut self) -> impl Iterator<Item = &mut T> {
        let oldest = (self.newest % SLOTS + 1) % SLOTS;
        let (before, from) = self.values.split_at_mut(oldest as usize);
        from.iter_mut().chain(before)
    }

    /// The amounts of the window, in no particular order.
    pub(super) fn amounts(&self) -> impl Iterator<Item = T> {
        self.values.iter().copied()
    }

    /// What a snapshot keeps: the width of a slot, the number of the newest, and the amounts from the oldest on.
    pub(super) fn learned(&self) -> (u64, u64, [T; SLOTS as usize]) {
        let mut amounts = [T::default(); SLOTS as usize];
        for (amount, value) in amounts.iter_mut().zip(self.clone().oldest_first()) {
            *amount = *value;
        }
        (self.width, self.newest, amounts)
    }

    /// Goes on from what a snapshot of slots as wide kept.
    pub(super) fn recall(&mut self, newest: u64, amounts: [T; SLOTS as usize]) {
        self.newest = newest;
        self.end = end(self.width, newest);
        for (value, amount) in self.oldest_first().zip(amounts) {
            *value = amount;
        }
    }

    #[allow(clippy::indexing_slicing, reason = "the remainder lies below the array's length")]
    fn slot(&mut self, index: u64) -> &mut T {
        &mut self.values[(index % SLOTS) as usize]
    }
}

const fn end(width: u64, index: u64) -> u64 {
    width.saturating_mul(index.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn an_amount_lives_until_ten_slots_have_passed() {
        let mut slots = Slots::<u64>::new(Duration::from_micros(100), Instant::from_micros(57));
        *slots.current() = 7;
        slots.roll(Instant::from_micros(149));
        assert_eq!(slots.amounts().sum::<u64>(), 7);
        slots.roll(Instant::from_micros(20));
        assert_eq!(slots.amounts().sum::<u64>(), 7);
        slots.roll(Instant::from_micros(150));
        assert_eq!(slots.amounts().sum::<u64>(), 0);
    }

    #[test]
    fn the_oldest_slot_comes_first() {
        let mut slots = Slots::<u64>::new(Duration::from_micros(100), Instant::ZERO);
        for slot in 0..25 {
            slots.roll(Instant::from_micros(slot * 10));
            *slots.current() = slot;
        }
        assert_eq!(slots.oldest_first().map(|slot| *slot).collect::<Vec<_>>(), (15..25).collect::<Vec<_>>());
    }
}
