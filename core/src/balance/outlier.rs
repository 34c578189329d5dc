//! Who failed out of line in one interval: the two tests of a sweep, in integers.
//!
//! The *success-rate* test compares endpoints with each other: an outlier lies more than a factor of standard
//! deviations, and at least a gap, below the mean. The *failure-percentage* test compares each with a threshold.
//! Sources: Envoy's outlier detection, whose `≥` the second test takes (gRPC's text and code disagree, and with `>`
//! a threshold of 100 could never act). The gap is ours: one deviating endpoint of n always lies √(n − 1) standard
//! deviations out, so among five the published rule ejects 99 % next to 100 %. Neither test looks at latency.

/// Holds `ejection.success_rate.*`: ejects what lies far below the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuccessRate {
    /// Endpoints with enough requests that make a comparison, 2 to 1024. Default 5.
    pub min_endpoints: u32,
    /// Requests in the interval that make an endpoint comparable, 1 to 1 000 000. Default 100.
    pub min_requests: u32,
    /// Standard deviations below the mean, in thousandths, 0 to 10 000. Default 1900.
    pub factor_permille: u32,
    /// Least distance below the mean in ppm, 0 (as published) to 1 000 000. Default 10 000.
    pub min_gap_ppm: u32,
}

/// Holds `ejection.failure_percentage.*`: ejects what fails too often whatever the others do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailurePercentage {
    /// Percentage of failures from which (≥) an endpoint is an outlier, 1 to 100. Default 85.
    pub threshold: u8,
    /// Endpoints with enough requests that make the test valid, 2 to 1024. Default 5.
    pub min_endpoints: u32,
    /// Requests in the interval that let an endpoint be judged, 1 to 1 000 000. Default 50.
    pub min_requests: u32,
}

impl Default for SuccessRate {
    fn default() -> Self {
        Self { min_endpoints: 5, min_requests: 100, factor_permille: 1900, min_gap_ppm: 10_000 }
    }
}

impl Default for FailurePercentage {
    fn default() -> Self {
        Self { threshold: 85, min_endpoints: 5, min_requests: 50 }
    }
}

/// Counts the results of one endpoint in one interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    requests: u32,
    successes: u32,
}

impl FailurePercentage {
    /// Whether enough endpoints can be judged.
    pub(super) fn is_valid(&self, tallies: impl Iterator<Item = Tally>) -> bool {
        tallies.filter(|tally| tally.has(self.min_requests)).count() as u64 >= u64::from(self.min_endpoints)
    }

    pub(super) fn is_outlier(&self, tally: Tally) -> bool {
        tally.has(self.min_requests) && tally.failures() * 100 >= u64::from(self.threshold) * tally.requests()
    }
}

impl Tally {
    pub(super) fn count(&mut self, success: bool) {
        // Both stop together, so that successes never exceed requests.
        if let Some(requests) = self.requests.checked_add(1) {
            self.requests = requests;
            self.successes += u32::from(success);
        }
    }

    pub(super) fn requests(self) -> u64 {
        u64::from(self.requests)
    }

    pub(super) fn failures(self) -> u64 {
        u64::from(self.requests - self.successes)
    }

    /// Requests and successes, for a snapshot.
    pub(super) const fn learned(self) -> (u32, u32) {
        (self.requests, self.successes)
    }

    pub(super) fn recalled((requests, successes): (u32, u32)) -> Self {
        Self { requests, successes: successes.min(requests) }
    }

    fn has(self, min_requests: u32) -> bool {
        self.requests >= min_requests.max(1)
    }

    /// Successes per million requests, rounded down.
    fn rate(self) -> u64 {
        (u64::from(self.successes) * 1_000_000).checked_div(u64::from(self.requests)).unwrap_or(0)
    }
}

/// The success rates of one interval: their number, sum, and the sum of squared distances, n² times too large.
#[derive(Debug)]
pub(super) struct Spread {
    rule: SuccessRate,
    n: u64,
    sum: u64,
    squares: u128,
}

impl Spread {
    /// `None` when too few endpoints are comparable.
    pub(super) fn of<I: Iterator<Item = Tally>>(rule: SuccessRate, tallies: impl Fn() -> I) -> Option<Self> {
        let rates = || tallies().filter(|tally| tally.has(rule.min_requests)).map(Tally::rate);
        let (n, sum) = rates().fold((0_u64, 0_u64), |(n, sum), rate| (n + 1, sum + rate));
        if n == 0 || n < u64::from(rule.min_endpoints) {
            return None;
        }
        let squares = rates().map(|rate| u128::from(sum.abs_diff(n * rate)).pow(2)).sum();
        Some(Self { rule, n, sum, squares })
    }

    /// Whether a rate lies below `mean − factor · σ` and at least the gap below the mean.
    ///
    /// With `d = n · (mean − rate)` and `V = Σ d² = n³ σ²` that is `d² · n · 10⁶ > factor_permille² · V`.
    pub(super) fn is_outlier(&self, tally: Tally) -> bool {
        let below = self.sum.saturating_sub(self.n * tally.rate());
        let factor = u128::from(self.rule.factor_permille);
        let distance = u128::from(below).pow(2).saturating_mul(u128::from(self.n) * 1_000_000);
        tally.has(self.rule.min_requests)
            && below > 0
            && below >= self.n * u64::from(self.rule.min_gap_ppm)
            && distance > (factor * factor).saturating_mul(self.squares)
    }
}
