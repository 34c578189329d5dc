//! Pause-debt detector: says when a process spends most of its time not running.
//!
//! Every pause is charged to a debt in full, every stretch of running pays it back `weight` times over. A process
//! that is stalled for more than the share `weight / (weight + 1)` of its time runs up debt without end; one that
//! is stalled half of the time never trips. So it finds death spirals, not jitter. What follows is the owner's
//! affair: the client machine stops hedging, because its hedges would punish healthy servers for its own pauses.
//!
//! Source: Netflix-Skunkworks/jvmquake, with its threshold (30 s), weight (5), strict comparison and order (pay for
//! running first, then charge the pause). Generalised here: any reported interval counts, whether it comes from a
//! garbage collector's hook, a late wake-up or an event loop's lag. State: the debt, the time up to which all is
//! accounted for, the level. Because of the second, a pause seen by two sources counts once, and reports may overlap
//! or come out of order. Ours as well: the warning level, the rest while a browser tab is throttled, and
//! [`reset`](Stall::reset); the source ends the process instead. It never charges what it charged before.

use crate::time::{Duration, Instant};

/// Holds `stall.*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StallSettings {
    /// Whether pauses are accounted for. Default true.
    pub enabled: bool,
    /// Debt above which the detector trips, 100 ms to 1 h. Default 30 s.
    pub threshold: Duration,
    /// How many units of debt a unit of running pays, 1 to 100. Default 5.
    pub weight: u32,
    /// Debt above which it warns, 0 to the threshold. Default 10 s.
    pub warn: Duration,
    /// Lateness of a wake-up that is no pause, 0 to 10 s. Default 16 ms.
    pub slack: Duration,
}

impl Default for StallSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            threshold: Duration::from_secs(30),
            weight: 5,
            warn: Duration::from_secs(10),
            slack: Duration::from_millis(16),
        }
    }
}

/// Grades how much of its time the process did not run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum StallLevel {
    /// Nothing to say.
    #[default]
    Ok,
    /// The debt is above the warning level.
    Warn,
    /// The debt went above the threshold; stays until [`Stall::reset`].
    Trip,
}

/// Keeps account of pauses.
///
/// ```
/// use hedgerow::stall::{Stall, StallLevel, StallSettings};
/// use hedgerow::{Duration, Instant};
/// let mut stall = Stall::new(StallSettings::default(), Instant::ZERO);
/// let (run, pause) = (Duration::from_secs(1), Duration::from_secs(10));
/// let mut now = Instant::ZERO;
/// let levels: Vec<StallLevel> = (0..6)
///     .map(|_| {
///         let from = now + run;
///         now = from + pause;
///         stall.stall(from, now)
///     })
///     .collect();
/// assert_eq!((levels[0], levels[4], levels[5]), (StallLevel::Ok, StallLevel::Warn, StallLevel::Trip));
/// ```
#[derive(Clone, Debug)]
pub struct Stall {
    settings: StallSettings,
    debt: Duration,
    covered: Instant,
    level: StallLevel,
    throttled: bool,
}

impl Stall {
    /// Starts without debt; what lies before `now` is accounted for.
    pub fn new(settings: StallSettings, now: Instant) -> Self {
        Self { settings, debt: Duration::ZERO, covered: now, level: StallLevel::Ok, throttled: false }
    }

    /// Takes a pause `[from, to)`, from whatever source, and answers the level. O(1).
    ///
    /// What was accounted for before is not charged again; an interval that ends before it begins is ignored.
    pub fn stall(&mut self, from: Instant, to: Instant) -> StallLevel {
        let from = from.max(self.covered);
        if !self.settings.enabled || self.throttled || to <= from {
            return self.level;
        }
        let paid = from.since(self.covered).saturating_mul(u64::from(self.settings.weight));
        self.debt = self.debt - paid + to.since(from);
        self.covered = to;
        self.level = if self.level == StallLevel::Trip || self.debt > self.settings.threshold {
            StallLevel::Trip
        } else if self.debt > self.settings.warn {
            StallLevel::Warn
        } else {
            StallLevel::Ok
        };
        self.level
    }

    /// Takes a wake-up promised for `due` and observed at `now`: a pause if it is later than the slack.
    pub fn late_tick(&mut self, due: Instant, now: Instant) -> StallLevel {
        if now.since(due) > self.settings.slack { self.stall(due, now) } else { self.level }
    }

    /// Says that from now on the process is throttled, not stalled: nothing is charged until [`Self::resumed`].
    pub fn throttled(&mut self, _now: Instant) {
        self.throttled = true;
    }

    /// Ends the throttling; what lies before `now` is accounted for. Without a throttling it does nothing.
    pub fn resumed(&mut self, now: Instant) {
        if self.throttled {
            self.throttled = false;
            self.covered = self.covered.max(now);
        }
    }

    /// Forgives the debt and leaves the tripped level.
    pub fn reset(&mut self) {
        self.debt = Duration::ZERO;
        self.level = StallLevel::Ok;
    }

    /// The level of the last report.
    pub fn level(&self) -> StallLevel {
        self.level
    }

    /// The debt of the last report; running since then is not paid in yet.
    pub fn debt(&self) -> Duration {
        self.debt
    }

    /// What a snapshot keeps: the debt, the time up to which all is accounted for, the level.
    pub(crate) const fn learned(&self) -> (Duration, Instant, StallLevel) {
        (self.debt, self.covered, self.level)
    }

    /// Goes on from what a snapshot kept.
    pub(crate) fn recall(&mut self, debt: Duration, covered: Instant, level: StallLevel) {
        *self = Self { debt, covered, level, ..self.clone() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1000)
    }

    fn stall() -> Stall {
        Stall::new(StallSettings::default(), Instant::ZERO)
    }

    #[test]
    fn running_is_paid_for_before_the_pause_is_charged() {
        let mut stall = stall();
        stall.stall(at(1000), at(3000));
        stall.stall(at(3300), at(3400));
        assert_eq!(stall.debt(), Duration::from_millis(2000 - 5 * 300 + 100));
        stall.stall(at(9000), at(9001));
        assert_eq!(stall.debt(), Duration::from_millis(1));
    }

    #[test]
    fn both_levels_are_strict_and_the_trip_is_latched_until_reset() {
        let mut stall = stall();
        assert_eq!(stall.stall(at(0), at(10_000)), StallLevel::Ok);
        assert_eq!(stall.stall(at(10_000), at(10_001)), StallLevel::Warn);
        assert_eq!(stall.stall(at(10_001), at(30_000)), StallLevel::Warn);
        assert_eq!(stall.stall(at(30_000), at(30_001)), StallLevel::Trip);
        assert_eq!(stall.stall(at(100_000), at(100_001)), StallLevel::Trip);
        assert_eq!(stall.debt(), Duration::from_millis(1));
        stall.reset();
        assert_eq!((stall.level(), stall.debt()), (StallLevel::Ok, Duration::ZERO));
        assert_eq!(stall.stall(at(100_001), at(100_002)), StallLevel::Ok);
    }

    #[test]
    fn a_wake_up_within_the_slack_is_no_pause() {
        let mut stall = stall();
        stall.late_tick(at(100), at(116));
        assert_eq!(stall.debt(), Duration::ZERO);
        stall.late_tick(at(200), at(216) + Duration::from_micros(1));
        assert_eq!(stall.debt(), Duration::from_micros(16_001));
        stall.late_tick(at(300), at(250));
        assert_eq!(stall.debt(), Duration::from_micros(16_001));
    }

    #[test]
    fn nothing_is_charged_while_throttled_nor_for_that_time_afterwards() {
        let mut stall = stall();
        stall.stall(at(0), at(2000));
        stall.throttled(at(2000));
        stall.stall(at(3000), at(60_000));
        stall.resumed(at(60_000));
        stall.stall(at(4000), at(60_500));
        assert_eq!(stall.debt(), Duration::from_millis(2500));
        stall.resumed(at(70_000));
        stall.stall(at(60_500), at(61_000));
        assert_eq!(stall.debt(), Duration::from_millis(3000));
    }

    #[test]
    fn a_detector_that_is_off_stays_silent() {
        let settings = StallSettings { enabled: false, ..StallSettings::default() };
        let mut stall = Stall::new(settings, Instant::ZERO);
        assert_eq!(stall.stall(at(0), at(1_000_000)), StallLevel::Ok);
        assert_eq!(stall.debt(), Duration::ZERO);
    }

    #[test]
    fn extreme_intervals_saturate() {
        let mut stall = stall();
        assert_eq!(stall.stall(Instant::ZERO, Instant::MAX), StallLevel::Trip);
        assert_eq!(stall.stall(Instant::ZERO, Instant::MAX), StallLevel::Trip);
        assert_eq!(stall.debt(), Duration::MAX);
    }
}
