//! Peak-sensitive cost of an endpoint: rises at once to a slow answer, sinks with time.
//!
//! Source: Finagle's *Peak EWMA* load metric, weights `exp(−Δt / 10 s)`. An answer slower than the cost becomes the
//! cost; a faster one pulls it down by the weight of the time since the last. Times the requests in flight and one,
//! it takes the place of `1 + in flight` in a score, where the factors still multiply.
//!
//! Departures: the weight is a power of two taken from a table of 64 steps per half-life in 32-bit fixed point
//! (relative error at most 2·10⁻⁵), so no float and no exponential decide. A failure faster than the cost does not
//! lower it (Envoy's version lacks this rule, so that a server that refuses quickly looks good). State: cost and
//! time of the last answer, per endpoint. The policy `peak_ewma` reads it.

use crate::time::{Duration, Instant};

/// One, in the fixed point of the weights.
const ONE: u64 = 1 << 32;
/// Steps of the table per half-life.
const STEPS: u128 = 64;
/// From so many half-lives on nothing of the old cost is left.
const GONE: u64 = 32;

/// `round(2³² · 2^(−i / 64))` for i from 0 to 64.
const POWERS: [u64; 65] = [
    4294967296, 4248701965, 4202935003, 4157661043, 4112874773, 4068570940, 4024744348, 3981389855,
    3938502376, 3896076880, 3854108391, 3812591987, 3771522796, 3730896002, 3690706840, 3650950594,
    3611622603, 3572718252, 3534232978, 3496162267, 3458501653, 3421246719, 3384393094, 3347936457,
    3311872529, 3276197082, 3240905930, 3205994934, 3171459999, 3137297074, 3103502151, 3070071267,
    3037000500, 3004285971, 2971923842, 2939910317, 2908241642, 2876914102, 2845924021, 2815267765,
    2784941738, 2754942382, 2725266179, 2695909648, 2666869345, 2638141863, 2609723834, 2581611923,
    2553802834, 2526293303, 2499080105, 2472160047, 2445529972, 2419186755, 2393127307, 2367348571,
    2341847524, 2316621173, 2291666561, 2266980759, 2242560872, 2218404036, 2194507417, 2170868212,
    2147483648,
];

/// Answers `2^(−elapsed / half_life)` in units of 2⁻³²; a half-life of 0 counts as 1 µs.
pub fn decay(elapsed: Duration, half_life: Duration) -> u64 {
    let half_life = half_life.as_micros().max(1);
    let halvings = elapsed.as_micros() / half_life;
    if halvings >= GONE {
        return 0;
    }
    let rest = u128::from(elapsed.as_micros() % half_life);
    let x = (rest * STEPS * 65_536 / u128::from(half_life)) as u64;
    let step = (x >> 16) as usize;
    let from = POWERS.get(step).copied().unwrap_or(ONE / 2);
    let to = POWERS.get(step + 1).copied().unwrap_or(ONE / 2);
    (from - (((from - to) * (x & 65_535)) >> 16)) >> halvings
}

/// Keeps the cost of one endpoint.
///
/// ```
/// use hedgerow::balance::Peak;
/// use hedgerow::{Duration, Instant};
/// let half_life = Duration::from_secs(5);
/// let mut peak = Peak::default();
/// peak.on_answer(Duration::from_millis(80), half_life, Instant::ZERO);
/// peak.on_answer(Duration::from_millis(20), half_life, Instant::ZERO + half_life);
/// assert_eq!(peak.cost(), Some(Duration::from_millis(50))); // half way down
/// assert_eq!(peak.base(1), 100_000);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Peak {
    last: Option<(Duration, Instant)>,
}

impl Peak {
    /// Takes the latency of an answer.
    pub fn on_answer(&mut self, latency: Duration, half_life: Duration, now: Instant) {
        let cost = match self.last {
            Some((cost, at)) if latency < cost => {
                let weight = u128::from(decay(now.since(at), half_life));
                let old = u128::from(cost.as_micros()) * weight;
                let new = u128::from(latency.as_micros()) * (u128::from(ONE) - weight);
                Duration::from_micros(((old + new) >> 32) as u64)
            }
            _ => latency,
        };
        self.last = Some((cost, now));
    }

    /// Takes the duration of a failure, which can raise the cost and never lowers it.
    pub fn on_failure(&mut self, duration: Duration, now: Instant) {
        if self.last.is_none_or(|(cost, _)| duration >= cost) {
            self.last = Some((duration, now));
        }
    }

    /// The cost after the last answer; `None` before the first.
    pub fn cost(&self) -> Option<Duration> {
        self.last.map(|(cost, _)| cost)
    }

    /// The cost and when it was learned, for a snapshot.
    pub(super) const fn learned(self) -> Option<(Duration, Instant)> {
        self.last
    }

    pub(super) const fn recalled(cost: Duration, at: Instant) -> Self {
        Self { last: Some((cost, at)) }
    }

    /// Base of a score: `cost × (in flight + 1)`, saturating.
    ///
    /// Without a measurement an idle endpoint has base 1, so that it is tried, and a busy one the largest, so that
    /// it is not tried twice before it answers.
    pub fn base(&self, in_flight: u32) -> u64 {
        match (self.last, in_flight) {
            (Some((cost, _)), _) => {
                cost.as_micros().max(1).saturating_mul(u64::from(in_flight) + 1).min(u64::MAX - 1)
            }
            (None, 0) => 1,
            (None, _) => u64::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF_LIFE: Duration = Duration::from_micros(6_931_472);

    #[test]
    fn a_slow_answer_is_the_cost_at_once_and_fast_failures_do_not_lower_it() {
        let mut peak = Peak::default();
        let at = Instant::from_micros;
        assert_eq!((peak.base(0), peak.base(1), peak.cost()), (1, u64::MAX, None));
        peak.on_answer(Duration::from_micros(500), HALF_LIFE, at(0));
        peak.on_answer(Duration::from_micros(900), HALF_LIFE, at(1));
        assert_eq!((peak.base(0), peak.base(2)), (900, 2700));
        peak.on_failure(Duration::from_micros(1), at(60_000_000));
        assert_eq!(peak.base(0), 900);
        peak.on_failure(Duration::from_micros(1000), at(60_000_000));
        assert_eq!(peak.base(0), 1000);
        peak.on_answer(Duration::from_micros(10), HALF_LIFE, at(60_000_000));
        assert_eq!(peak.base(0), 1000, "no time has passed since the last");
        peak.on_answer(Duration::from_micros(10), HALF_LIFE, at(600_000_000));
        assert_eq!(peak.base(0), 10, "after 77 half-lives only the new one counts");
    }

    #[test]
    fn the_decay_never_rises_and_halves_each_half_life() {
        let mut last = ONE;
        for micros in (0..250_000_000).step_by(97_003) {
            let weight = decay(Duration::from_micros(micros), HALF_LIFE);
            assert!(weight <= last);
            last = weight;
        }
        for halvings in 0..32 {
            assert_eq!(decay(HALF_LIFE.saturating_mul(halvings), HALF_LIFE), ONE >> halvings);
        }
        assert_eq!(decay(HALF_LIFE.saturating_mul(32), HALF_LIFE), 0);
        assert_eq!(decay(Duration::MAX, Duration::ZERO), 0);
        assert_eq!(decay(Duration::from_micros(1), Duration::MAX), ONE);
    }
}
