//! Hierarchical timing wheel: orders deadlines, knows nothing of pauses.
//!
//! Source: Varghese and Lauck, "Hashed and hierarchical timing wheels" (1987), scheme 7, with the level rule known
//! from tokio: the highest bit in which a deadline differs from the wheel's time decides how high the timer lies.
//! Eleven levels of 64 slots and a tick of one microsecond cover 66 bits, so there is no overflow list and no far
//! deadline is clamped. State: the time of the last advance, one FIFO list per slot, one occupancy bitmap per level,
//! a slab of entries of 32 bytes. A higher slot is moved down when the wheel's time reaches its start.
//!
//! Timers fire in order of (effective deadline, insertion), whatever the size of the step. No sequence number is
//! stored: while a slot has not been reached, every timer with the same deadline is given the same slot, and an
//! older one has moved down before a younger one can be put lower.
//!
//! Departures: firing is a step iterator instead of a callback, so that the owner may insert and cancel between two
//! timers of one advance. It never reads a clock, fires early, fires a cancelled timer, merges equal deadlines or
//! keeps cancelled timers.

pub use super::level::{LEVELS, SLOTS, level_of, slot_of};
use super::level::{list_index, start_of};
pub use super::slab::TimerId;
use super::slab::{List, Slab};
use crate::time::Instant;
use alloc::{boxed::Box, vec, vec::Vec};
use core::fmt;

/// A timer that fell due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fired {
    /// Its id, stale by now.
    pub id: TimerId,
    /// Its effective deadline, at or before the time of the advance.
    pub deadline: Instant,
    /// What its owner gave to [`Wheel::insert`].
    pub payload: u64,
}

/// The timing wheel; about 5.7 KB and 32 bytes per timer at its fullest so far.
///
/// It allocates only when more timers are armed than ever before.
///
/// ```
/// use hedgerow::{Instant, timer::wheel::Wheel};
/// let mut wheel = Wheel::new();
/// let late = wheel.insert(Instant::from_micros(20), 2);
/// wheel.insert(Instant::from_micros(10), 1);
/// assert_eq!(wheel.next_deadline(), Some(Instant::from_micros(10)));
/// wheel.cancel(late);
/// let now = Instant::from_micros(50);
/// while let Some(fired) = wheel.advance(now) {
///     assert_eq!((fired.payload, fired.deadline.as_micros()), (1, 10));
/// }
/// assert!(wheel.is_empty());
/// ```
#[derive(Clone)]
pub struct Wheel {
    /// Start of the slot reached, or the time of the last advance when none is in progress.
    cur: u64,
    /// The largest time any advance was given; what is inserted falls due after it.
    floor: u64,
    /// Odd while an advance is in progress.
    turn: u32,
    occupied: [u64; LEVELS as usize],
    lists: Box<[List]>,
    slab: Slab,
}

/// The first occupied slot of the lowest occupied level.
#[derive(Clone, Copy)]
struct Earliest {
    level: u32,
    slot: u32,
    start: u64,
}

impl Default for Wheel {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Wheel {
    /// Shows the time of the last advance, and deadline and payload of what is armed, in the order in which it fires.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = self.lists.iter().filter(|list| !list.is_empty());
        let mut armed: Vec<_> = lists.flat_map(|list| self.slab.of(*list)).collect();
        // Equal deadlines share a list, where the oldest is first.
        armed.sort_by_key(|entry| entry.deadline);
        let armed: Vec<_> = armed.iter().map(|entry| (entry.deadline, entry.payload)).collect();
        f.debug_struct("Wheel")
            .field("reached", &self.reached())
            .field("armed", &armed)
            .finish_non_exhaustive()
    }
}

impl Wheel {
    /// Makes an empty wheel that stands at zero.
    pub fn new() -> Self {
        let lists = vec![List::EMPTY; (LEVELS * SLOTS) as usize].into_boxed_slice();
        Self { cur: 0, floor: 0, turn: 0, occupied: [0; LEVELS as usize], lists, slab: Slab::new() }
    }

    /// Arms a timer. O(1).
    ///
    /// The effective deadline, readable by [`Self::deadline`], is at least one microsecond after the time of the last
    /// advance or of the one in progress: what is inserted during an advance fires in a later one. Equal deadlines
    /// fire in the order of their insertion. With 2^32 − 1 timers armed, the answer is a stale id and nothing is armed.
    pub fn insert(&mut self, deadline: Instant, payload: u64) -> TimerId {
        let deadline = deadline.as_micros().max(self.floor.saturating_add(1));
        let Some(id) = self.slab.take(deadline, payload, self.turn) else {
            return TimerId::DEAD;
        };
        self.place(id.index(), deadline);
        id
    }

    /// Disarms a timer, at once even in the middle of an advance; whether it was still armed. O(1).
    ///
    /// The id of a timer that fired or was cancelled before changes nothing.
    pub fn cancel(&mut self, id: TimerId) -> bool {
        let Some(entry) = self.slab.live(id) else { return false };
        let deadline = entry.deadline;
        self.remove(id.index(), deadline);
        true
    }

    /// The effective deadline of an armed timer; `None` for a stale id. O(1).
    pub fn deadline(&self, id: TimerId) -> Option<Instant> {
        self.slab.live(id).map(|entry| Instant::from_micros(entry.deadline))
    }

    /// The start of the earliest occupied slot; `None` when no timer is armed. O(11).
    ///
    /// A lower bound of the earliest deadline, later than the last advance, and exact for deadlines within the current
    /// 64 µs. An advance to it fires a timer or raises it. (At the end of time, [`Instant::MAX`], it cannot rise.)
    pub fn next_deadline(&self) -> Option<Instant> {
        self.earliest().map(|first| Instant::from_micros(first.start))
    }

    /// Looks at the earliest slot: a time and the payload to blame for it; `None` when no timer is armed.
    ///
    /// The exact earliest timer when that slot holds at most `limit` timers or one deadline only; otherwise the
    /// slot's start, as in [`Self::next_deadline`], with the payload of its oldest timer. O(11 + limit).
    pub fn peek(&self, limit: usize) -> Option<(Instant, u64)> {
        let first = self.earliest()?;
        let oldest = self.slab.get(self.list(first.level, first.slot).head)?;
        let bound = (Instant::from_micros(first.start), oldest.payload);
        if first.level == 0 {
            return Some(bound);
        }
        let mut in_slot = core::iter::successors(Some(oldest), |entry| self.slab.get(entry.next));
        // Of equal deadlines the first is taken, which is the oldest.
        let best = in_slot.by_ref().take(limit).min_by_key(|entry| entry.deadline);
        match best.filter(|_| in_slot.next().is_none()) {
            Some(best) => Some((Instant::from_micros(best.deadline), best.payload)),
            None => Some(bound),
        }
    }

    /// Makes one step of an advance to `now`: the next timer due, or `None` at the end of the advance.
    ///
    /// Call it until it answers `None`; between the steps timers may be inserted, which fire in a later advance, and
    /// cancelled, which then do not fire. A `now` before one that was given earlier counts as that one. All steps of
    /// one advance together cost O(fired + moved down + slots crossed), whatever the time between.
    pub fn advance(&mut self, now: Instant) -> Option<Fired> {
        self.begin(now.as_micros());
        while let Some(first) = self.earliest().filter(|first| first.start <= self.floor) {
            self.cur = first.start;
            if first.level > 0 {
                self.cascade(first);
            } else if let Some(fired) = self.fire(first) {
                return Some(fired);
            } else {
                break;
            }
        }
        self.cur = self.floor;
        self.turn = self.turn.wrapping_add(1);
        None
    }

    /// The time of the last advance; during an advance, the deadline that was reached.
    pub const fn reached(&self) -> Instant {
        Instant::from_micros(self.cur)
    }

    /// The number of timers armed.
    pub const fn len(&self) -> usize {
        self.slab.len()
    }

    /// Whether no timer is armed.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Begins an advance, unless this is a further step of one.
    fn begin(&mut self, now: u64) {
        let running = self.turn & 1 == 1;
        if !running || now > self.floor {
            self.turn = self.turn.wrapping_add(1) | 1;
        }
        self.floor = self.floor.max(now);
    }

    fn fire(&mut self, first: Earliest) -> Option<Fired> {
        let index = self.list(first.level, first.slot).head;
        let entry = *self.slab.get(index)?;
        // Saturation alone can make a timer due in the advance that inserted it; it waits for the next one.
        if entry.deadline == u64::MAX && entry.born == self.turn {
            return None;
        }
        let id = self.slab.id(index);
        self.remove(index, entry.deadline);
        Some(Fired { id, deadline: Instant::from_micros(entry.deadline), payload: entry.payload })
    }

    /// Moves a slot whose start is reached to the lower levels, oldest first.
    fn cascade(&mut self, first: Earliest) {
        let Some(list) = self.lists.get_mut(list_index(first.level, first.slot)) else { return };
        let mut index = core::mem::replace(list, List::EMPTY).head;
        self.mark(first.level, first.slot, false);
        while let Some(&entry) = self.slab.get(index) {
            self.place(index, entry.deadline);
            index = entry.next;
        }
    }

    /// Appends an entry to the slot that the level rule gives.
    fn place(&mut self, index: u32, deadline: u64) {
        let (level, slot) = self.position(deadline);
        if let Some(list) = self.lists.get_mut(list_index(level, slot)) {
            self.slab.push_back(list, index);
        }
        self.mark(level, slot, true);
    }

    /// Takes an entry out of its slot and frees it.
    fn remove(&mut self, index: u32, deadline: u64) {
        // Until its slot is reached a timer's position is the one it was inserted at, though `cur` has moved on.
        let (level, slot) = self.position(deadline);
        if let Some(list) = self.lists.get_mut(list_index(level, slot)) {
            self.slab.unlink(list, index);
            let empty = list.is_empty();
            self.mark(level, slot, !empty);
        }
        self.slab.release(index);
    }

    fn position(&self, deadline: u64) -> (u32, u32) {
        let deadline = Instant::from_micros(deadline);
        let level = level_of(self.reached(), deadline);
        (level, slot_of(level, deadline))
    }

    fn mark(&mut self, level: u32, slot: u32, occupied: bool) {
        if let Some(bits) = self.occupied.get_mut(level as usize) {
            *bits = (*bits & !(1 << slot)) | (u64::from(occupied) << slot);
        }
    }

    fn list(&self, level: u32, slot: u32) -> List {
        self.lists.get(list_index(level, slot)).copied().unwrap_or(List::EMPTY)
    }

    fn earliest(&self) -> Option<Earliest> {
        let (level, bits) = (0..LEVELS).zip(self.occupied).find(|&(_, bits)| bits != 0)?;
        // Every occupied slot lies ahead of `cur` within its level, so the lowest bit is the first in time.
        let slot = bits.trailing_zeros();
        Some(Earliest { level, slot, start: start_of(self.cur, level, slot) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    const fn at(micros: u64) -> Instant {
        Instant::from_micros(micros)
    }

    fn fire_all(wheel: &mut Wheel, now: u64) -> Vec<u64> {
        core::iter::from_fn(|| wheel.advance(at(now))).map(|fired| fired.payload).collect()
    }

    #[test]
    fn a_cancel_during_an_advance_counts_at_once() {
        let mut wheel = Wheel::new();
        wheel.insert(at(10), 0);
        let (same, later) = (wheel.insert(at(10), 1), wheel.insert(at(11), 2));
        assert_eq!(wheel.advance(at(20)).unwrap().payload, 0);
        assert!(wheel.cancel(same) && wheel.cancel(later));
        assert_eq!(wheel.advance(at(20)), None);
        assert!(wheel.is_empty());
    }

    #[test]
    fn a_fired_id_is_stale_within_its_own_advance() {
        let mut wheel = Wheel::new();
        let id = wheel.insert(at(1), 0);
        assert_eq!(wheel.advance(at(1)).unwrap().id, id);
        assert!(!wheel.cancel(id));
        assert_eq!(wheel.deadline(id), None);
    }

    #[test]
    fn an_id_of_another_wheel_frees_nothing_that_is_free() {
        let mut wheel = Wheel::new();
        wheel.insert(at(1), 0);
        let mut other = wheel.clone();
        let foreign = other.insert(at(2), 1);
        assert!(!wheel.cancel(foreign));
        assert_eq!(fire_all(&mut wheel, 5), [0]);
    }

    #[test]
    fn a_timer_inserted_at_the_end_of_time_waits_for_a_later_advance() {
        let mut wheel = Wheel::new();
        wheel.insert(Instant::MAX, 0);
        wheel.insert(Instant::MAX, 1);
        assert_eq!(wheel.advance(Instant::MAX).unwrap().payload, 0);
        wheel.insert(at(5), 2);
        assert_eq!(fire_all(&mut wheel, u64::MAX), [1]);
        assert_eq!(wheel.next_deadline(), Some(Instant::MAX));
        assert_eq!(fire_all(&mut wheel, u64::MAX), [2]);
    }

    #[test]
    fn a_larger_time_between_two_steps_extends_the_advance() {
        let mut wheel = Wheel::new();
        wheel.insert(at(10), 0);
        wheel.insert(at(5000), 1);
        assert_eq!(wheel.advance(at(10)).unwrap().payload, 0);
        let id = wheel.insert(at(0), 2);
        assert_eq!(wheel.deadline(id), Some(at(11)));
        assert_eq!(fire_all(&mut wheel, 6000), [2, 1]);
        assert_eq!(wheel.reached(), at(6000));
    }

    #[test]
    fn peek_is_exact_within_its_limit_and_a_lower_bound_beyond() {
        let mut wheel = Wheel::new();
        assert_eq!(wheel.peek(8), None);
        wheel.insert(at(90), 0);
        wheel.insert(at(70), 1);
        wheel.insert(at(70), 2);
        assert_eq!(wheel.peek(3), Some((at(70), 1)));
        assert_eq!(wheel.peek(2), Some((at(64), 0)));
        assert_eq!(wheel.peek(0), Some((at(64), 0)));
        assert_eq!(wheel.advance(at(64)), None);
        assert_eq!(wheel.peek(0), Some((at(70), 1)));
    }

    #[test]
    fn its_debug_form_shows_what_is_armed_in_the_order_in_which_it_fires() {
        let mut wheel = Wheel::new();
        for (deadline, payload) in [(5000, 1), (90, 2), (70, 3), (90, 4), (20, 5)] {
            wheel.insert(at(deadline), payload);
        }
        assert_eq!(wheel.advance(at(40)).unwrap().payload, 5);
        assert_eq!(wheel.advance(at(40)), None);
        let armed = "[(70, 3), (90, 2), (90, 4), (5000, 1)]";
        assert_eq!(
            alloc::format!("{wheel:?}"),
            alloc::format!("Wheel {{ reached: Instant(40), armed: {armed}, .. }}")
        );
    }

    #[test]
    fn a_warm_wheel_does_not_grow() {
        let mut wheel = Wheel::new();
        let round = |wheel: &mut Wheel, base: u64| {
            let ids: Vec<_> = (0..100).map(|n| wheel.insert(at(base + n * n * n), n)).collect();
            assert!(ids.iter().step_by(2).all(|&id| wheel.cancel(id)));
            assert_eq!(fire_all(wheel, base + 1_000_000).len(), 50);
        };
        round(&mut wheel, 1);
        for n in 1..20 {
            round(&mut wheel, n * 2_000_000);
        }
        // One hundred entries serve all two thousand timers.
        assert!(wheel.slab.get(99).is_some() && wheel.slab.get(100).is_none());
    }
}
