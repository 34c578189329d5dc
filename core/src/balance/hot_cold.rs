//! The hot and cold rule over a pool of recent load reports.
//!
//! Source: *Load is not what you should balance* (Prequal; Wydrowski et al., NSDI '24). Servers report requests in
//! flight and latency with their answers. An endpoint is *hot* when its requests in flight lie above a quantile of
//! the pool; among cold ones the lowest latency wins, and if all are hot, the fewest requests in flight. A report
//! wears out: it leaves after an age, after so many uses, and one leaves after each decision, alternately the oldest
//! and the worst, so that the pool does not fill with what nobody wants.
//!
//! Ours: the quantile is read by rank (the ⌈Q·m⌉-th smallest of m), quantile 0 makes all hot, ties go to the older
//! report, and reports of endpoints that may not be chosen are left aside. State: at most 16 reports. It draws nothing;
//! with fewer than two reports it answers that the caller should pick at random. The policy `hot_cold` reads it.

use crate::time::{Duration, Instant};
use alloc::vec::Vec;

/// Largest number of reports in a pool.
pub const POOL_MAX: usize = 16;
/// Age from which on a report is not used any more.
const AGE_MAX: Duration = Duration::from_secs(1);
const PPM: u64 = 1_000_000;

/// Tells what an endpoint said of itself with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadReport {
    /// The endpoint, by its position in the caller's table.
    pub position: u32,
    /// Requests in flight there, of all clients.
    pub in_flight: u32,
    /// Latency there at about that load.
    pub latency: Duration,
    /// When the report came.
    pub at: Instant,
}

#[derive(Clone, Debug)]
struct Entry {
    report: LoadReport,
    uses_left: u32,
    /// Whether the decision at hand may choose its endpoint.
    eligible: bool,
}

/// Keeps recent reports and chooses by them.
///
/// ```
/// use hedgerow::balance::{LoadReport, ReportPool};
/// use hedgerow::{Duration, Instant};
/// let mut pool = ReportPool::new(600_000, 1);
/// for (position, in_flight, millis) in [(1, 2, 9), (2, 7, 1), (3, 4, 3)] {
///     let latency = Duration::from_millis(millis);
///     pool.on_report(LoadReport { position, in_flight, latency, at: Instant::ZERO });
/// }
/// assert_eq!(pool.choose(Instant::ZERO), Some(3)); // 2 is faster, but hot
/// ```
#[derive(Clone, Debug)]
pub struct ReportPool {
    /// Oldest first.
    entries: Vec<Entry>,
    quantile_ppm: u32,
    uses: u32,
    worst_leaves: bool,
}

impl ReportPool {
    /// Starts empty. `quantile_ppm` is 0 to 1 000 000 (Prequal: 840 896, which is 2^−0.25); each report may be used
    /// `uses` times, at least once; see [`uses_ppm`].
    pub fn new(quantile_ppm: u32, uses: u32) -> Self {
        Self { entries: Vec::with_capacity(POOL_MAX), quantile_ppm, uses: uses.max(1), worst_leaves: false }
    }

    /// Takes a report; the oldest leaves a full pool.
    pub fn on_report(&mut self, report: LoadReport) {
        if self.entries.len() >= POOL_MAX {
            self.entries.remove(0);
        }
        self.entries.push(Entry { report, uses_left: self.uses, eligible: true });
    }

    /// Counts a request of our own at the reports of its endpoint, which cannot know of it yet.
    pub fn on_sent(&mut self, position: u32) {
        for entry in self.entries.iter_mut().filter(|entry| entry.report.position == position) {
            entry.report.in_flight = entry.report.in_flight.saturating_add(1);
        }
    }

    /// Forgets what a removed endpoint reported.
    pub fn remove(&mut self, position: u32) {
        self.entries.retain(|entry| entry.report.position != position);
    }

    /// Chooses an endpoint; `None` when fewer than two reports are young enough. O(pool²), the pool being 16.
    pub fn choose(&mut self, now: Instant) -> Option<u32> {
        self.choose_among(|_| true, now)
    }

    /// Chooses as [`Self::choose`] does among the endpoints that may be chosen now; the others count as unreported.
    pub(super) fn choose_among(&mut self, eligible: impl Fn(u32) -> bool, now: Instant) -> Option<u32> {
        for entry in &mut self.entries {
            entry.eligible = eligible(entry.report.position);
        }
        self.decide(now)
    }

    fn decide(&mut self, now: Instant) -> Option<u32> {
        self.entries.retain(|entry| now.since(entry.report.at) <= AGE_MAX);
        if self.eligible().count() < 2 {
            return None;
        }
        let threshold = self.threshold();
        let best = self.index_of_least(|entry| (!entry.eligible, rank(&entry.report, threshold)))?;
        let entry = self.entries.get_mut(best)?;
        let chosen = entry.report.position;
        entry.uses_left -= 1;
        if entry.uses_left == 0 {
            self.entries.remove(best);
        }
        self.retire_one();
        Some(chosen)
    }

    /// How many reports are kept, aged ones included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was reported.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Requests in flight above which a report is hot; `None` makes all hot.
    fn threshold(&self) -> Option<u32> {
        let rank = (u64::from(self.quantile_ppm) * self.eligible().count() as u64).div_ceil(PPM);
        let below = |limit: u32| self.eligible().filter(|report| report.in_flight <= limit).count();
        let reached = |report: &&LoadReport| below(report.in_flight) as u64 >= rank;
        let least = self.eligible().filter(reached).map(|report| report.in_flight).min();
        least.filter(|_| rank > 0)
    }

    fn eligible(&self) -> impl Iterator<Item = &LoadReport> {
        self.entries.iter().filter(|entry| entry.eligible).map(|entry| &entry.report)
    }

    fn index_of_least<K: Ord>(&self, key: impl Fn(&Entry) -> K) -> Option<usize> {
        self.entries.iter().enumerate().min_by_key(|(_, entry)| key(entry)).map(|(index, _)| index)
    }

    /// Lets the oldest or the worst report go, in turn.
    fn retire_one(&mut self) {
        let threshold = self.threshold();
        let worst = self.index_of_least(|entry| core::cmp::Reverse(rank(&entry.report, threshold)));
        let leaving = if self.worst_leaves { worst } else { Some(0) };
        self.worst_leaves = !self.worst_leaves;
        if let Some(index) = leaving.filter(|&index| index < self.entries.len()) {
            self.entries.remove(index);
        }
    }
}

/// Cold before hot; the cold by latency, the hot by requests in flight.
fn rank(report: &LoadReport, threshold: Option<u32>) -> (bool, u64) {
    match threshold {
        Some(threshold) if report.in_flight <= threshold => (false, report.latency.as_micros()),
        _ => (true, u64::from(report.in_flight)),
    }
}

/// Answers how often a report should be used, in ppm: `max(1, 2 / ((1 − pool / endpoints) · probes − removals))`.
///
/// `probes_ppm` and `removals_ppm` are reports gained and dropped per request. `None` is a configuration error: the
/// pool would run dry, since no more reports come in than leave.
pub fn uses_ppm(pool: u32, endpoints: u32, probes_ppm: u32, removals_ppm: u32) -> Option<u64> {
    let fresh = u64::from(endpoints.saturating_sub(pool)) * u64::from(probes_ppm);
    let gain = fresh.checked_sub(u64::from(endpoints) * u64::from(removals_ppm)).filter(|&gain| gain > 0)?;
    let uses = 2 * u128::from(endpoints) * u128::from(PPM) * u128::from(PPM) / u128::from(gain);
    Some(u64::try_from(uses).unwrap_or(u64::MAX).max(PPM))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(uses: u32, reports: &[(u32, u32, u64)]) -> ReportPool {
        let mut pool = ReportPool::new(840_896, uses);
        for &(position, in_flight, latency) in reports {
            let latency = Duration::from_micros(latency);
            pool.on_report(LoadReport { position, in_flight, latency, at: Instant::ZERO });
        }
        pool
    }

    #[test]
    fn one_entry_leaves_after_each_decision_alternately_oldest_and_worst() {
        let mut pool = pool(10, &[(1, 1, 50), (2, 1, 90), (3, 1, 10), (4, 1, 20), (5, 1, 30)]);
        let left =
            |pool: &ReportPool| pool.entries.iter().map(|entry| entry.report.position).collect::<Vec<_>>();
        assert_eq!(pool.choose(Instant::ZERO), Some(3));
        assert_eq!(left(&pool), [2, 3, 4, 5]);
        assert_eq!(pool.choose(Instant::ZERO), Some(3));
        assert_eq!(left(&pool), [3, 4, 5]);
    }

    #[test]
    fn aged_and_used_reports_leave_and_below_two_the_pool_is_silent() {
        let late = Instant::from_micros(1_000_001);
        assert_eq!(pool(1, &[(1, 1, 1), (2, 1, 2)]).choose(late), None);
        assert_eq!(pool(1, &[(1, 1, 1), (2, 1, 2)]).choose(Instant::from_micros(1_000_000)), Some(1));
        let mut used = pool(1, &[(1, 1, 9), (2, 1, 2), (3, 1, 5), (4, 1, 7)]);
        assert_eq!(used.choose(Instant::ZERO), Some(2));
        assert_eq!((used.choose(Instant::ZERO), used.len()), (Some(3), 0));
    }

    #[test]
    fn own_requests_heat_a_report_and_removal_forgets_it() {
        let mut pool =
            pool(9, &[(1, 0, 1), (2, 1, 2), (3, 1, 3), (4, 1, 3), (5, 1, 3), (6, 1, 3), (7, 1, 3)]);
        pool.on_sent(1);
        pool.on_sent(1);
        pool.remove(7);
        assert_eq!((pool.len(), pool.is_empty()), (6, false));
        // Rank ⌈0.84 · 6⌉ = 6: two in flight is not above the largest.
        assert_eq!(pool.choose(Instant::ZERO), Some(1));
    }

    #[test]
    fn what_may_not_be_chosen_counts_as_unreported() {
        let choose = |from: &[u32]| {
            let mut pool = pool(9, &[(1, 1, 10), (2, 2, 20), (3, 9, 5), (4, 3, 40)]);
            pool.quantile_ppm = 500_000;
            pool.choose_among(|position| from.contains(&position), Instant::ZERO)
        };
        // The second smallest of the requests in flight is 2, then 3; of two it is the smaller.
        assert_eq!((choose(&[1, 2, 3, 4]), choose(&[2, 3, 4]), choose(&[3, 4])), (Some(1), Some(2), Some(4)));
        assert_eq!((choose(&[3]), choose(&[])), (None, None));
    }

    #[test]
    fn a_full_pool_drops_its_oldest() {
        let reports: Vec<_> = (0..20).map(|position| (position, 1, 100 + u64::from(position))).collect();
        let mut pool = pool(1, &reports);
        assert_eq!(pool.len(), POOL_MAX);
        assert_eq!(pool.choose(Instant::ZERO), Some(4));
    }
}
