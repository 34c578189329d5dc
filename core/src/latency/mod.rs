//! What a class of calls knows of its latency: a clamped average and a windowed histogram.
//!
//! One [`Estimator`] per class (namespace, operation). It sees primary attempts, first tries and retries, and no hedges:
//! a hedge's latency belongs to the hedge's endpoint and would be a biased sample. A success feeds both parts; a primary
//! that ended unfinished by the server's fault (it lost its race, or timed out) is a lower bound of the average and goes
//! into the histogram with the time it took so far. Failures, refusals and what the caller or a client pause ended are
//! not reported here, so a fast failure is never a fast success. Each attempt is reported once.
//!
//! The average answers "how long does it usually take" for a delay that aims at the target, the histogram "which delay
//! do only so many exceed". Neither knows the other. No float, no draw, no allocation after construction.

pub mod bucket;
pub mod ewma;
pub mod histogram;

use crate::time::{Duration, Instant};
use ewma::Ewma;
use histogram::Histogram;

/// How estimators forget and how often they look again (`estimator.*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EstimatorSettings {
    /// A silence longer than this restarts the average (1 s to 1 h).
    pub idle_reset: Duration,
    /// Length of each of the histogram's two halves (100 ms to 10 min).
    pub half: Duration,
    /// Samples after which a cached quantile is read again at the latest (1 to 1024; 1 = with every sample).
    pub refresh_every: u32,
}

/// The estimators of one class (namespace, operation); about 3.8 KB.
///
/// ```
/// use hedgerow::{Duration, Estimator, EstimatorSettings, Instant};
/// let settings = EstimatorSettings {
///     idle_reset: Duration::from_secs(60),
///     half: Duration::from_secs(10),
///     refresh_every: 64,
/// };
/// let (target, now) = (Duration::from_millis(10), Instant::ZERO);
/// let mut class = Estimator::new(settings);
/// class.success(Duration::from_millis(1), target, now);
/// class.success(Duration::from_secs(2), target, now); // counts as 10 ms in the average, in full in the window
/// assert_eq!(class.average(now).as_micros(), 1_281);
/// assert_eq!(class.samples(now), 2);
/// assert_eq!(class.quantile_upper(500_000, now).unwrap().as_micros(), 1_023);
/// ```
#[derive(Clone, Debug)]
pub struct Estimator {
    average: Ewma,
    window: Histogram,
}

impl Estimator {
    /// Starts knowing nothing; the only allocation of its life.
    pub fn new(settings: EstimatorSettings) -> Self {
        Self {
            average: Ewma::new(settings.idle_reset),
            window: Histogram::new(settings.half, settings.refresh_every),
        }
    }

    /// Learns that a primary attempt or a retry answered after `latency`.
    ///
    /// `clamp` is the class's target, or its maximum while no target is known; it bounds the sample of the average only.
    pub fn success(&mut self, latency: Duration, clamp: Duration, now: Instant) {
        self.average.sample(latency.min(clamp), now);
        self.window.record(latency, now);
    }

    /// Learns that a primary attempt or a retry ended without an answer after `elapsed`, by the server's fault.
    ///
    /// Call it for an attempt that lost its race, with the time at its cancel, and for one that timed out.
    pub fn unfinished(&mut self, elapsed: Duration, clamp: Duration, now: Instant) {
        self.average.bound(elapsed.min(clamp), now);
        self.window.record(elapsed, now);
    }

    /// The average in whole microseconds, zero while [`Self::samples`] is 0.
    pub fn average(&self, now: Instant) -> Duration {
        self.average.average(now)
    }

    /// Successes since the start or the last long silence, saturating.
    pub fn samples(&self, now: Instant) -> u32 {
        self.average.count(now)
    }

    /// The upper bound of the window's quantile, for decisions; `None` when the window is empty.
    ///
    /// `p_ppm` is in parts per million. Cached, see [`Histogram::cached_quantile`]; at most 6.3 % above the sample. A
    /// report reads [`Self::window`] instead, which changes no later answer.
    pub fn quantile_upper(&mut self, p_ppm: u32, now: Instant) -> Option<Duration> {
        self.window.cached_quantile(p_ppm, now).map(bucket::Bucket::high)
    }

    /// The window's samples, and how many of them lie in the buckets from the one of `d` up. O(464).
    pub fn window_above(&self, d: Duration, now: Instant) -> (u64, u64) {
        (self.window.samples(now), self.window.samples_from(d, now))
    }

    /// The histogram, for reports.
    pub const fn window(&self) -> &Histogram {
        &self.window
    }

    /// The clamped average, for a snapshot.
    pub(crate) const fn clamped(&self) -> &Ewma {
        &self.average
    }

    /// Both parts, for what a snapshot kept.
    pub(crate) const fn parts_mut(&mut self) -> (&mut Ewma, &mut Histogram) {
        (&mut self.average, &mut self.window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: EstimatorSettings = EstimatorSettings {
        idle_reset: Duration::from_secs(60),
        half: Duration::from_secs(10),
        refresh_every: 1,
    };
    const TARGET: Duration = Duration::from_millis(10);

    #[test]
    fn the_loser_of_a_race_counts_as_a_bound_and_in_the_window_but_not_as_a_sample() {
        let now = Instant::ZERO;
        let mut class = Estimator::new(SETTINGS);
        class.unfinished(Duration::from_millis(9), TARGET, now);
        assert_eq!((class.samples(now), class.average(now)), (0, Duration::ZERO));
        assert_eq!(class.window_above(Duration::from_millis(9), now), (1, 1));
        class.success(Duration::from_millis(1), TARGET, now);
        class.unfinished(Duration::from_secs(1), TARGET, now);
        assert_eq!((class.samples(now), class.average(now).as_micros()), (1, 1281));
        assert_eq!(class.quantile_upper(1_000_000, now).unwrap().as_micros(), 1_015_807);
    }

    #[test]
    fn a_slow_success_counts_as_the_target_in_the_average_and_in_full_in_the_window() {
        let now = Instant::ZERO;
        let mut class = Estimator::new(SETTINGS);
        class.success(Duration::from_secs(1), TARGET, now);
        assert_eq!((class.samples(now), class.average(now)), (1, TARGET));
        assert_eq!(class.window_above(Duration::from_millis(999), now), (1, 1));
    }

    #[test]
    fn the_window_empties_before_the_average_is_forgotten() {
        let mut class = Estimator::new(SETTINGS);
        class.success(Duration::from_millis(1), TARGET, Instant::ZERO);
        let later = Instant::ZERO + Duration::from_secs(30);
        assert_eq!(class.quantile_upper(950_000, later), None);
        assert_eq!(class.window_above(Duration::ZERO, later), (0, 0));
        assert_eq!(class.samples(later), 1);
    }

    #[test]
    fn the_bucket_of_the_delay_counts_whole() {
        let now = Instant::ZERO;
        let mut class = Estimator::new(SETTINGS);
        for micros in [991, 992, 1023, 1024] {
            class.success(Duration::from_micros(micros), TARGET, now);
        }
        assert_eq!(class.window_above(Duration::from_micros(1010), now), (4, 3));
    }
}
