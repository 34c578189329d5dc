//! A concurrency limit without a queue: slots in flight against a limit that the caller names each time.
//!
//! Unlimited hedging is metastable: at nine tenths of capacity a single pause makes most requests hedge and the fleet
//! never recovers, while a limit of a few hedges in flight removes that and keeps the gain. The limit is an argument and
//! no state, because a server may change it at any time: a lowered limit evicts nobody, it acts by attrition.
//!
//! State: one number. It never waits, never queues, never reads a clock. A slot is held to the end of the attempt that
//! took it, a cancelled attempt included, since its server still works; whoever acquired owes one release.

/// Counts slots in flight, of hedges or of calls, and grants one only below a limit.
///
/// At every grant the slots in flight, the new one included, are at most the limit of that question.
///
/// ```
/// use hedgerow::Limiter;
/// let mut hedges = Limiter::new();
/// assert!(hedges.try_acquire(2) && hedges.try_acquire(2));
/// assert!(!hedges.try_acquire(2), "both slots are taken");
/// hedges.release();
/// assert!(!hedges.try_acquire(1), "the limit fell to 1 and one is still in flight");
/// assert!(hedges.try_acquire(2));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limiter {
    in_flight: u32,
}

impl Limiter {
    /// Starts with no slot taken.
    pub const fn new() -> Self {
        Self { in_flight: 0 }
    }

    /// Takes a slot if fewer than `limit` are in flight; a limit of 0 never grants. O(1).
    #[must_use = "a granted slot is owed a release"]
    pub const fn try_acquire(&mut self, limit: u32) -> bool {
        let granted = self.has_room(limit);
        if granted {
            self.in_flight += 1;
        }
        granted
    }

    /// Gives one slot back; without any in flight it does nothing.
    pub const fn release(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Slots in flight; above the limit for a while after the limit was lowered.
    pub const fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Whether [`Self::try_acquire`] would grant; takes nothing.
    pub const fn has_room(&self, limit: u32) -> bool {
        self.in_flight < limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_zero_grants_nothing() {
        let mut limiter = Limiter::new();
        assert!(!limiter.try_acquire(0));
        assert_eq!(limiter.in_flight(), 0);
    }

    #[test]
    fn a_release_too_many_makes_no_extra_room() {
        let mut limiter = Limiter::new();
        limiter.release();
        assert!(limiter.try_acquire(1));
        assert!(!limiter.try_acquire(1));
    }

    #[test]
    fn the_largest_limit_is_a_limit() {
        let mut limiter = Limiter { in_flight: u32::MAX };
        assert!(!limiter.try_acquire(u32::MAX));
        assert_eq!(limiter.in_flight(), u32::MAX);
    }
}
