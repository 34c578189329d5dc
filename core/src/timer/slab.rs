//! The wheel's memory: entries in a slab, each a link of one doubly linked list.
//!
//! Entries are named by index; a freed entry is reused last-freed-first. The generation tells one use of an entry
//! from the next: odd while it is live, even while it is free, so that no id, not even one of another wheel, ever
//! names a free entry. An entry whose generations are used up is retired. The slab never shrinks and allocates only
//! when it grows beyond its largest size so far. Accesses outside the slab are answered, never trusted.

use alloc::vec::Vec;
use core::num::NonZeroU64;

/// No entry: the end of a list.
pub(super) const NIL: u32 = u32::MAX;

/// Index and generation together stay below 2^53, which every language's number holds.
const INDEX_BITS: u32 = 24;
const MAX_INDEX: u32 = (1 << INDEX_BITS) - 1;
const MAX_GENERATION: u32 = (1 << 29) - 1;

/// Names one armed timer of one wheel.
///
/// The index of its entry and a generation: the id of a timer that fired or was cancelled is recognised as stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimerId(NonZeroU64);

impl TimerId {
    /// Generation 0, which no live timer has.
    pub(super) const DEAD: Self = Self(NonZeroU64::MIN);

    /// Takes back a number that [`Self::number`] gave; any other number is answered as stale wherever it is used.
    pub const fn from_number(number: u64) -> Self {
        match NonZeroU64::new(number) {
            Some(number) if number.get() >> INDEX_BITS <= MAX_GENERATION as u64 => Self(number),
            _ => Self::DEAD,
        }
    }

    /// The id as a number below 2^53, never 0.
    pub const fn number(self) -> u64 {
        self.0.get()
    }

    const fn new(index: u32, generation: u32) -> Self {
        // A live generation is odd, so the number is never 0 and an `Option` of it costs nothing.
        match NonZeroU64::new(((generation as u64) << INDEX_BITS) | index as u64) {
            Some(number) => Self(number),
            None => Self::DEAD,
        }
    }

    pub(super) const fn index(self) -> u32 {
        self.0.get() as u32 & MAX_INDEX
    }

    const fn generation(self) -> u32 {
        (self.0.get() >> INDEX_BITS) as u32
    }
}

/// One timer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) deadline: u64,
    pub(super) payload: u64,
    /// The wheel's turn in which it was inserted.
    pub(super) born: u32,
    pub(super) next: u32,
    prev: u32,
    generation: u32,
}

/// First in, first out; linked through the entries.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    pub(super) head: u32,
    tail: u32,
}

impl List {
    pub(super) const EMPTY: Self = Self { head: NIL, tail: NIL };

    pub(super) const fn is_empty(self) -> bool {
        self.head == NIL
    }
}

#[derive(Clone, Debug)]
pub(super) struct Slab {
    entries: Vec<Entry>,
    free: u32,
    live: usize,
}

impl Slab {
    pub(super) const fn new() -> Self {
        Self { entries: Vec::new(), free: NIL, live: 0 }
    }

    /// Takes an entry, not yet in a list; its id, or `None` when every index is in use.
    pub(super) fn take(&mut self, deadline: u64, payload: u64, born: u32) -> Option<TimerId> {
        let index = if self.free == NIL { self.grow()? } else { self.free };
        let entry = self.entries.get_mut(index as usize)?;
        self.free = entry.next;
        self.live += 1;
        let generation = entry.generation.saturating_add(1);
        *entry = Entry { deadline, payload, born, next: NIL, prev: NIL, generation };
        Some(TimerId::new(index, generation))
    }

    /// Gives an entry back that is in no list any more.
    pub(super) fn release(&mut self, index: u32) {
        let Some(entry) = self.entries.get_mut(index as usize) else { return };
        self.live -= 1;
        entry.generation = entry.generation.saturating_add(1);
        // Beyond the greatest the ids would repeat: leave the entry out of the free list for good.
        if entry.generation <= MAX_GENERATION {
            entry.next = self.free;
            self.free = index;
        }
    }

    pub(super) fn get(&self, index: u32) -> Option<&Entry> {
        self.entries.get(index as usize)
    }

    /// The entries of a list, first in first.
    pub(super) fn of(&self, list: List) -> impl Iterator<Item = &Entry> {
        core::iter::successors(self.get(list.head), |entry| self.get(entry.next))
    }

    /// The live entry of this id.
    pub(super) fn live(&self, id: TimerId) -> Option<&Entry> {
        let generation = id.generation();
        self.get(id.index()).filter(|entry| entry.generation == generation && generation & 1 == 1)
    }

    /// The id under which an entry is live.
    pub(super) fn id(&self, index: u32) -> TimerId {
        self.get(index).map_or(TimerId::DEAD, |entry| TimerId::new(index, entry.generation))
    }

    pub(super) const fn len(&self) -> usize {
        self.live
    }

    pub(super) fn push_back(&mut self, list: &mut List, index: u32) {
        let tail = core::mem::replace(&mut list.tail, index);
        if let Some(entry) = self.entries.get_mut(index as usize) {
            entry.prev = tail;
            entry.next = NIL;
        }
        match self.entries.get_mut(tail as usize) {
            Some(before) => before.next = index,
            None => list.head = index,
        }
    }

    pub(super) fn unlink(&mut self, list: &mut List, index: u32) {
        let Some(&Entry { prev, next, .. }) = self.get(index) else { return };
        match self.entries.get_mut(prev as usize) {
            Some(before) => before.next = next,
            None => list.head = next,
        }
        match self.entries.get_mut(next as usize) {
            Some(after) => after.prev = prev,
            None => list.tail = prev,
        }
    }

    fn grow(&mut self) -> Option<u32> {
        let index = u32::try_from(self.entries.len()).ok().filter(|&index| index <= MAX_INDEX)?;
        self.entries.push(Entry { deadline: 0, payload: 0, born: 0, next: NIL, prev: NIL, generation: 0 });
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn id(index: u32, generation: u32) -> TimerId {
        TimerId::new(index, generation)
    }

    #[test]
    fn an_entry_takes_at_most_32_bytes() {
        assert!(size_of::<Entry>() <= 32, "{}", size_of::<Entry>());
    }

    #[test]
    fn a_freed_entry_is_reused_last_freed_first_with_a_later_generation() {
        let mut slab = Slab::new();
        let taken: Vec<_> = (0..3).map(|n| slab.take(n, n, 0).unwrap()).collect();
        assert_eq!(taken, [id(0, 1), id(1, 1), id(2, 1)]);
        slab.release(0);
        slab.release(2);
        assert!(slab.live(id(2, 1)).is_none());
        assert_eq!(slab.take(9, 9, 0), Some(id(2, 3)));
        assert_eq!(slab.take(9, 9, 0), Some(id(0, 3)));
        assert_eq!(slab.len(), 3);
    }

    #[test]
    fn a_free_entry_is_not_live_for_any_generation() {
        let mut slab = Slab::new();
        slab.take(1, 1, 0).unwrap();
        slab.release(0);
        assert!((0..8).all(|generation| slab.live(id(0, generation)).is_none()));
    }

    #[test]
    fn an_id_comes_back_from_its_number_and_a_foreign_number_is_dead() {
        let last = id(MAX_INDEX, MAX_GENERATION);
        assert_eq!((TimerId::from_number(last.number()), last.number()), (last, (1 << 53) - 1));
        assert_eq!((last.index(), last.generation()), (MAX_INDEX, MAX_GENERATION));
        for foreign in [0, 1 << 53, u64::MAX] {
            assert_eq!(TimerId::from_number(foreign), TimerId::DEAD);
        }
    }

    #[test]
    fn an_entry_whose_generations_are_used_up_is_retired() {
        let mut slab = Slab::new();
        slab.take(1, 1, 0).unwrap();
        slab.entries[0].generation = MAX_GENERATION;
        slab.release(0);
        assert_eq!(slab.take(2, 2, 0), Some(id(1, 1)));
        assert!(slab.live(id(0, MAX_GENERATION)).is_none());
    }

    #[test]
    fn a_list_loses_its_head_its_middle_and_its_tail() {
        let mut slab = Slab::new();
        let mut list = List::EMPTY;
        for n in 0..4 {
            let index = slab.take(n, n, 0).unwrap().index();
            slab.push_back(&mut list, index);
        }
        for (gone, left) in [(1, &[0, 2, 3][..]), (0, &[2, 3]), (3, &[2]), (2, &[])] {
            slab.unlink(&mut list, gone);
            let mut seen = Vec::new();
            let mut at = list.head;
            while let Some(entry) = slab.get(at) {
                seen.push(at);
                at = entry.next;
            }
            assert_eq!(seen, left);
            assert_eq!(list.tail, left.last().copied().unwrap_or(NIL));
        }
        assert!(list.is_empty());
    }
}
