//! A host's unit of time, and the one conversion between it and whole microseconds.
//!
//! Inputs are rounded down to a µs. A deadline goes the other way: it is told as the least number of the host that
//! reads back as at least that many µs, so that a host which waits exactly until then never wakes before it. A length
//! of time is told as the nearest number. Products, comparisons and casts of floats are the same on every target.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    clippy::float_cmp,
    reason = "bounds are compared before a value is used, and casts saturate; each function says what remains"
)]

use super::NOT_GIVEN;
use crate::client::action::{ClockSample, Lease};
use crate::time::{Duration, Instant, MAX_MICROS, Wall};

/// The least number of µs that no host may pass: 2^53.
const BEYOND: f64 = (MAX_MICROS + 1) as f64;

/// The unit in which a host gives and gets times.
///
/// ```
/// use hedgerow::wire::Units;
/// assert_eq!(Units::Millis.now(1.5).as_micros(), 1500);
/// assert_eq!(Units::Seconds.tell(1500), 0.0015);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    /// Microseconds: the raw interface.
    Micros,
    /// Milliseconds, as JavaScript's `performance.now()`.
    Millis,
    /// Seconds, as Python's `time.monotonic()`.
    Seconds,
}

impl Units {
    /// The current time; what is no time (NaN, infinite, negative, 2^53 µs or more) becomes one that the monotone
    /// clamp refuses and counts.
    pub fn now(self, value: f64) -> Instant {
        Instant::from_micros(self.read(value).unwrap_or(u64::MAX))
    }

    /// An absolute time that need not be given: `None` for −1, infinity and what lies beyond 2^53 µs. Any other negative
    /// number, and NaN, reads as a time that has passed.
    pub fn deadline(self, value: f64) -> Option<Instant> {
        if value == NOT_GIVEN || value * self.micros() >= BEYOND {
            return None;
        }
        Some(Instant::from_micros(self.read(value).unwrap_or(0)))
    }

    /// A length of time that need not be given: `None` for NaN and negative numbers; at most 2^53 − 1 µs.
    pub fn span(self, value: f64) -> Option<Duration> {
        (value >= 0.0).then(|| Duration::from_micros(self.read(value).unwrap_or(MAX_MICROS)))
    }

    /// A wall time that need not be given: `None` for what is no time.
    pub fn wall(self, value: f64) -> Option<Wall> {
        self.read(value).map(Wall::from_micros)
    }

    /// A reading of a server's clock; `None` when one of the three is no time.
    pub fn clock_sample(self, sent: f64, received: f64, server: f64) -> Option<ClockSample> {
        let at = |value| self.read(value).map(Instant::from_micros);
        Some(ClockSample { sent: at(sent)?, received: at(received)?, server: self.wall(server)? })
    }

    /// A lease of timestamps: the first in whole µs whatever the unit, so that none is rounded into a neighbour's lease,
    /// how many, and until when; `None` when one of the three is no such number.
    pub fn lease(self, from_t: f64, count: f64, expires_at: f64) -> Option<Lease> {
        let expires_at = Instant::from_micros(self.read(expires_at)?);
        Some(Lease { from_t: whole(from_t)?, count: whole(count)?, expires_at })
    }

    /// The least number of the host that reads back as at least these µs; infinity from 2^53 on. O(1).
    pub fn tell(self, micros: u64) -> f64 {
        if micros > MAX_MICROS {
            return f64::INFINITY;
        }
        let told = micros as f64 / self.micros();
        // The quotient is the nearest float; at most one step above it lies the one that does not read back lower.
        if self.read(told).is_none_or(|back| back >= micros) { told } else { told.next_up() }
    }

    /// A length of time as the nearest number of the host, for people and reports; infinity from 2^53 µs on. O(1).
    pub fn tell_span(self, span: Duration) -> f64 {
        let micros = span.as_micros();
        if micros > MAX_MICROS { f64::INFINITY } else { micros as f64 / self.micros() }
    }

    /// Microseconds in one unit.
    const fn micros(self) -> f64 {
        match self {
            Self::Micros => 1.0,
            Self::Millis => 1e3,
            Self::Seconds => 1e6,
        }
    }

    /// Whole µs, rounded down, from 0 up to 2^53 − 1.
    fn read(self, value: f64) -> Option<u64> {
        let micros = value * self.micros();
        (0.0..BEYOND).contains(&micros).then_some(micros as u64)
    }
}

/// The whole number below 2^53 that a float is.
pub(super) fn whole(value: f64) -> Option<u64> {
    // The cast saturates and turns NaN into 0; comparing back finds both, and fractions.
    Some(value as u64).filter(|&number| number <= MAX_MICROS && number as f64 == value)
}

/// An id's number as it comes from a host; what no table issues (a fraction, NaN, 2^53 and above) is 0, which is stale
/// everywhere.
pub fn id(value: f64) -> u64 {
    whole(value).unwrap_or(0)
}

/// The float of a number below 2^53; beyond, the nearest.
pub const fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Units; 3] = [Units::Micros, Units::Millis, Units::Seconds];

    #[test]
    fn inputs_are_rounded_down_to_a_microsecond() {
        assert_eq!(Units::Millis.now(0.0019).as_micros(), 1);
        assert_eq!(Units::Seconds.now(2.5).as_micros(), 2_500_000);
        assert_eq!(Units::Micros.now(7.99).as_micros(), 7);
        assert_eq!(Units::Micros.now(-0.0).as_micros(), 0);
    }

    #[test]
    fn what_is_no_time_is_left_to_the_clamp() {
        for units in ALL {
            for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, -1e-9, 9_007_199_254_740_992.0] {
                assert_eq!(units.now(bad), Instant::MAX, "{units:?} {bad}");
            }
        }
        assert_eq!(Units::Micros.now(9_007_199_254_740_991.0).as_micros(), MAX_MICROS);
    }

    #[test]
    fn a_deadline_is_absent_only_where_that_is_said() {
        for units in ALL {
            assert_eq!(units.deadline(-1.0), None);
            assert_eq!(units.deadline(f64::INFINITY), None);
            assert_eq!(units.deadline(1e300), None);
            for passed in [f64::NAN, -0.5, -2.0, f64::NEG_INFINITY, 0.0] {
                assert_eq!(units.deadline(passed), Some(Instant::ZERO), "{units:?} {passed}");
            }
        }
        assert_eq!(Units::Millis.deadline(30.0), Some(Instant::from_micros(30_000)));
    }

    #[test]
    fn a_span_is_absent_when_it_is_no_length_and_cut_when_it_is_endless() {
        assert_eq!(Units::Millis.span(f64::NAN), None);
        assert_eq!(Units::Millis.span(-1.0), None);
        assert_eq!(Units::Millis.span(0.0), Some(Duration::ZERO));
        assert_eq!(Units::Seconds.span(f64::INFINITY), Some(Duration::from_micros(MAX_MICROS)));
    }

    #[test]
    fn a_wall_time_is_absent_when_it_is_none() {
        assert_eq!(Units::Millis.wall(-1.0), None);
        assert_eq!(Units::Millis.wall(f64::NAN), None);
        assert_eq!(Units::Seconds.wall(1_700_000_000.5), Some(Wall::from_micros(1_700_000_000_500_000)));
    }

    #[test]
    fn a_sample_and_a_lease_are_absent_when_a_number_is_none() {
        let sample = Units::Millis.clock_sample(1.5, 2.5, 1e12).unwrap();
        assert_eq!((sample.sent.as_micros(), sample.received.as_micros()), (1500, 2500));
        assert_eq!(sample.server.as_micros(), 1_000_000_000_000_000);
        let lease = Units::Seconds.lease(1_700_000_000_000_001.0, 5.0, 2.0).unwrap();
        assert_eq!((lease.from_t, lease.count), (1_700_000_000_000_001, 5));
        assert_eq!(lease.expires_at.as_micros(), 2_000_000);
        for bad in [f64::NAN, -1.0, f64::INFINITY] {
            assert_eq!(Units::Millis.clock_sample(bad, 2.5, 1e12), None);
            assert_eq!(Units::Millis.clock_sample(1.5, bad, 1e12), None);
            assert_eq!(Units::Millis.clock_sample(1.5, 2.5, bad), None);
            assert_eq!(Units::Millis.lease(bad, 1.0, 1.0), None);
            assert_eq!(Units::Millis.lease(1.0, bad, 1.0), None);
            assert_eq!(Units::Millis.lease(1.0, 1.0, bad), None);
        }
        assert_eq!(Units::Millis.lease(1.5, 1.0, 1.0), None);
    }

    #[test]
    fn what_is_told_reads_back_as_the_same_time_of_any_year() {
        let year = 365 * 86_400_000_000_u64;
        for base in [0, 999, 1001, 1_000_001, year, 70 * year] {
            for units in ALL {
                for micros in base..base + 3000 {
                    let told = units.tell(micros);
                    assert_eq!(units.now(told).as_micros(), micros, "{units:?} {told}");
                }
            }
        }
    }

    #[test]
    fn what_is_told_never_reads_back_as_earlier() {
        for micros in (MAX_MICROS - 3000)..=MAX_MICROS {
            assert!(ALL.iter().all(|units| units.now(units.tell(micros)).as_micros() >= micros));
        }
        assert_eq!(Units::Millis.tell(u64::MAX), f64::INFINITY);
    }

    #[test]
    fn a_length_is_told_as_people_write_it() {
        assert_eq!(Units::Seconds.tell_span(Duration::from_micros(1_025_000)), 1.025);
        assert_eq!(Units::Millis.tell_span(Duration::from_micros(1001)), 1.001);
        assert_eq!(Units::Micros.tell_span(Duration::MAX), f64::INFINITY);
    }

    #[test]
    fn a_whole_number_is_neither_a_fraction_nor_out_of_range() {
        assert_eq!(whole(5.0), Some(5));
        for other in [5.5, -1.0, f64::NAN, f64::INFINITY, 9_007_199_254_740_992.0] {
            assert_eq!(whole(other), None);
        }
    }
}
