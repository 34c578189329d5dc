//! The recent latencies of a class: a histogram in two halves, from which quantiles are read by nearest rank.
//!
//! Two halves of log-linear counters cover one to two `half` lengths of history: samples go to the current half, reads
//! see the sum, and when the absolute grid `now / half` steps on, the current half becomes the previous one and the
//! oldest samples are forgotten at once. The grid is absolute so that a read never changes a later answer.
//!
//! Decisions use a bucket's upper bound, so that the share of the window above the answer is at most 1 − p; reports use
//! its middle. A decision's answer is cached between reads while few samples came; the cache is part of the state and so
//! of the replay, which is why reports go round it. It allocates twice at construction and never again, and uses no
//! float. Rejected: t-digest (the answer depends on the order of arrival), P² (no error bound, floats), DDSketch (needs
//! a logarithm).

use super::bucket::{BUCKETS, Bucket};
use crate::time::{Duration, Instant};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

/// One in parts per million.
const PPM: u64 = 1_000_000;
/// A cached answer is renewed after this share of the window's samples at the latest: one in eight.
const REFRESH_SHARE: u64 = 8;

/// A windowed histogram of latencies, about 3.7 KB.
///
/// ```
/// use hedgerow::{Duration, Histogram, Instant};
/// let now = Instant::from_micros(0);
/// let mut window = Histogram::new(Duration::from_secs(10), 64);
/// for millis in 1..=100 {
///     window.record(Duration::from_millis(millis), now);
/// }
/// let p95 = window.quantile(950_000, now).unwrap();
/// assert!(p95.low() <= Duration::from_millis(95) && Duration::from_millis(95) <= p95.high());
/// ```
#[derive(Clone, Debug)]
pub struct Histogram {
    current: Half,
    previous: Half,
    /// Index of the current half on the absolute grid.
    grid: u64,
    half: u64,
    /// Where the current half ends.
    end: u64,
    refresh_every: u32,
    cached: Option<Cached>,
}

/// One half of the window.
#[derive(Clone)]
struct Half {
    counts: Box<[u32; BUCKETS]>,
    /// The sum of `counts`.
    total: u64,
}

/// The last answer given to a decision, and what it was worth.
#[derive(Clone, Copy, Debug)]
struct Cached {
    ppm: u32,
    answer: Option<Bucket>,
    samples: u64,
    /// Samples that came since.
    since: u64,
}

/// What a snapshot keeps of a histogram.
#[derive(Clone, Debug)]
pub(crate) struct LearnedWindow {
    /// Number of the current half on the grid of time.
    pub(crate) grid: u64,
    /// Bucket and count of what the current and the previous half hold, buckets ascending.
    pub(crate) halves: [Vec<(u32, u32)>; 2],
    /// The answer that is kept between reads.
    pub(crate) cached: Option<LearnedAnswer>,
}

/// A kept answer: the quantile, its bucket, the samples it rests on, and those that came since.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LearnedAnswer {
    pub(crate) ppm: u32,
    pub(crate) bucket: Option<u32>,
    pub(crate) samples: u64,
    pub(crate) since: u64,
}

impl Histogram {
    /// Starts empty; the window covers one to two `half` lengths, a zero length counts as 1 µs.
    ///
    /// A cached quantile is renewed after `refresh_every` samples at the latest; 1 renews it with every sample.
    pub fn new(half: Duration, refresh_every: u32) -> Self {
        let half = half.as_micros().max(1);
        Self {
            current: Half::new(),
            previous: Half::new(),
            grid: 0,
            half,
            end: half,
            refresh_every,
            cached: None,
        }
    }

    /// Counts one sample; a counter at 2^32 − 1 stays there. O(1), two halves are cleared when the window has moved on.
    pub fn record(&mut self, value: Duration, now: Instant) {
        self.rotate(now);
        self.current.record(Bucket::of(value));
        if let Some(cached) = &mut self.cached {
            cached.since = cached.since.saturating_add(1);
        }
    }

    /// Samples in the window.
    pub fn samples(&self, now: Instant) -> u64 {
        self.live(now).map(|half| half.total).sum()
    }

    /// Samples in the buckets from the one of `value` up; that bucket counts whole. O(464).
    pub fn samples_from(&self, value: Duration, now: Instant) -> u64 {
        let from = Bucket::of(value).index();
        self.live(now)
            .map(|half| half.counts.iter().skip(from).map(|&count| u64::from(count)).sum::<u64>())
            .sum()
    }

    /// The bucket of the nearest-rank quantile, freshly read; `None` for an empty window. O(464).
    ///
    /// `ppm` is the quantile in parts per million, from 0 (the least sample) to 1 000 000 (the greatest). For reports:
    /// it leaves the cache of [`Self::cached_quantile`] alone, so looking at a machine never changes what it does.
    pub fn quantile(&self, ppm: u32, now: Instant) -> Option<Bucket> {
        let samples = self.samples(now);
        if samples == 0 {
            return None;
        }
        let rank = (samples * u64::from(ppm).min(PPM)).div_ceil(PPM).max(1);
        let live = self.live(now);
        let mut seen = 0;
        (0..BUCKETS).map(Bucket::at).find(|bucket| {
            seen += live.clone().map(|half| half.count(*bucket)).sum::<u64>();
            seen >= rank
        })
    }

    /// The same for decisions, cached: O(1) unless the window moved on, enough samples came or `ppm` changed.
    ///
    /// Enough are `min(refresh_every, 1 + samples at the last reading / 8)`.
    pub fn cached_quantile(&mut self, ppm: u32, now: Instant) -> Option<Bucket> {
        self.rotate(now);
        if let Some(cached) = self.cached.filter(|cached| cached.ppm == ppm && !self.is_stale(cached)) {
            return cached.answer;
        }
        let answer = self.quantile(ppm, now);
        self.cached = Some(Cached { ppm, answer, samples: self.samples(now), since: 0 });
        answer
    }

    /// Length of a half in µs: what was learned under another one is on another grid.
    pub(crate) const fn half(&self) -> u64 {
        self.half
    }

    /// What a snapshot keeps; `None` when nothing of it would be read any more.
    pub(crate) fn learned(&self, now: Instant) -> Option<LearnedWindow> {
        if self.samples(now) == 0 {
            return None;
        }
        let cached = self.cached.map(|Cached { ppm, answer, samples, since }| {
            let bucket = answer.map(|bucket| bucket.index() as u32);
            LearnedAnswer { ppm, bucket, samples, since }
        });
        let halves = [&self.current, &self.previous].map(Half::filled);
        Some(LearnedWindow { grid: self.grid, halves, cached })
    }

    /// Goes on from what a snapshot of a histogram with halves as long kept; what is no bucket is left out.
    pub(crate) fn recall(&mut self, learned: &LearnedWindow) {
        for (half, filled) in [&mut self.current, &mut self.previous].into_iter().zip(&learned.halves) {
            half.fill(filled);
        }
        self.grid = learned.grid;
        self.end = self.half.saturating_mul(self.grid.saturating_add(1));
        self.cached = learned.cached.map(|LearnedAnswer { ppm, bucket, samples, since }| {
            let answer = bucket.filter(|&index| (index as usize) < BUCKETS);
            Cached { ppm, answer: answer.map(|index| Bucket::at(index as usize)), samples, since }
        });
    }

    fn is_stale(&self, cached: &Cached) -> bool {
        cached.since >= u64::from(self.refresh_every).min(1 + cached.samples / REFRESH_SHARE)
    }

    /// The halves that a read at `now` sees, whether or not the window was moved on since.
    fn live(&self, now: Instant) -> impl Iterator<Item = &Half> + Clone {
        let visible = match self.steps(now) {
            0 => 2,
            1 => 1,
            _ => 0,
        };
        [&self.current, &self.previous].into_iter().take(visible)
    }

    fn rotate(&mut self, now: Instant) {
        let steps = self.steps(now);
        if steps == 0 {
            return;
        }
        if steps == 1 {
            core::mem::swap(&mut self.current, &mut self.previous);
        } else {
            self.previous.clear();
        }
        self.current.clear();
        self.grid = self.grid.saturating_add(steps);
        self.end = self.half.saturating_mul(self.grid.saturating_add(1));
        self.cached = None;
    }

    /// Grid steps from the current half to the one of `now`.
    const fn steps(&self, now: Instant) -> u64 {
        // Nearly always within the current half, which takes no division to see.
        if now.as_micros() < self.end {
            return 0;
        }
        (now.as_micros() / self.half).saturating_sub(self.grid)
    }
}

impl fmt::Debug for Half {
    /// Shows the buckets that hold something, with their counts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.filled()).finish()
    }
}

impl Half {
    fn new() -> Self {
        Self { counts: Box::new([0; BUCKETS]), total: 0 }
    }

    fn record(&mut self, bucket: Bucket) {
        // A saturated counter leaves the total alone, so that it remains the sum.
        if let Some(count) = self.counts.get_mut(bucket.index()).filter(|count| **count < u32::MAX) {
            *count += 1;
            self.total += 1;
        }
    }

    fn count(&self, bucket: Bucket) -> u64 {
        self.counts.get(bucket.index()).copied().map_or(0, u64::from)
    }

    fn filled(&self) -> Vec<(u32, u32)> {
        (0..)
            .zip(self.counts.iter())
            .filter(|(_, count)| **count > 0)
            .map(|(at, count)| (at, *count))
            .collect()
    }

    fn fill(&mut self, filled: &[(u32, u32)]) {
        self.clear();
        for &(index, count) in filled {
            if let Some(held) = self.counts.get_mut(index as usize) {
                *held = count;
            }
        }
        self.total = self.counts.iter().map(|&count| u64::from(count)).sum();
    }

    fn clear(&mut self) {
        if self.total > 0 {
            self.counts.fill(0);
            self.total = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: Duration = Duration::from_secs(10);

    fn micros(value: u64) -> Duration {
        Duration::from_micros(value)
    }

    fn at(value: u64) -> Instant {
        Instant::from_micros(value)
    }

    #[test]
    fn the_debug_form_of_a_half_shows_the_buckets_that_hold_something() {
        let mut half = Half::new();
        for micros in [3, 7, 3] {
            half.record(Bucket::of(Duration::from_micros(micros)));
        }
        assert_eq!(alloc::format!("{half:?}"), "{3: 2, 7: 1}");
    }

    #[test]
    fn one_sample_in_twenty_above_leaves_the_nineteen_twentieths_quantile_below() {
        let mut window = Histogram::new(HALF, 1);
        for _ in 0..19 {
            window.record(micros(1000), at(0));
        }
        window.record(micros(10_000), at(0));
        assert_eq!(window.quantile(950_000, at(0)).unwrap().high(), micros(1023));
        assert_eq!(window.quantile(950_001, at(0)).unwrap().high(), micros(10_239));
    }

    #[test]
    fn the_extreme_quantiles_are_the_least_and_the_greatest_sample() {
        let mut window = Histogram::new(HALF, 1);
        assert_eq!(window.quantile(500_000, at(0)), None);
        for value in [3, 7, 9] {
            window.record(micros(value), at(0));
        }
        for (ppm, value) in [(0, 3), (1, 3), (333_333, 3), (333_334, 7), (1_000_000, 9), (u32::MAX, 9)] {
            assert_eq!(window.quantile(ppm, at(0)).unwrap().low(), micros(value), "{ppm} ppm");
        }
    }

    #[test]
    fn a_cached_answer_is_renewed_by_enough_samples_a_moved_window_or_another_quantile() {
        let mut window = Histogram::new(HALF, 3);
        for _ in 0..100 {
            window.record(micros(10), at(0));
        }
        assert_eq!(window.cached_quantile(1_000_000, at(0)).unwrap().low(), micros(10));
        window.record(micros(20), at(0));
        window.record(micros(20), at(0));
        assert_eq!(
            window.cached_quantile(1_000_000, at(0)).unwrap().low(),
            micros(10),
            "two came, three wanted"
        );
        assert_eq!(window.quantile(1_000_000, at(0)).unwrap().low(), micros(20), "a report reads afresh");
        assert_eq!(window.cached_quantile(1_000_000, at(0)).unwrap().low(), micros(10), "and renews nothing");
        assert_eq!(window.clone().cached_quantile(999_999, at(0)).unwrap().low(), micros(20));
        assert_eq!(window.clone().cached_quantile(1_000_000, at(10_000_000)).unwrap().low(), micros(20));
        window.record(micros(20), at(0));
        assert_eq!(window.cached_quantile(1_000_000, at(0)).unwrap().low(), micros(20), "three came");
    }

    #[test]
    fn a_small_window_is_renewed_sooner() {
        let mut window = Histogram::new(HALF, 1000);
        assert_eq!(window.cached_quantile(1_000_000, at(0)), None);
        for value in 1..=8 {
            window.record(micros(value), at(0));
        }
        assert_eq!(window.cached_quantile(1_000_000, at(0)).unwrap().low(), micros(8));
        window.record(micros(9), at(0));
        assert_eq!(window.cached_quantile(1_000_000, at(0)).unwrap().low(), micros(8));
        window.record(micros(9), at(0));
        assert_eq!(window.cached_quantile(1_000_000, at(0)).unwrap().low(), micros(9));
    }

    #[test]
    fn a_saturated_counter_stays_and_quantiles_still_end() {
        let mut window = Histogram::new(HALF, 1);
        window.current.counts[5] = u32::MAX - 1;
        window.current.total = u64::from(u32::MAX) - 1;
        window.record(micros(5), at(0));
        window.record(micros(5), at(0));
        assert_eq!(window.samples(at(0)), u64::from(u32::MAX));
        assert_eq!(window.quantile(1_000_000, at(0)).unwrap().low(), micros(5));
    }

    #[test]
    fn an_earlier_instant_and_a_zero_length_do_no_harm() {
        let mut window = Histogram::new(Duration::ZERO, 0);
        window.record(micros(1), Instant::MAX);
        window.record(micros(2), at(3));
        assert_eq!(window.samples(at(0)), 2);
    }
}
