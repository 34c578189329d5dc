//! Identifiers: an index and a generation in one number below 2^53, so that a stale id is recognised, not obeyed.
//!
//! `id = generation × 2^24 + index`, index below 2^24, generation from 1 to 2^29 − 1; no id is 0. Freed slots are
//! reused last-freed-first; a slot whose generations are used up is retired. The table never shrinks and allocates
//! only when it grows beyond its largest size so far.

use alloc::vec::Vec;
use core::num::NonZeroU64;

const INDEX_BITS: u32 = 24;
const INDEX_MASK: u64 = (1 << INDEX_BITS) - 1;
const MAX_GENERATION: u32 = (1 << 29) - 1;

/// Index and generation of one entry of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id(NonZeroU64);

impl Id {
    /// What a number that no table can have issued turns into: generation 0, which no live entry has.
    const FOREIGN: Self = Self(NonZeroU64::MIN);

    pub(crate) const fn new(index: u32, generation: u32) -> Self {
        Self::from_number(((generation as u64) << INDEX_BITS) | (index as u64 & INDEX_MASK))
    }

    pub(crate) const fn from_number(number: u64) -> Self {
        match NonZeroU64::new(number) {
            Some(number) if number.get() >> INDEX_BITS <= MAX_GENERATION as u64 => Self(number),
            _ => Self::FOREIGN,
        }
    }

    pub(crate) const fn number(self) -> u64 {
        self.0.get()
    }

    pub(crate) const fn index(self) -> u32 {
        (self.0.get() & INDEX_MASK) as u32
    }

    pub(crate) const fn generation(self) -> u32 {
        (self.0.get() >> INDEX_BITS) as u32
    }
}

macro_rules! public_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Id);

        impl $name {
            /// Takes back a number that [`Self::number`] gave; any other number is answered as stale wherever it is used.
            pub const fn from_number(number: u64) -> Self {
                Self(Id::from_number(number))
            }

            /// The id as a number below 2^53, never 0.
            pub const fn number(self) -> u64 {
                self.0.number()
            }

            #[allow(dead_code, reason = "not every table asks for both directions")]
            pub(crate) const fn from_id(id: Id) -> Self {
                Self(id)
            }

            #[allow(dead_code, reason = "not every table asks for both directions")]
            pub(crate) const fn id(self) -> Id {
                self.0
            }
        }
    };
}

public_id!(
    /// One logical request.
    CallId
);
public_id!(
    /// One transmission of a call.
    AttemptId
);
public_id!(
    /// One server, or one pool of servers behind an address.
    EndpointId
);

#[derive(Clone, Debug)]
struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

/// A table of values addressed by [`Id`].
#[derive(Clone, Debug)]
pub(crate) struct Table<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    live: u32,
}

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), live: 0 }
    }

    /// Stores a value; `None` when 2^24 slots are in use.
    pub(crate) fn insert(&mut self, value: T) -> Option<Id> {
        let index = match self.free.pop() {
            Some(index) => index,
            None if (self.slots.len() as u64) <= INDEX_MASK => {
                self.slots.push(Slot { generation: 1, value: None });
                // One free entry per slot is all that can ever be freed, so freeing never allocates.
                self.free.reserve(self.slots.capacity().saturating_sub(self.free.len()));
                (self.slots.len() - 1) as u32
            }
            None => return None,
        };
        let slot = self.slots.get_mut(index as usize)?;
        slot.value = Some(value);
        self.live += 1;
        Some(Id::new(index, slot.generation))
    }

    /// Drops a value where it lies, since moving a large one out costs more; whether there was one.
    pub(crate) fn remove(&mut self, id: Id) -> bool {
        let slot = self.slots.get_mut(id.index() as usize).filter(|slot| slot.generation == id.generation());
        let Some(slot) = slot.filter(|slot| slot.value.is_some()) else { return false };
        slot.value = None;
        self.live -= 1;
        slot.generation += 1;
        if slot.generation <= MAX_GENERATION {
            self.free.push(id.index());
        }
        true
    }

    pub(crate) fn get(&self, id: Id) -> Option<&T> {
        self.slots
            .get(id.index() as usize)
            .filter(|slot| slot.generation == id.generation())
            .and_then(|slot| slot.value.as_ref())
    }

    pub(crate) fn get_mut(&mut self, id: Id) -> Option<&mut T> {
        self.slots
            .get_mut(id.index() as usize)
            .filter(|slot| slot.generation == id.generation())
            .and_then(|slot| slot.value.as_mut())
    }

    /// The live value in a slot, with its id.
    pub(crate) fn at(&self, index: u32) -> Option<(Id, &T)> {
        let slot = self.slots.get(index as usize)?;
        slot.value.as_ref().map(|value| (Id::new(index, slot.generation), value))
    }

    /// The generation of the live value in a slot.
    pub(crate) fn generation(&self, index: u32) -> Option<u32> {
        self.slots.get(index as usize).filter(|slot| slot.value.is_some()).map(|slot| slot.generation)
    }

    pub(crate) const fn len(&self) -> u32 {
        self.live
    }

    /// Slots, taken or free.
    pub(crate) fn slots(&self) -> u32 {
        self.slots.len() as u32
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Id, &T)> {
        self.slots.iter().enumerate().filter_map(|(index, slot)| {
            slot.value.as_ref().map(|value| (Id::new(index as u32, slot.generation), value))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freed_slot_is_reused_last_freed_first_with_the_next_generation() {
        let mut table = Table::new();
        let ids: Vec<_> = (0..3).map(|n| table.insert(n).unwrap()).collect();
        assert_eq!((ids[0].index(), ids[0].generation()), (0, 1));
        assert!(table.remove(ids[0]));
        assert!(table.remove(ids[2]));
        assert!(!table.remove(ids[2]));
        let again = table.insert(9).unwrap();
        assert_eq!((again.index(), again.generation()), (2, 2));
        assert_eq!(table.get(ids[2]), None);
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn a_slot_whose_generations_are_used_up_is_retired() {
        let mut table = Table::new();
        let id = table.insert(()).unwrap();
        table.slots[0].generation = MAX_GENERATION;
        assert!(table.remove(Id::new(id.index(), MAX_GENERATION)));
        assert_eq!(table.insert(()).unwrap().index(), 1);
    }
}
