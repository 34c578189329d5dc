//! Circuit breaker of one endpoint: nothing goes there for a while after too many failures.
//!
//! *Closed*, it counts the results of a window in ten buckets; when a result makes them enough requests with enough
//! failures among them, it *opens*. Open, the endpoint is no candidate until the sleep is over. Then it is
//! *half-open*: one attempt may go there, the *probe*, and until that attempt ends all others see it as open. A probe
//! that succeeds closes it with a cleared window, one that fails opens it for another sleep, and one that tells
//! nothing (cancelled, refused for load, a pause of this client) leaves it half-open for the next.
//!
//! Source: the documented defaults of Hystrix (20 requests, 10 s, 50 %, 5 s). It is off unless asked for: it is modal
//! and lets unrelated keys share one fate, while soft health, hedges, limits and budgets cover its uses. State: ten
//! counts and a phase, 104 bytes an endpoint. It asks for no timer and draws nothing. Ours: the window is aligned to
//! multiples of its tenth, so it spans nine to ten of them; a result of an attempt sent before the opening changes
//! nothing afterwards, since it tells of the time before.

use super::outlier::Tally;
use crate::time::{Duration, Instant};

/// How many counts a window is kept in.
const BUCKETS: usize = 10;
const PPM: u64 = 1_000_000;

/// Holds `breaker.*`; the defaults are those of Hystrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerSettings {
    /// Time over which results are counted, 1 to 60 s; a tenth of it, rounded down, is a bucket. Default 10 s.
    pub window: Duration,
    /// Requests in the window below which it stays closed, 1 to 10 000. Default 20.
    pub min_requests: u32,
    /// Share of failures from which (≥) it opens, in ppm, 10 000 to 1 000 000. Default 500 000.
    pub failure_ppm: u32,
    /// Time from the opening to the probe, 100 ms to 600 s. Default 5 s.
    pub sleep: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            window: Duration::from_secs(10),
            min_requests: 20,
            failure_ppm: 500_000,
            sleep: Duration::from_secs(5),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Closed,
    /// Open until this time, half-open from then on.
    Open(Instant),
    /// The probe is out.
    Probing,
}

/// Keeps the results of one endpoint and says whether an attempt may go there.
///
/// ```
/// use hedgerow::{Breaker, BreakerSettings, Duration, Instant};
/// let settings = BreakerSettings { min_requests: 2, ..BreakerSettings::default() };
/// let mut breaker = Breaker::new();
/// let now = Instant::ZERO;
/// assert!(!breaker.on_result(&settings, true, now));
/// assert!(breaker.on_result(&settings, false, now)); // one of two has failed: open
/// let later = now + Duration::from_secs(5);
/// assert!(!breaker.allows(now) && breaker.allows(later));
/// assert!(breaker.on_sent(later)); // this attempt is the probe …
/// assert!(!breaker.allows(later)); // … and no other may go
/// breaker.on_probe(&settings, Some(true), later);
/// assert!(breaker.allows(later));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Breaker {
    phase: Phase,
    /// Number of the newest bucket since time 0; the ring holds it and the nine before.
    newest: u64,
    buckets: [Tally; BUCKETS],
}

/// What a snapshot keeps of a breaker.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LearnedBreaker {
    /// Until when it is open; `None` while it is closed. One that probes is half-open, for the probe is not kept.
    pub(crate) open_until: Option<Instant>,
    /// Number of the newest bucket on the grid of time.
    pub(crate) newest: u64,
    /// Requests and successes of each bucket, in their places.
    pub(crate) buckets: [(u32, u32); BUCKETS],
}

impl Breaker {
    /// Starts closed, without results.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether an attempt may go there: it is closed, or half-open with no probe out. O(1).
    pub fn allows(&self, now: Instant) -> bool {
        match self.phase {
            Phase::Closed => true,
            Phase::Open(until) => now >= until,
            Phase::Probing => false,
        }
    }

    /// Whether it is closed: neither open nor half-open.
    pub fn is_closed(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// Takes note of an attempt that is sent; answers whether it is the probe, whose end [`Self::on_probe`] wants.
    ///
    /// To be sent only where [`Self::allows`] says so.
    pub fn on_sent(&mut self, now: Instant) -> bool {
        let probe = matches!(self.phase, Phase::Open(until) if now >= until);
        if probe {
            self.phase = Phase::Probing;
        }
        probe
    }

    /// Takes the result of an attempt that is no probe; answers whether it opened. O(buckets).
    ///
    /// Success: an answer, or a definite refusal of the request itself. Failure: a transient error, a timeout that the
    /// server caused, a request that could not be sent. Not to be told: overload, cancellations, pauses of this client.
    pub fn on_result(&mut self, settings: &BreakerSettings, success: bool, now: Instant) -> bool {
        if !self.is_closed() {
            return false;
        }
        self.turn(settings, now);
        let newest = (self.newest % BUCKETS as u64) as usize;
        if let Some(bucket) = self.buckets.get_mut(newest) {
            bucket.count(success);
        }
        let opens = self.is_over(settings);
        if opens {
            self.open(settings, now);
        }
        opens
    }

    /// Takes the end of the probe: its result, or `None` when it told nothing of the server.
    pub fn on_probe(&mut self, settings: &BreakerSettings, success: Option<bool>, now: Instant) {
        if self.phase != Phase::Probing {
            return;
        }
        match success {
            Some(true) => *self = Self { newest: self.newest, ..Self::default() },
            Some(false) => self.open(settings, now),
            None => self.phase = Phase::Open(now),
        }
    }

    /// What a snapshot keeps.
    pub(crate) fn learned(&self, now: Instant) -> LearnedBreaker {
        let open_until = match self.phase {
            Phase::Closed => None,
            Phase::Open(until) => Some(until),
            Phase::Probing => Some(now),
        };
        LearnedBreaker { open_until, newest: self.newest, buckets: self.buckets.map(Tally::learned) }
    }

    /// Goes on from what a snapshot kept.
    pub(crate) fn recall(&mut self, learned: &LearnedBreaker) {
        let phase = learned.open_until.map_or(Phase::Closed, Phase::Open);
        *self = Self { phase, newest: learned.newest, buckets: learned.buckets.map(Tally::recalled) };
    }

    fn open(&mut self, settings: &BreakerSettings, now: Instant) {
        self.phase = Phase::Open(now + settings.sleep);
    }

    /// Drops the buckets that have left the window.
    fn turn(&mut self, settings: &BreakerSettings, now: Instant) {
        let width = (settings.window.as_micros() / BUCKETS as u64).max(1);
        let newest = now.as_micros() / width;
        let passed = newest.saturating_sub(self.newest).min(BUCKETS as u64);
        for past in 0..passed {
            let index = ((newest - past) % BUCKETS as u64) as usize;
            if let Some(bucket) = self.buckets.get_mut(index) {
                *bucket = Tally::default();
            }
        }
        self.newest = self.newest.max(newest);
    }

    fn is_over(&self, settings: &BreakerSettings) -> bool {
        let requests: u64 = self.buckets.iter().map(|bucket| bucket.requests()).sum();
        let failures: u64 = self.buckets.iter().map(|bucket| bucket.failures()).sum();
        requests >= u64::from(settings.min_requests)
            && failures * PPM >= u64::from(settings.failure_ppm) * requests
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: BreakerSettings = BreakerSettings {
        window: Duration::from_secs(10),
        min_requests: 4,
        failure_ppm: 500_000,
        sleep: Duration::from_secs(5),
    };

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1000)
    }

    fn open(now: Instant) -> Breaker {
        let mut breaker = Breaker::new();
        let opened = (0..4).map(|_| breaker.on_result(&SETTINGS, false, now)).last();
        assert_eq!(opened, Some(true));
        breaker
    }

    #[test]
    fn a_bucket_leaves_the_window_whole_when_the_tenth_after_it_begins() {
        let fails = |last: u64| {
            let mut breaker = Breaker::new();
            (0..3).for_each(|_| assert!(!breaker.on_result(&SETTINGS, false, at(1999))));
            breaker.on_result(&SETTINGS, false, at(last))
        };
        assert!(fails(10_999));
        assert!(!fails(11_000));
        assert!(!fails(1_000_000));
    }

    #[test]
    fn a_result_of_an_attempt_sent_before_the_opening_changes_nothing() {
        let mut breaker = open(at(0));
        assert!(!breaker.on_result(&SETTINGS, true, at(10)) && !breaker.allows(at(10)));
        assert!(!breaker.on_result(&SETTINGS, false, at(4000)) && breaker.allows(at(5000)));
        assert!(breaker.on_sent(at(5000)));
        assert!(!breaker.on_result(&SETTINGS, true, at(5001)) && !breaker.allows(at(5001)));
    }

    #[test]
    fn a_probe_that_tells_nothing_leaves_it_half_open() {
        let mut breaker = open(at(0));
        assert!(!breaker.on_sent(at(4999)));
        assert!(breaker.on_sent(at(5000)) && !breaker.on_sent(at(5000)));
        breaker.on_probe(&SETTINGS, None, at(6000));
        assert!(breaker.allows(at(6000)) && !breaker.is_closed());
        assert!(breaker.on_sent(at(6000)));
        breaker.on_probe(&SETTINGS, Some(false), at(7000));
        assert!(!breaker.allows(at(11_999)) && breaker.allows(at(12_000)));
    }

    #[test]
    fn a_closed_breaker_has_forgotten_what_opened_it() {
        let mut breaker = open(at(0));
        breaker.on_sent(at(5000));
        breaker.on_probe(&SETTINGS, Some(true), at(5000));
        assert!(!(0..3).any(|_| breaker.on_result(&SETTINGS, false, at(5001))));
        assert!(breaker.on_result(&SETTINGS, false, at(5002)));
    }

    #[test]
    fn the_end_of_a_probe_that_was_never_out_is_ignored() {
        let mut breaker = open(at(0));
        breaker.on_probe(&SETTINGS, Some(true), at(1));
        assert!(!breaker.allows(at(1)));
        let mut closed = Breaker::new();
        closed.on_probe(&SETTINGS, Some(false), at(1));
        assert!(closed.allows(at(1)));
    }

    #[test]
    fn the_state_of_an_endpoint_is_at_most_104_bytes() {
        assert!(size_of::<Breaker>() <= 104, "{}", size_of::<Breaker>());
    }
}
