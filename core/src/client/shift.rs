//! The distance between the clock of the host and the time in which a machine keeps its books.
//!
//! It is none in a client that began new. A restored one goes on at the time of its snapshot plus what passed meanwhile,
//! while its host's clock has an origin of its own, mostly the start of the process: ages of before would reach back
//! beyond it. So every time is moved where it enters, and moved back where it leaves. What is no time stays none.

use crate::time::{Instant, MAX_MICROS};

/// What is added to a host's time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shift(i64);

impl Shift {
    /// The distance that makes `told` of the host `own` of the machine; both below 2^53 µs.
    pub(crate) const fn between(told: Instant, own: Instant) -> Self {
        Self(own.as_micros().cast_signed().wrapping_sub(told.as_micros().cast_signed()))
    }

    /// A time of the host as one of the machine.
    #[inline]
    pub(crate) fn inward(self, told: Instant) -> Instant {
        if self.is_none() { told } else { moved(told, self.0) }
    }

    /// A time of the machine as one of the host.
    #[inline]
    pub(crate) fn outward(self, own: Instant) -> Instant {
        if self.is_none() { own } else { moved(own, self.0.wrapping_neg()) }
    }

    /// A time in the value of a decision.
    pub(crate) fn value(self, micros: u64) -> u64 {
        self.outward(Instant::from_micros(micros)).as_micros()
    }

    /// Whether times are moved at all.
    pub(crate) const fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// Hardly any client was restored, so that this stands apart.
#[cold]
#[inline(never)]
const fn moved(at: Instant, by: i64) -> Instant {
    if at.as_micros() > MAX_MICROS {
        return at;
    }
    let moved = at.as_micros().saturating_add_signed(by);
    Instant::from_micros(if moved > MAX_MICROS { MAX_MICROS } else { moved })
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: [u64; 5] = [0, 1, 77, 1 << 40, MAX_MICROS];

    #[test]
    fn what_enters_leaves_as_it_came() {
        for told in AT {
            for own in AT {
                let shift = Shift::between(Instant::from_micros(told), Instant::from_micros(own));
                assert_eq!(shift.inward(Instant::from_micros(told)).as_micros(), own);
                assert_eq!(shift.outward(Instant::from_micros(own)).as_micros(), told);
            }
        }
    }

    #[test]
    fn what_is_no_time_stays_none_and_what_lies_beyond_an_end_is_the_end() {
        let later = Shift::between(Instant::ZERO, Instant::from_micros(1000));
        assert_eq!(later.inward(Instant::MAX), Instant::MAX);
        assert_eq!(later.outward(Instant::MAX), Instant::MAX);
        assert_eq!(later.inward(Instant::from_micros(MAX_MICROS)).as_micros(), MAX_MICROS);
        assert_eq!(later.outward(Instant::from_micros(1)), Instant::ZERO);
        assert_eq!(later.value(1500), 500);
    }
}
