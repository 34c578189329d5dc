//! STUB (helper A)
use crate::time::Instant;

/// A timer's id: index + generation packed in a u64 (use `crate::id`-like packing of your own: generation << 32 | index).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimerId(u64);
/// A timer that fell due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fired { pub id: TimerId, pub deadline: Instant, pub payload: u64 }

#[derive(Clone, Debug)]
pub struct Wheel(());
impl Wheel {
    pub fn new() -> Self { todo!() }
    /// O(1). Effective deadline = max(deadline, floor + 1), readable by `deadline(id)`.
    pub fn insert(&mut self, deadline: Instant, payload: u64) -> TimerId { todo!() }
    pub fn cancel(&mut self, id: TimerId) -> bool { todo!() }
    pub fn deadline(&self, id: TimerId) -> Option<Instant> { todo!() }
    pub fn next_deadline(&self) -> Option<Instant> { todo!() }
    /// Looks at the earliest slot: the exact earliest timer when that slot holds at most `limit` timers, else the slot's
    /// start with the payload of its head.
    pub fn peek(&self, limit: usize) -> Option<(Instant, u64)> { todo!() }
    /// One step of an advance to `now`: the next timer due, in order; `None` ends the advance (cur = now).
    /// Timers may be inserted and cancelled between the steps. A smaller `now` than cur is cur.
    pub fn advance(&mut self, now: Instant) -> Option<Fired> { todo!() }
    pub fn len(&self) -> usize { todo!() }
    pub fn is_empty(&self) -> bool { todo!() }
}
