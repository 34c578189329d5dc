//! Gradient2: the limit by the ratio of the long-term response time to the present one, and the default of servers.
//!
//! Source: Netflix *concurrency-limits*, `Gradient2Limit`. As long as the present response time is below `tolerance`
//! times the long average the limit grows by a queue allowance; beyond, it shrinks by the ratio of the two. Without drops
//! and bounds it rests at `queue / (1 − gradient)`.
//!
//! Departures, each closing a trap. *Drops*: with stable timeouts every sample has the same response time, the gradient is
//! 1 and the published rule climbs to its maximum while everything times out; `drop_factor` counts drops (1 is as
//! published). *Drift*: the long average learns a long overload until slow is normal; `baseline_cap` bounds what it is
//! taken for.

use super::{Bounds, PPM, Sample};
use crate::time::Duration;

/// The least gradient: no step shrinks by more than half.
const LEAST_GRADIENT: u64 = PPM / 2;
/// A long average of more than twice the present response time falls by a twentieth.
const CUT_PERCENT: u64 = 95;

/// Settings of the Gradient2 algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gradient2Settings {
    /// Where the limit begins and stays.
    pub bounds: Bounds,
    /// Weight of a new value of the limit, 1 to 1 000 000 ppm.
    pub smoothing_ppm: u32,
    /// Requests that may wait: what the limit grows by while nothing is slow, 0 to 1000.
    pub queue: u32,
    /// Ratio of present to long response time that is not slow yet, 1 to 10 in ppm.
    pub tolerance_ppm: u32,
    /// Samples that the long average spans, 10 to 100 000.
    pub long_window: u32,
    /// Samples whose plain mean the long average begins with, 1 to `long_window`.
    pub warmup: u32,
    /// What a window with drops multiplies the limit by, 500 000 to 1 000 000 ppm; 1 000 000 ignores drops.
    pub drop_factor_ppm: u32,
    /// The most that the long average is taken for; zero is no cap.
    pub baseline_cap: Duration,
}

impl Gradient2Settings {
    /// As published, but for the drop factor of nine tenths.
    pub const DEFAULT: Self = Self {
        bounds: Bounds::DEFAULT,
        smoothing_ppm: 200_000,
        queue: 4,
        tolerance_ppm: 1_500_000,
        long_window: 600,
        warmup: 10,
        drop_factor_ppm: 900_000,
        baseline_cap: Duration::ZERO,
    };

    /// The gradient in parts per million, by the long response time in 1/65536 µs: 500 000 to 1 000 000.
    pub fn gradient_ppm(&self, long_q16: u64, rtt: Duration) -> u32 {
        let present = u128::from(rtt.as_micros().max(1)) << 16;
        let ratio = u128::from(self.tolerance_ppm) * u128::from(long_q16) / present;
        ratio.clamp(u128::from(LEAST_GRADIENT), u128::from(PPM)) as u32
    }

    /// The next estimate in millionths, by a gradient and an allowance of requests that may wait.
    pub fn next(&self, estimate_u: u64, gradient_ppm: u32, queue: u32) -> u64 {
        let (one, estimate) = (u128::from(PPM), u128::from(estimate_u));
        let smoothing = u128::from(self.smoothing_ppm);
        let target = estimate * u128::from(gradient_ppm) + u128::from(queue) * one * one;
        let next = ((one - smoothing.min(one)) * estimate * one + smoothing * target) / (one * one);
        self.bounds.clamp_u(u64::try_from(next).unwrap_or(u64::MAX))
    }

    pub(super) fn step(&self, long: &mut ExpAverage, estimate_u: u64, sample: Sample) -> u64 {
        let base = sample.rtt_us().map_or(long.q16(), |rtt| self.observe(long, rtt));
        let drops = sample.dropped && self.drop_factor_ppm < PPM as u32;
        if !drops && (sample.rtt.is_none() || sample.is_app_limited(estimate_u)) {
            return estimate_u;
        }
        let gradient = match sample.rtt_us() {
            Some(rtt) => self.gradient_ppm(base, Duration::from_micros(rtt)),
            None => PPM as u32,
        };
        if drops {
            return self.next(estimate_u, gradient.min(self.drop_factor_ppm), 0);
        }
        self.next(estimate_u, gradient, self.queue)
    }

    /// Takes a response time into the long average; answers what it is compared with, from before the cut.
    fn observe(&self, long: &mut ExpAverage, rtt_us: u64) -> u64 {
        long.add(rtt_us);
        let learnt = long.q16();
        if learnt > (2 * rtt_us) << 16 {
            long.cut();
        }
        match self.baseline_cap {
            Duration::ZERO => learnt,
            cap => learnt.min(cap.as_micros().saturating_mul(1 << 16)),
        }
    }
}

/// An average that begins as a plain mean and goes on with the factor 2 / (window + 1).
///
/// ```
/// use hedgerow::limit::ExpAverage;
/// let mut average = ExpAverage::new(100, 2);
/// (10..12).for_each(|value| average.add(value));
/// assert_eq!(average.q16(), 10 * 65536 + 32768);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ExpAverage {
    q16: u64,
    sum: u64,
    seen: u32,
    window: u32,
    warmup: u32,
}

impl ExpAverage {
    /// Starts without a value; 0 until the first.
    pub const fn new(window: u32, warmup: u32) -> Self {
        Self { q16: 0, sum: 0, seen: 0, window, warmup }
    }

    /// Takes a value; greater ones than 2^32 − 1 count as that. O(1).
    pub fn add(&mut self, value: u64) {
        let value = value.min(super::LONGEST_RTT);
        if self.seen < self.warmup {
            self.seen += 1;
            self.sum = self.sum.saturating_add(value);
            self.q16 = ((u128::from(self.sum) << 16) / u128::from(self.seen)) as u64;
            return;
        }
        let window = u128::from(self.window.max(1));
        let moved = u128::from(self.q16) * (window - 1) + (u128::from(value) << 17);
        self.q16 = (moved / (window + 1)) as u64;
    }

    /// The average in 1/65536 of the values' unit.
    pub const fn q16(&self) -> u64 {
        self.q16
    }

    /// What a snapshot keeps: the average, the sum of the first samples, and how many of them came.
    pub(super) const fn learned(&self) -> (u64, u64, u32) {
        (self.q16, self.sum, self.seen)
    }

    pub(super) fn recall(&mut self, (q16, sum, seen): (u64, u64, u32)) {
        *self = Self { q16: q16.min(super::LONGEST_RTT << 16), sum, seen: seen.min(self.warmup), ..*self };
    }

    /// Lets go of a twentieth; during the warm-up the next value overwrites it.
    fn cut(&mut self) {
        self.q16 = super::scaled(self.q16, CUT_PERCENT, 100);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(rtt: u64, in_flight: u32, dropped: bool) -> Sample {
        Sample { rtt: Some(Duration::from_micros(rtt)), in_flight, dropped }
    }

    #[test]
    fn a_cap_on_the_baseline_keeps_a_long_overload_from_becoming_normal() {
        let published = Gradient2Settings::DEFAULT;
        let capped = Gradient2Settings { baseline_cap: Duration::from_millis(10), ..published };
        let rest = |settings: Gradient2Settings| {
            let (mut long, mut estimate) = (ExpAverage::new(600, 10), 100 * PPM);
            (0..2000).for_each(|_| estimate = settings.step(&mut long, estimate, sample(40_000, 200, false)));
            estimate / PPM
        };
        assert_eq!((rest(published), rest(capped)), (200, 20));
    }

    #[test]
    fn an_average_far_above_the_present_is_cut_after_it_was_compared() {
        let settings = Gradient2Settings { warmup: 1, ..Gradient2Settings::DEFAULT };
        let mut long = ExpAverage::new(600, 1);
        settings.step(&mut long, 20 * PPM, sample(10_000, 20, false));
        settings.step(&mut long, 20 * PPM, sample(1_000, 20, false));
        let moved = (10_000 * 65_536 * 599 + 2 * 1_000 * 65_536) / 601;
        assert_eq!(long.q16(), moved * 95 / 100);
    }

    #[test]
    fn the_largest_numbers_stay_in_bounds() {
        let settings = Gradient2Settings::DEFAULT;
        let (mut long, mut estimate) = (ExpAverage::new(100_000, 100_000), 200 * PPM);
        for _ in 0..10 {
            estimate = settings.step(&mut long, estimate, sample(u64::MAX, u32::MAX, false));
        }
        assert_eq!(estimate, 200 * PPM);
    }
}
