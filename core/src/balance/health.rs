//! Soft health of one endpoint: busy and silent.
//!
//! An endpoint is *unhealthy* while many of our requests wait there and fewer than two responses came back lately:
//! `in flight ≥ 10 and second-latest response older than 200 ms`. The rule needs no timer and no window of counts;
//! two times are kept, and the question is asked when a score is made. Unhealthy multiplies the score and never
//! removes a candidate, so it needs no panic threshold: when all are unhealthy the order is as if none were.
//!
//! Source: `DefaultLoadBalancingPolicy` of apache/cassandra-java-driver. State: the times of the last two responses,
//! 16 bytes. Ours: a response exactly one window old still counts (as in the source's arithmetic), and nobody is
//! unhealthy while `calm_until` lies ahead, because after a pause of this client everybody looks silent.
//!
//! It never looks at latency, never asks for a wake-up, and sees only endpoints that hold enough of *our* requests:
//! a client with few requests relies on hedging. An endpoint whose usual latency exceeds the window is silent as
//! soon as it is busy; set the window to four times the latency target for slow operations.

use crate::time::{Duration, Instant};

/// No response yet; a host cannot pass this time, since instants end at 2^53 − 1.
const NEVER: Instant = Instant::MAX;

/// Holds `health.*`: when silence counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthSettings {
    /// Requests in flight from which silence counts, 1 to 100 000. Default 10.
    pub min_in_flight: u32,
    /// Age up to which a response counts, 1 ms to 60 s. Default 200 ms.
    pub window: Duration,
}

impl Default for HealthSettings {
    fn default() -> Self {
        Self { min_in_flight: 10, window: Duration::from_millis(200) }
    }
}

/// Remembers the last two responses of one endpoint.
///
/// A *response* is any end of an attempt that tells of the server: success or failure, late answers included, but
/// no cancellation, no timeout and no request that was never sent.
///
/// ```
/// use hedgerow::{Instant, balance::health::{Health, HealthSettings}};
/// let settings = HealthSettings::default();
/// let mut health = Health::new();
/// health.on_response(Instant::from_micros(750_000));
/// health.on_response(Instant::from_micros(980_000));
/// let now = Instant::from_micros(1_000_000);
/// assert!(health.is_unhealthy(&settings, 10, Instant::ZERO, now)); // the one before the last is 250 ms old
/// assert!(!health.is_unhealthy(&settings, 9, Instant::ZERO, now)); // too few of ours to tell
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    latest: Instant,
    second: Instant,
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

impl Health {
    /// Starts without any response.
    pub const fn new() -> Self {
        Self { latest: NEVER, second: NEVER }
    }

    /// Takes note of one response. O(1).
    pub fn on_response(&mut self, now: Instant) {
        self.second = self.latest;
        self.latest = now;
    }

    /// Whether the endpoint is busy and silent. O(1).
    ///
    /// `calm_until`: until this time nobody is unhealthy. The owner sets it to one window after each observation of
    /// the clock that was late by more than the slack; [`Instant::ZERO`] when there was none.
    pub fn is_unhealthy(
        &self,
        settings: &HealthSettings,
        in_flight: u32,
        calm_until: Instant,
        now: Instant,
    ) -> bool {
        in_flight >= settings.min_in_flight
            && now >= calm_until
            && (self.second == NEVER || self.second < now - settings.window)
    }

    /// What a snapshot keeps: when the last two responses came, the latest first.
    pub(crate) fn learned(&self) -> [Option<Instant>; 2] {
        [self.latest, self.second].map(|at| (at != NEVER).then_some(at))
    }

    /// Goes on from what a snapshot kept.
    pub(crate) fn recall(&mut self, [latest, second]: [Option<Instant>; 2]) {
        let at = |seen: Option<Instant>| seen.unwrap_or(NEVER);
        *self = Self { latest: at(latest), second: at(second) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1000)
    }

    fn after(responses: &[u64], in_flight: u32, now: Instant) -> bool {
        let mut health = Health::new();
        for &millis in responses {
            health.on_response(at(millis));
        }
        health.is_unhealthy(&HealthSettings::default(), in_flight, Instant::ZERO, now)
    }

    #[test]
    fn a_response_exactly_one_window_old_still_counts() {
        assert!(!after(&[800, 990], 10, at(1000)));
        assert!(after(&[800, 990], 10, at(1000) + Duration::from_micros(1)));
    }

    #[test]
    fn one_response_ever_is_silence_and_so_is_none() {
        assert!(after(&[1000], 10, at(1000)));
        assert!(after(&[], 10, at(0)));
    }

    #[test]
    fn near_the_origin_the_window_reaches_back_to_zero() {
        assert!(!after(&[0, 0], 10, at(100)));
        assert!(!after(&[0, 0], 10, at(200)));
    }

    #[test]
    fn nobody_is_unhealthy_until_the_calm_ends() {
        let (settings, health) = (HealthSettings::default(), Health::new());
        assert!(!health.is_unhealthy(&settings, 50, at(700), at(699)));
        assert!(health.is_unhealthy(&settings, 50, at(700), at(700)));
    }

    #[test]
    fn the_state_of_an_endpoint_is_sixteen_bytes() {
        assert_eq!(size_of::<Health>(), 16);
    }
}
