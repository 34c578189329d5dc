//! Samples of one quantity: kept as they are up to 2²⁰ of them, in a histogram beyond.

use super::{Histogram, Quantile};

/// How many samples are kept exactly.
pub const EXACT: usize = 1 << 20;

/// Collects whole numbers and answers with their mean, variance and quantiles.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    kept: Vec<u64>,
    histogram: Option<Histogram>,
    count: u64,
    sum: u128,
    squares: u128,
    max: u64,
}

impl Samples {
    /// Starts empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a sample; O(1) amortised.
    #[inline]
    pub fn add(&mut self, value: u64) {
        self.count += 1;
        self.sum += u128::from(value);
        self.squares = self.squares.saturating_add(u128::from(value) * u128::from(value));
        self.max = self.max.max(value);
        match &mut self.histogram {
            Some(histogram) => histogram.add(value),
            None if self.kept.len() < EXACT => self.kept.push(value),
            None => self.spill(value),
        }
    }

    #[cold]
    fn spill(&mut self, value: u64) {
        let mut histogram = Histogram::new();
        for kept in std::mem::take(&mut self.kept) {
            histogram.add(kept);
        }
        histogram.add(value);
        self.histogram = Some(histogram);
    }

    /// How many samples were taken.
    pub const fn len(&self) -> u64 {
        self.count
    }

    /// Whether none was.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The mean; `None` of nothing.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// Mean, variance and quantiles. O(n log n) while samples are exact.
    pub fn summary(&self) -> Summary {
        let mut sorted = self.kept.clone();
        sorted.sort_unstable();
        let quantile = |q: Quantile| match &self.histogram {
            // The middle of the last part may lie above the greatest sample.
            Some(histogram) => histogram.quantile(q).map(|value| value.min(self.max)),
            None => q.index(self.count).and_then(|at| sorted.get(at as usize).copied()),
        };
        let mean = self.mean();
        Summary {
            n: self.count,
            mean,
            variance: mean.map(|mean| (self.squares as f64 / self.count as f64 - mean * mean).max(0.0)),
            p50: quantile(Quantile::P50),
            p90: quantile(Quantile::P90),
            p95: quantile(Quantile::P95),
            p99: quantile(Quantile::P99),
            p99_9: quantile(Quantile::P99_9),
            max: (self.count > 0).then_some(self.max),
        }
    }

    /// Points (milliseconds, share) of the distribution function of microseconds, for a plot: twenty-five to each factor
    /// of ten of the share above, until that is less than one sample.
    pub fn cdf(&self) -> Vec<(f64, f64)> {
        let mut sorted = self.kept.clone();
        sorted.sort_unstable();
        let at = |q: Quantile| match &self.histogram {
            Some(histogram) => histogram.quantile(q),
            None => q.index(self.count).and_then(|at| sorted.get(at as usize).copied()),
        };
        let shares = (0..=150).map(|step| 1.0 - libm::exp(f64::from(step) * -0.092_103_403_719_761_83));
        let one = 1.0 / self.count.max(1) as f64;
        shares
            .take_while(|share| 1.0 - share >= one)
            .filter_map(|share| Some((at(Quantile::ppm((share * 1e6) as u32))? as f64 / 1000.0, share)))
            .collect()
    }

    /// The mean of the samples, each counted as `most` at most; `None` of nothing.
    pub fn clamped_mean(&self, most: u64) -> Option<f64> {
        let sum: u128 =
            self.counted().map(|(value, count)| u128::from(value.min(most)) * u128::from(count)).sum();
        (self.count > 0).then(|| sum as f64 / self.count as f64)
    }

    /// How many samples lie above `limit`.
    pub fn above(&self, limit: u64) -> u64 {
        self.counted().filter(|(value, _)| *value > limit).map(|(_, count)| count).sum()
    }

    /// Values with how often they were seen, to the width of a part of the histogram.
    fn counted(&self) -> impl Iterator<Item = (u64, u64)> {
        let kept = self.kept.iter().map(|value| (*value, 1));
        kept.chain(self.histogram.iter().flat_map(Histogram::parts))
    }

    /// One quantile; `None` of nothing.
    pub fn quantile(&self, q: Quantile) -> Option<u64> {
        if let Some(histogram) = &self.histogram {
            return histogram.quantile(q).map(|value| value.min(self.max));
        }
        let at = q.index(self.count)? as usize;
        let mut kept = self.kept.clone();
        Some(*kept.select_nth_unstable(at).1)
    }
}

/// The figures of one quantity, in its own unit; `None` where nothing was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    /// Samples.
    pub n: u64,
    /// Mean.
    pub mean: Option<f64>,
    /// Variance of the samples, not of an estimate.
    pub variance: Option<f64>,
    /// Median.
    pub p50: Option<u64>,
    /// Quantile 0.9.
    pub p90: Option<u64>,
    /// Quantile 0.95.
    pub p95: Option<u64>,
    /// Quantile 0.99.
    pub p99: Option<u64>,
    /// Quantile 0.999.
    pub p99_9: Option<u64>,
    /// Greatest sample.
    pub max: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Samples {
        let mut samples = Samples::new();
        values.into_iter().for_each(|value| samples.add(value));
        samples
    }

    #[test]
    fn ten_samples_give_the_elements_of_the_rule() {
        let ten = of((1..=10).rev());
        let summary = ten.summary();
        assert_eq!(
            (summary.p50, summary.p90, summary.p99, summary.max),
            (Some(6), Some(10), Some(10), Some(10))
        );
        assert_eq!(ten.quantile(Quantile::ppm(0)), Some(1));
        assert_eq!((summary.mean, summary.variance), (Some(5.5), Some(8.25)));
    }

    #[test]
    fn nothing_measured_has_no_figures() {
        assert_eq!(Samples::new().summary(), Summary::default());
    }

    #[test]
    fn beyond_a_million_samples_quantiles_stay_within_a_part() {
        let all = 2 * EXACT as u64;
        let summary = of(0..all).summary();
        for (got, share) in [(summary.p50, 500), (summary.p99, 990), (summary.p99_9, 999)] {
            let exact = all * share / 1000;
            assert!(got.unwrap().abs_diff(exact) * 256 <= exact, "{got:?} {exact}");
        }
        assert_eq!((summary.n, summary.max), (all, Some(all - 1)));
        assert_eq!(of(0..EXACT as u64).quantile(Quantile::P50), Some(EXACT as u64 / 2), "still exact");
    }
}
