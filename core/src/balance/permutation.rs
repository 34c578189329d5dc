//! Sampling without replacement from a list that is kept between decisions.
//!
//! A partial Fisher–Yates shuffle is uniform from any starting order, so the list is never put back: step `j` swaps
//! entry `j` with a uniformly drawn entry of the rest. That needs one draw and one swap per sample, no allocation
//! and no reset, whatever the size of the list. State: the list, 4 bytes per endpoint, and one mark per position
//! that tells membership and "already taken in this decision". It never returns a removed position and never draws
//! when one entry is left. Source: Fisher and Yates (1938), Durstenfeld (1964); the persistence is ours.

use crate::rng::Stream;
use alloc::vec::Vec;

/// Positions at and above this bound cannot exist in an owner's table and are ignored.
pub(crate) const POSITIONS: u32 = 1 << 24;

/// The mark of a position that is not a member.
const ABSENT: u32 = 0;
/// The mark of a member that no decision has taken.
const FRESH: u32 = 1;

/// The members in their present order, with marks by position.
#[derive(Clone, Debug)]
pub(crate) struct Permutation {
    order: Vec<u32>,
    marks: Vec<u32>,
    decision: u32,
}

impl Permutation {
    pub(crate) const fn new() -> Self {
        Self { order: Vec::new(), marks: Vec::new(), decision: FRESH }
    }

    /// Appends a position; a member or an impossible position is ignored.
    pub(crate) fn add(&mut self, position: u32) {
        if position >= POSITIONS || self.contains(position) {
            return;
        }
        let index = position as usize;
        if self.marks.len() <= index {
            self.marks.resize(index + 1, ABSENT);
        }
        if let Some(mark) = self.marks.get_mut(index) {
            *mark = FRESH;
            self.order.push(position);
        }
    }

    /// Takes a position out; the last entry moves into its place. O(members).
    pub(crate) fn remove(&mut self, position: u32) {
        if let Some(at) = self.order.iter().position(|&entry| entry == position) {
            self.order.swap_remove(at);
            if let Some(mark) = self.marks.get_mut(position as usize) {
                *mark = ABSENT;
            }
        }
    }

    /// Takes out every member that does not pass; each gap is filled by the last entry. O(members).
    pub(crate) fn keep(&mut self, passes: impl Fn(u32) -> bool) {
        let mut at = 0;
        while let Some(&position) = self.order.get(at) {
            if passes(position) {
                at += 1;
                continue;
            }
            self.order.swap_remove(at);
            if let Some(mark) = self.marks.get_mut(position as usize) {
                *mark = ABSENT;
            }
        }
    }

    pub(crate) fn contains(&self, position: u32) -> bool {
        self.marks.get(position as usize).is_some_and(|&mark| mark != ABSENT)
    }

    pub(crate) const fn len(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn as_slice(&self) -> &[u32] {
        self.order.as_slice()
    }

    /// The members by ascending position. O(largest position).
    pub(crate) fn ascending(&self) -> impl Iterator<Item = u32> {
        self.marks.iter().zip(0..).filter(|&(&mark, _)| mark != ABSENT).map(|(_, position)| position)
    }

    /// Forgets what the last decision took.
    pub(crate) fn begin_decision(&mut self) {
        self.decision = self.decision.wrapping_add(1);
        if self.decision <= FRESH {
            for mark in self.marks.iter_mut().filter(|mark| **mark != ABSENT) {
                *mark = FRESH;
            }
            self.decision = FRESH + 1;
        }
    }

    /// Takes a member for this decision; false when it is none or was taken before.
    #[inline]
    pub(crate) fn take(&mut self, position: u32) -> bool {
        match self.marks.get_mut(position as usize) {
            Some(mark) if *mark != ABSENT && *mark != self.decision => {
                *mark = self.decision;
                true
            }
            _ => false,
        }
    }

    /// Step `j` of the shuffle: one draw below `len − j` (none for the last entry) and the entry it brings to `j`.
    #[inline]
    pub(crate) fn draw(&mut self, j: usize, rng: &mut Stream) -> Option<u32> {
        draw_at(&mut self.order, j, rng)
    }

    /// Replaces the order by one that was saved, if it names the same members.
    pub(crate) fn restore(&mut self, order: &[u32]) -> bool {
        self.begin_decision();
        let same = order.len() == self.order.len() && order.iter().all(|&position| self.take(position));
        if same {
            self.order.clear();
            self.order.extend_from_slice(order);
        }
        same
    }
}

/// One step of a partial shuffle of any list: swaps entry `j` with a drawn entry of the rest and returns it.
#[inline]
pub(crate) fn draw_at(list: &mut [u32], j: usize, rng: &mut Stream) -> Option<u32> {
    let (first, rest) = list.get_mut(j..)?.split_first_mut()?;
    let k = rng.below(rest.len() as u64 + 1) as usize;
    if let Some(drawn) = k.checked_sub(1).and_then(|k| rest.get_mut(k)) {
        core::mem::swap(first, drawn);
    }
    Some(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removal_moves_the_last_entry_into_the_gap_and_keeps_the_rest() {
        let mut members = Permutation::new();
        for position in [4, 0, 7, 2, 9] {
            members.add(position);
        }
        members.add(7);
        members.remove(0);
        members.remove(5);
        assert_eq!(members.as_slice(), [4, 9, 7, 2]);
        assert!(!members.contains(0) && members.contains(9));
        assert!(members.ascending().eq([2, 4, 7, 9]));
    }

    #[test]
    fn a_position_is_taken_once_per_decision_even_when_the_counter_wraps() {
        let mut members = Permutation::new();
        members.add(3);
        members.decision = u32::MAX - 1;
        for _ in 0..4 {
            members.begin_decision();
            assert!(members.take(3));
            assert!(!members.take(3));
            assert!(!members.take(2) && !members.take(99));
        }
    }

    #[test]
    fn an_impossible_position_is_ignored() {
        let mut members = Permutation::new();
        members.add(u32::MAX);
        members.add(POSITIONS);
        assert_eq!(members.len(), 0);
    }

    #[test]
    fn a_saved_order_is_restored_only_for_the_same_members() {
        let mut members = Permutation::new();
        for position in 0..3 {
            members.add(position);
        }
        assert!(!members.restore(&[2, 2, 1]) && !members.restore(&[2, 1]) && !members.restore(&[2, 1, 5]));
        assert_eq!(members.as_slice(), [0, 1, 2]);
        assert!(members.restore(&[2, 0, 1]));
        assert_eq!(members.as_slice(), [2, 0, 1]);
    }
}
