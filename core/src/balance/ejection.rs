//! Soft outlier ejection: endpoints that fail are made expensive for a while.
//!
//! *Ejected* means that the unhealthy factor applies, nothing else: the endpoint can still be chosen when all
//! others are far busier, and that traffic is its probe. Consecutive failures eject at once; a sweep per interval
//! compares success rates (and, if configured, failure percentages) and brings endpoints back. Results come as
//! success or failure; cancellations, pauses of this client and refusals by a shedding server are not told here,
//! since moving a shedding server's load to the others is how overload spreads.
//!
//! Sources: Envoy's outlier detection and gRPC proposal A50. Departures: a sweep's success-rate test runs in
//! integers, `d_i² · n · 10⁶ > factor² · Σ d²` instead of "below mean − factor · σ"; a least gap to the mean is asked
//! for, because one of five endpoints always lies exactly 2 σ below the rest, however small the difference; the cap
//! counts the endpoint about to be ejected, so the share is never exceeded but for one guaranteed endpoint.
//!
//! State: per endpoint two counters, consecutive failures, a multiplier and the time of ejection, 40 bytes; per
//! client the next sweep. Sweeps are lazy and never ask for a wake-up: the first event at or after a sweep's time
//! runs it, and missed sweeps without results are settled in O(1) per endpoint. It never looks at latency, which
//! would eject the other zones, and never takes an endpoint out of the candidates.

pub use super::outlier::{FailurePercentage, SuccessRate};
use super::outlier::{Spread, Tally};
use super::permutation::POSITIONS;
use crate::time::{Duration, Instant};
use alloc::vec::Vec;
use core::mem;

/// Holds `ejection.*`; the defaults are Envoy's but for the gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EjectionSettings {
    /// Whether anything is ever ejected. Default true.
    pub enabled: bool,
    /// Failures in a row that eject at once, 0 (off) to 1000. Default 5.
    pub consecutive: u32,
    /// Time between sweeps, 100 ms to 600 s. Default 10 s.
    pub interval: Duration,
    /// Length of a first ejection, 1 ms to 1 h; the next ones last a multiple of it. Default 30 s.
    pub base: Duration,
    /// Longest ejection, 1 ms to 1 h; a longer base wins. Default 300 s.
    pub max: Duration,
    /// Largest share of endpoints ejected at a time, 0 (none) to 100; above 0, one is always allowed. Default 10.
    pub max_percent: u8,
    /// The success-rate test of a sweep, `None` for off. On by default.
    pub success_rate: Option<SuccessRate>,
    /// The failure-percentage test of a sweep. Off (`None`) by default.
    pub failure_percentage: Option<FailurePercentage>,
    /// Whether a refusal by an overloaded server counts as a failure. Default false.
    pub count_overload: bool,
}

impl Default for EjectionSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            consecutive: 5,
            interval: Duration::from_secs(10),
            base: Duration::from_secs(30),
            max: Duration::from_secs(300),
            max_percent: 10,
            success_rate: Some(SuccessRate::default()),
            failure_percentage: None,
            count_overload: false,
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Record {
    tally: Tally,
    consecutive: u32,
    multiplier: u32,
    ejected_at: Option<Instant>,
}

/// Keeps the ejection state of all endpoints of a client, by position.
///
/// ```
/// use hedgerow::balance::ejection::{Ejection, EjectionSettings};
/// use hedgerow::{Duration, Instant};
/// let start = Instant::ZERO;
/// let mut ejection = Ejection::new(EjectionSettings::default(), start);
/// ejection.add(0);
/// let failed: Vec<bool> = (0..5).map(|_| ejection.on_result(0, false, start)).collect();
/// assert_eq!(failed, [false, false, false, false, true]);
/// assert_eq!(ejection.sweep(start + Duration::from_secs(30)), 0);
/// assert!(!ejection.is_ejected(0)); // 30 s later it is back
/// ```
#[derive(Clone, Debug)]
pub struct Ejection {
    settings: EjectionSettings,
    records: Vec<Option<Record>>,
    endpoints: u32,
    ejected: u32,
    /// Ejections that the cap forbade.
    denied: u64,
    next_sweep: Instant,
}

/// What a snapshot keeps of an endpoint.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LearnedRecord {
    /// Requests and successes of this interval.
    pub(crate) tally: (u32, u32),
    pub(crate) consecutive: u32,
    pub(crate) multiplier: u32,
    pub(crate) ejected_at: Option<Instant>,
}

impl Ejection {
    /// Starts without endpoints; sweeps fall due at multiples of the interval after `now`.
    pub fn new(settings: EjectionSettings, now: Instant) -> Self {
        let next_sweep = now + settings.interval;
        Self { settings, records: Vec::new(), endpoints: 0, ejected: 0, denied: 0, next_sweep }
    }

    /// Adds an endpoint, fresh. A position that is present or not below 2²⁴ is ignored.
    pub fn add(&mut self, position: u32) {
        if position >= POSITIONS || self.record(position).is_some() {
            return;
        }
        let index = position as usize;
        if self.records.len() <= index {
            self.records.resize(index + 1, None);
        }
        if let Some(slot) = self.records.get_mut(index) {
            *slot = Some(Record::default());
            self.endpoints += 1;
        }
    }

    /// Removes an endpoint with its state.
    pub fn remove(&mut self, position: u32) {
        let slot = self.records.get_mut(position as usize);
        if let Some(record) = slot.and_then(Option::take) {
            self.endpoints -= 1;
            self.ejected -= u32::from(record.ejected_at.is_some());
        }
    }

    /// Runs the sweeps that fell due up to `now`; answers how many endpoints they ejected.
    ///
    /// To be called before anything else at each event; O(1) when none is due, else O(endpoints).
    #[inline]
    pub fn sweep(&mut self, now: Instant) -> u32 {
        if now < self.next_sweep || !self.settings.enabled { 0 } else { self.sweep_due(now) }
    }

    fn sweep_due(&mut self, now: Instant) -> u32 {
        let at = self.next_sweep;
        self.bring_back(at, 1);
        let kept = self.ejected;
        self.eject_outliers(at);
        let newly = self.ejected - kept;
        let interval = self.settings.interval.as_micros().max(1);
        let missed = now.since(at).as_micros() / interval;
        if missed > 0 {
            self.bring_back(at + Duration::from_micros(interval), missed);
        }
        self.next_sweep = at + self.settings.interval.saturating_mul(missed.saturating_add(1));
        newly
    }

    /// Takes a result that tells of the server; answers whether it ejected the endpoint.
    ///
    /// Success: an answer, or a definite refusal of the request itself. Failure: a transient error, a timeout that
    /// the server caused, a request that could not be sent.
    pub fn on_result(&mut self, position: u32, success: bool, now: Instant) -> bool {
        self.sweep(now);
        let Some(record) = self.settings.enabled.then(|| self.record_mut(position)).flatten() else {
            return false;
        };
        record.tally.count(success);
        if success {
            record.consecutive = 0;
            return false;
        }
        record.consecutive = record.consecutive.saturating_add(1);
        let failures = record.consecutive;
        if self.settings.consecutive == 0 || failures < self.settings.consecutive {
            return false;
        }
        if let Some(record) = self.record_mut(position) {
            record.consecutive = 0;
        }
        self.eject(position, now)
    }

    /// Takes a refusal by an overloaded server: nothing at all, or a failure when so configured.
    pub fn on_overload(&mut self, position: u32, now: Instant) -> bool {
        self.settings.count_overload && self.on_result(position, false, now)
    }

    /// Whether the endpoint is ejected, as of the last sweep or result.
    pub fn is_ejected(&self, position: u32) -> bool {
        self.ejected > 0 && self.record(position).is_some_and(|record| record.ejected_at.is_some())
    }

    /// How many endpoints are ejected.
    pub const fn ejected(&self) -> u32 {
        self.ejected
    }

    /// How often the cap forbade an ejection.
    pub(crate) const fn denied(&self) -> u64 {
        self.denied
    }

    /// The multiplier: raised by each ejection, whose length in bases it is, lowered by each healthy interval.
    pub fn multiplier(&self, position: u32) -> u32 {
        self.record(position).map_or(0, |record| record.multiplier)
    }

    /// When the next sweep falls due; nobody needs to be woken for it.
    pub const fn next_sweep(&self) -> Instant {
        self.next_sweep
    }

    /// What a snapshot keeps of an endpoint.
    pub(crate) fn learned(&self, position: u32) -> LearnedRecord {
        let record = self.record(position).copied().unwrap_or_default();
        let Record { tally, consecutive, multiplier, ejected_at } = record;
        LearnedRecord { tally: tally.learned(), consecutive, multiplier, ejected_at }
    }

    /// Goes on with an endpoint that was just added from what a snapshot kept of it.
    pub(crate) fn recall(&mut self, position: u32, learned: &LearnedRecord) {
        let Some(record) = self.record_mut(position).filter(|record| record.ejected_at.is_none()) else {
            return;
        };
        let LearnedRecord { tally, consecutive, multiplier, ejected_at } = *learned;
        *record = Record { tally: Tally::recalled(tally), consecutive, multiplier, ejected_at };
        self.ejected += u32::from(ejected_at.is_some());
    }

    /// Goes on with the sweeps of a snapshot.
    pub(crate) fn recall_sweep(&mut self, next: Instant) {
        self.next_sweep = next;
    }

    fn record(&self, position: u32) -> Option<&Record> {
        self.records.get(position as usize)?.as_ref()
    }

    fn record_mut(&mut self, position: u32) -> Option<&mut Record> {
        self.records.get_mut(position as usize)?.as_mut()
    }

    /// Returns of `sweeps` sweeps from `first` on, and the multipliers of those in good standing.
    fn bring_back(&mut self, first: Instant, sweeps: u64) {
        let settings = &self.settings;
        let interval = settings.interval.as_micros().max(1);
        for record in self.records.iter_mut().flatten() {
            let mut healthy = sweeps;
            if let Some(ejected_at) = record.ejected_at {
                let back = ejected_at + settings.length(record.multiplier);
                let waits = back.since(first).as_micros().div_ceil(interval);
                if waits >= sweeps {
                    continue;
                }
                record.ejected_at = None;
                self.ejected -= 1;
                healthy = sweeps - waits - 1;
            }
            let lowered = u32::try_from(healthy).unwrap_or(u32::MAX);
            record.multiplier = record.multiplier.saturating_sub(lowered);
        }
    }

    /// Ejects the outliers by position while the cap allows, and clears the counters of the interval.
    fn eject_outliers(&mut self, at: Instant) {
        let tallies = || self.records.iter().flatten().map(|record| record.tally);
        let spread = self.settings.success_rate.and_then(|rule| Spread::of(rule, tallies));
        let share = self.settings.failure_percentage.filter(|rule| rule.is_valid(tallies()));
        for position in 0..self.records.len() as u32 {
            let Some(record) = self.record_mut(position) else { continue };
            let tally = mem::take(&mut record.tally);
            let too_low = spread.as_ref().is_some_and(|spread| spread.is_outlier(tally));
            if too_low || share.is_some_and(|rule| rule.is_outlier(tally)) {
                self.eject(position, at);
            }
        }
    }

    /// Ejects one endpoint unless it is ejected or the cap forbids.
    fn eject(&mut self, position: u32, at: Instant) -> bool {
        let allowed = self.ejected < self.settings.cap(self.endpoints);
        let Some(record) = self.record_mut(position).filter(|record| record.ejected_at.is_none()) else {
            return false;
        };
        if !allowed {
            self.denied = self.denied.saturating_add(1);
            return false;
        }
        record.multiplier = record.multiplier.saturating_add(1);
        record.ejected_at = Some(at);
        self.ejected += 1;
        true
    }
}

impl EjectionSettings {
    /// How long an ejection with this multiplier lasts, before it is rounded up to a sweep.
    fn length(&self, multiplier: u32) -> Duration {
        self.base.saturating_mul(u64::from(multiplier)).min(self.base.max(self.max))
    }

    /// How many of so many endpoints may be ejected at a time.
    fn cap(&self, endpoints: u32) -> u32 {
        match self.max_percent {
            0 => 0,
            percent => ((u64::from(endpoints) * u64::from(percent) / 100) as u32).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two endpoints at 100 and 50 %: the mean is 75 %, σ and the distance of the second are 25 points.
    fn ejected_at(factor_permille: u32, min_gap_ppm: u32) -> u32 {
        let rule = SuccessRate { min_endpoints: 2, min_requests: 4, factor_permille, min_gap_ppm };
        let settings = EjectionSettings { success_rate: Some(rule), ..EjectionSettings::default() };
        let mut ejection = Ejection::new(settings, Instant::ZERO);
        for position in [0, 1] {
            ejection.add(position);
            for request in 0..4 {
                ejection.on_result(position, position == 0 || request % 2 == 0, Instant::ZERO);
            }
        }
        ejection.sweep(Instant::ZERO + settings.interval)
    }

    #[test]
    fn an_outlier_lies_strictly_beyond_the_factor_and_at_least_the_gap_away() {
        assert_eq!(ejected_at(1000, 0), 0);
        assert_eq!(ejected_at(999, 0), 1);
        assert_eq!(ejected_at(999, 250_000), 1);
        assert_eq!(ejected_at(999, 250_001), 0);
    }

    #[test]
    fn the_state_of_an_endpoint_is_at_most_forty_bytes() {
        assert!(size_of::<Option<Record>>() <= 40);
    }
}
