//! φ accrual failure detector, for endpoints that send heartbeats.
//!
//! A host that keeps a stream of signs of life per endpoint asks how surprising the present silence is. φ is the
//! negative decimal logarithm of the probability that a heartbeat still comes; with intervals taken as exponential,
//! `φ = silence / (mean · ln 10)`, which needs no logarithm: `silence · 65 536 · 1000 ≥ threshold · mean · 150 902`,
//! where 150 902 is ln 10 in units of 2⁻¹⁶ and the threshold stands in thousandths.
//!
//! Sources: Hayashibara et al., *The φ Accrual Failure Detector* (2004); Apache Cassandra's failure detector for the
//! exponential form and the rule of its local pause. The form with a normal distribution is left out: it explodes when
//! the deviation is tiny. State: per endpoint a ring of its last 64 intervals, 4 bytes each, their sum, and the time
//! of the last heartbeat. It never guesses while the client itself may have been the one that stopped: an interval in
//! which a pause was seen is not recorded, and after a gap of more than 5 s between two questions nobody is suspected
//! for another 5 s. Ours: such a gap counts as a pause that was seen; the adding of an endpoint counts as its first
//! heartbeat. The client machine does not read it: calls have health and ejection.

use super::permutation::POSITIONS;
use crate::time::{Duration, Instant};
use alloc::vec::Vec;
use core::fmt;

/// Intervals that a mean is taken over.
const INTERVALS: usize = 64;
/// ln 10 in units of 2⁻¹⁶.
const LN_10: u128 = 150_902;
/// A gap between two questions above this is a pause of the client, and how long nobody is suspected then.
const LOCAL_PAUSE: Duration = Duration::from_secs(5);
const THRESHOLDS: (u32, u32) = (500, 50_000);
const MEANS: (Duration, Duration) = (Duration::from_millis(1), Duration::from_secs(600));

/// Holds what the detector goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhiSettings {
    /// φ from which (≥) an endpoint is suspected, in thousandths, 500 to 50 000. Default 8000.
    pub threshold_milli: u32,
    /// Mean interval before the first one was seen, 1 ms to 10 min. Default 1 s.
    pub initial_mean: Duration,
}

impl Default for PhiSettings {
    fn default() -> Self {
        Self { threshold_milli: 8000, initial_mean: Duration::from_secs(1) }
    }
}

/// Tells why a detector was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhiError {
    /// The threshold is below 500 or above 50 000 thousandths.
    Threshold(u32),
    /// The initial mean is below 1 ms or above 10 min.
    InitialMean(Duration),
}

impl fmt::Display for PhiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Threshold(value) => {
                write!(f, "threshold_milli: {value}, want {}..={}", THRESHOLDS.0, THRESHOLDS.1)
            }
            Self::InitialMean(value) => {
                let (least, most) = (MEANS.0.as_micros(), MEANS.1.as_micros());
                write!(f, "initial_mean_us: {}, want {least}..={most}", value.as_micros())
            }
        }
    }
}

impl core::error::Error for PhiError {}

/// The intervals of one endpoint.
#[derive(Clone, Debug)]
struct Pulse {
    last: Instant,
    sum: u64,
    /// Intervals seen, of which the ring holds the last.
    seen: u64,
    ring: [u32; INTERVALS],
}

/// Suspects endpoints, named by positions of the owner's own, whose heartbeats fail to come.
///
/// ```
/// use hedgerow::{Duration, Instant, PhiDetector, PhiSettings};
/// let mut detector = PhiDetector::new(PhiSettings::default())?;
/// let at = |millis: u64| Instant::from_micros(millis * 1000);
/// detector.add(0, at(0));
/// for beat in 1..=10 {
///     detector.heartbeat(0, at(beat * 100)); // every 100 ms
/// }
/// assert!(!detector.suspect(0, at(2842))); // a silence of 1.842 s
/// assert!(detector.suspect(0, at(2843))); // φ 8 = 100 ms · 8 · ln 10
/// # Ok::<(), hedgerow::PhiError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PhiDetector {
    settings: PhiSettings,
    pulses: Vec<Option<Pulse>>,
    /// When a pause of this client was last seen.
    paused: Option<Instant>,
    asked: Option<Instant>,
    calm_until: Instant,
}

impl PhiDetector {
    /// Starts without endpoints, or refuses a setting out of range.
    pub fn new(settings: PhiSettings) -> Result<Self, PhiError> {
        if !(THRESHOLDS.0..=THRESHOLDS.1).contains(&settings.threshold_milli) {
            return Err(PhiError::Threshold(settings.threshold_milli));
        }
        if settings.initial_mean < MEANS.0 || settings.initial_mean > MEANS.1 {
            return Err(PhiError::InitialMean(settings.initial_mean));
        }
        Ok(Self { settings, pulses: Vec::new(), paused: None, asked: None, calm_until: Instant::ZERO })
    }

    /// Adds an endpoint as if it had just been heard. A position that is present or not below 2²⁴ is ignored.
    pub fn add(&mut self, position: u32, now: Instant) {
        if position >= POSITIONS {
            return;
        }
        let index = position as usize;
        if self.pulses.len() <= index {
            self.pulses.resize(index + 1, None);
        }
        if let Some(slot @ None) = self.pulses.get_mut(index) {
            *slot = Some(Pulse { last: now, sum: 0, seen: 0, ring: [0; INTERVALS] });
        }
    }

    /// Removes an endpoint with what was learned of it.
    pub fn remove(&mut self, position: u32) {
        if let Some(slot) = self.pulses.get_mut(position as usize) {
            *slot = None;
        }
    }

    /// Takes a heartbeat; false when the position is unknown. O(1).
    pub fn heartbeat(&mut self, position: u32, now: Instant) -> bool {
        let paused = self.paused;
        let Some(Some(pulse)) = self.pulses.get_mut(position as usize) else { return false };
        if paused.is_none_or(|at| at < pulse.last) {
            pulse.record(now.since(pulse.last));
        }
        pulse.last = pulse.last.max(now);
        true
    }

    /// Says that this client was seen to have paused: intervals that are running now are not recorded.
    pub fn on_pause(&mut self, now: Instant) {
        self.paused = Some(now);
    }

    /// Whether an endpoint has been silent for too long; an unknown one has not. O(1).
    pub fn suspect(&mut self, position: u32, now: Instant) -> bool {
        if self.asked.is_some_and(|asked| now.since(asked) > LOCAL_PAUSE) {
            self.calm_until = now + LOCAL_PAUSE;
            self.on_pause(now);
        }
        self.asked = self.asked.max(Some(now));
        let mean = self.mean(position);
        let Some(Some(pulse)) = self.pulses.get(position as usize) else { return false };
        let silence = u128::from(now.since(pulse.last).as_micros());
        let mean = u128::from(mean.as_micros().max(1));
        now >= self.calm_until
            && silence * 65_536 * 1000 >= u128::from(self.settings.threshold_milli) * mean * LN_10
    }

    /// The mean of the recorded intervals, rounded down; the initial one before the first.
    pub fn mean(&self, position: u32) -> Duration {
        let pulse = self.pulses.get(position as usize).and_then(Option::as_ref);
        let mean = pulse.and_then(|pulse| pulse.sum.checked_div(pulse.seen.min(INTERVALS as u64)));
        mean.map_or(self.settings.initial_mean, Duration::from_micros)
    }
}

impl Pulse {
    fn record(&mut self, interval: Duration) {
        let interval = u32::try_from(interval.as_micros()).unwrap_or(u32::MAX);
        if let Some(slot) = self.ring.get_mut((self.seen % INTERVALS as u64) as usize) {
            self.sum = self.sum - u64::from(*slot) + u64::from(interval);
            *slot = interval;
            self.seen = self.seen.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1000)
    }

    fn detector() -> PhiDetector {
        let mut detector = PhiDetector::new(PhiSettings::default()).unwrap();
        detector.add(0, at(0));
        detector
    }

    #[test]
    fn the_mean_is_that_of_the_last_64_intervals() {
        let mut detector = detector();
        assert_eq!(detector.mean(0), Duration::from_secs(1));
        let mut now = 0;
        for beat in 0..100 {
            now += if beat < 36 { 5000 } else { 10 };
            assert!(detector.heartbeat(0, at(now)));
        }
        assert_eq!(detector.mean(0), Duration::from_millis(10));
        detector.heartbeat(0, at(now + 330));
        assert_eq!(detector.mean(0), Duration::from_millis(15));
    }

    #[test]
    fn an_interval_with_a_pause_in_it_is_not_recorded() {
        let mut detector = detector();
        detector.heartbeat(0, at(100));
        detector.on_pause(at(100));
        detector.heartbeat(0, at(9000));
        assert_eq!(detector.mean(0), Duration::from_millis(100));
        detector.heartbeat(0, at(9300));
        assert_eq!(detector.mean(0), Duration::from_millis(200));
    }

    #[test]
    fn after_a_gap_between_questions_nobody_is_suspected_for_five_seconds() {
        let mut detector = detector();
        detector.heartbeat(0, at(100));
        assert!(detector.suspect(0, at(5000)));
        assert!(detector.suspect(0, at(10_000)), "a gap of exactly 5 s is none");
        assert!(!detector.suspect(0, at(15_001)));
        assert!(!detector.suspect(0, at(20_000)));
        assert!(detector.suspect(0, at(20_001)));
        assert!(detector.heartbeat(0, at(20_002)));
        assert_eq!(detector.mean(0), Duration::from_millis(100), "the gap is in that interval");
    }

    #[test]
    fn intervals_of_nothing_count_as_a_microsecond() {
        let mut detector = detector();
        (0..64).for_each(|_| assert!(detector.heartbeat(0, at(0))));
        assert_eq!(detector.mean(0), Duration::ZERO);
        assert!(!detector.suspect(0, Instant::from_micros(18)));
        assert!(detector.suspect(0, Instant::from_micros(19)));
    }

    #[test]
    fn the_unknown_are_not_suspected_and_the_added_again_are_fresh() {
        let mut detector = detector();
        detector.heartbeat(0, at(10));
        detector.remove(0);
        assert!(!detector.suspect(0, at(4000)) && !detector.heartbeat(0, at(4000)));
        detector.add(u32::MAX, at(4000));
        assert!(!detector.heartbeat(u32::MAX, at(4000)));
        detector.add(0, at(4000));
        assert_eq!(detector.mean(0), Duration::from_secs(1));
        assert!(!detector.suspect(0, at(4001)));
    }

    #[test]
    fn extreme_silences_and_settings_are_answered() {
        let mut detector = detector();
        assert!(detector.suspect(0, Instant::MAX));
        detector.heartbeat(0, Instant::MAX);
        assert_eq!(detector.mean(0), Duration::from_micros(u64::from(u32::MAX)));
        let refused = |threshold_milli, initial_mean| {
            let made = PhiDetector::new(PhiSettings { threshold_milli, initial_mean });
            made.err().map(|error| std::format!("{error}"))
        };
        let mean = Duration::from_secs(1);
        assert_eq!(refused(499, mean).unwrap(), "threshold_milli: 499, want 500..=50000");
        assert_eq!(refused(50_001, mean).unwrap(), "threshold_milli: 50001, want 500..=50000");
        let none = refused(500, Duration::ZERO).unwrap();
        assert_eq!(none, "initial_mean_us: 0, want 1000..=600000000");
        assert_eq!(refused(50_000, Duration::from_secs(600)), None);
    }
}
