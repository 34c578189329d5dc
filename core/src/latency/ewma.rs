//! The average latency of a class: an exponentially weighted mean in Q16 microseconds that also learns from bounds.
//!
//! Each sample moves the average by 1/32 of the difference. The caller clamps samples to the objective's target, because
//! the plain mean of a heavy tail says nothing about the usual answer: one in a hundred at a second hides ninety-nine at
//! a millisecond. An attempt that ended unfinished proves only "at least this long"; such a lower bound moves the
//! average when it lies above it and is silent otherwise, so a race's loser still counts (averages over winners alone
//! hide the slow server). After a long silence the next sample starts afresh.
//!
//! State: the Q16 average, a count, the instant of the last change. It never draws, never allocates, and a read changes
//! nothing. Rounding to nearest lets a constant input be reached exactly.

use crate::time::{Duration, Instant};

/// log2 of the weight's divisor: a sample counts for 1/32.
const WEIGHT_SHIFT: u32 = 5;
/// Fraction bits of the state.
const FRACTION_BITS: u32 = 16;
/// The largest sample, so that the Q16 state stays far from overflow: 2^40 − 1 µs, about twelve days.
const MAX_SAMPLE: u64 = (1 << 40) - 1;

/// An exponentially weighted moving average of latencies, weight 1/32.
///
/// ```
/// use hedgerow::{Duration, Ewma, Instant};
/// let mut average = Ewma::new(Duration::from_secs(60));
/// let now = Instant::ZERO;
/// average.sample(Duration::from_micros(1000), now);
/// average.sample(Duration::from_micros(2000), now);
/// assert_eq!((average.average(now).as_micros(), average.count(now)), (1031, 2));
/// average.bound(Duration::from_micros(500), now); // at least half a millisecond: known already
/// assert_eq!(average.average(now).as_micros(), 1031);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ewma {
    state: u64,
    count: u32,
    last: Instant,
    idle_reset: Duration,
}

impl Ewma {
    /// Starts without samples; a silence longer than `idle_reset` restarts the average.
    pub const fn new(idle_reset: Duration) -> Self {
        Self { state: 0, count: 0, last: Instant::ZERO, idle_reset }
    }

    /// Learns a full observation; the caller clamps it to the target, values above 2^40 − 1 µs count as that. O(1).
    pub fn sample(&mut self, latency: Duration, now: Instant) {
        let x = fixed_point(latency);
        let count = self.count(now);
        self.state = if count == 0 { x } else { moved(self.state, x) };
        self.count = count.saturating_add(1);
        self.last = now;
    }

    /// Learns that an observation would have been at least `elapsed`; used only above the average of a started one. O(1).
    ///
    /// A used bound moves the average like a sample but does not count as one.
    pub fn bound(&mut self, elapsed: Duration, now: Instant) {
        if self.count(now) > 0 && elapsed > self.average(now) {
            self.state = moved(self.state, fixed_point(elapsed));
            self.last = now;
        }
    }

    /// The average rounded to the nearest microsecond; zero while there are no samples.
    pub fn average(&self, now: Instant) -> Duration {
        if self.count(now) == 0 {
            return Duration::ZERO;
        }
        Duration::from_micros((self.state + (1 << (FRACTION_BITS - 1))) >> FRACTION_BITS)
    }

    /// Samples since the start or the last restart, saturating; 0 again once the silence exceeds `idle_reset`.
    pub fn count(&self, now: Instant) -> u32 {
        if now.since(self.last) > self.idle_reset { 0 } else { self.count }
    }

    /// The average in microseconds with 16 fraction bits, as it stands, idle or not.
    pub const fn state_q16(&self) -> u64 {
        self.state
    }

    /// What a snapshot keeps: the average in Q16, the samples, and when the last of them came.
    pub(crate) const fn learned(&self) -> (u64, u32, Instant) {
        (self.state, self.count, self.last)
    }

    /// Goes on from what a snapshot kept.
    pub(crate) fn recall(&mut self, state: u64, count: u32, last: Instant) {
        *self = Self { state: state.min(MAX_SAMPLE << FRACTION_BITS), count, last, ..self.clone() };
    }
}

fn fixed_point(value: Duration) -> u64 {
    value.as_micros().min(MAX_SAMPLE) << FRACTION_BITS
}

/// One step of the average: a signed difference, shifted arithmetically (rounded down). Both values are below 2^56.
const fn moved(state: u64, x: u64) -> u64 {
    state.wrapping_add_signed(x.cast_signed().wrapping_sub(state.cast_signed()) >> WEIGHT_SHIFT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Duration = Duration::from_secs(60);

    fn micros(value: u64) -> Duration {
        Duration::from_micros(value)
    }

    #[test]
    fn a_silence_longer_than_the_limit_restarts_and_one_as_long_does_not() {
        let start = Instant::from_micros(5);
        let mut average = Ewma::new(IDLE);
        average.sample(micros(1000), start);
        let edge = start + IDLE;
        assert_eq!((average.count(edge), average.average(edge)), (1, micros(1000)));
        let past = edge + micros(1);
        assert_eq!((average.count(past), average.average(past)), (0, Duration::ZERO));
        average.bound(micros(9000), past);
        assert_eq!(average.count(past), 0, "a bound starts nothing");
        average.sample(micros(3000), past);
        assert_eq!((average.count(past), average.average(past)), (1, micros(3000)));
    }

    #[test]
    fn only_samples_and_used_bounds_end_a_silence() {
        let mut average = Ewma::new(IDLE);
        average.sample(micros(1000), Instant::ZERO);
        let later = Instant::ZERO + micros(40_000_000);
        let mut silent = average.clone();
        average.bound(micros(1001), later);
        silent.bound(micros(1000), later);
        let end = Instant::ZERO + micros(70_000_000);
        assert_eq!((average.count(end), silent.count(end)), (1, 0));
    }

    #[test]
    fn the_largest_values_neither_overflow_nor_wrap() {
        let now = Instant::MAX;
        let mut average = Ewma::new(Duration::MAX);
        average.sample(Duration::MAX, now);
        assert_eq!(average.average(now), micros(MAX_SAMPLE));
        average.sample(Duration::ZERO, now);
        average.bound(Duration::MAX, now);
        assert!(average.average(now) < micros(MAX_SAMPLE));
        average.count = u32::MAX;
        average.sample(micros(1), now);
        assert_eq!(average.count(now), u32::MAX);
    }

    #[test]
    fn a_constant_input_is_reached_exactly_from_above_and_below() {
        for start in [0, 50_000] {
            let mut average = Ewma::new(IDLE);
            average.sample(micros(start), Instant::ZERO);
            for _ in 0..1000 {
                average.sample(micros(1000), Instant::ZERO);
            }
            assert_eq!(average.average(Instant::ZERO), micros(1000));
        }
    }
}
