//! When a hedge goes out: the delay after the first send, from what the class knows at that instant.
//!
//! The published rule is `target − average`, and none when the average is near the target (Netflix, "Netflix's stateful
//! clients", InfoQ). Two guards are added: the caller's average is made of samples clamped to the target (a plain mean
//! under a heavy tail stops hedging exactly where it pays), and the delay is never below the upper 1 − B quantile of the
//! recent window, so that at most a share B of the requests hedge (an average above half the target would otherwise make
//! the delay shorter than the average). Other strategies: a fixed delay, the quantile alone ("The Tail at Scale"), and
//! SingleR, a shorter delay followed by a coin that keeps the share (Kaler, He and Elnikety, SPAA 2017).
//!
//! The module holds settings and no state; the coin is a probability here and is drawn by the caller. It never hedges
//! by a target nobody named: without one, `slo` and `single_r` go by the quantile.

use crate::{reason::Reason, time::Duration};

/// One in parts per million.
const PPM: u32 = 1_000_000;
/// One as a Q32 probability.
const CERTAIN: u64 = 1 << 32;

/// The family of delay rules (`hedge.strategy`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// Never hedges.
    Off,
    /// Waits the configured delay, whatever was observed.
    Fixed,
    /// Waits the upper 1 − B quantile of the recent window.
    Quantile,
    /// Waits for `target − average` and then hedges with the probability that spends the share B.
    SingleR,
    /// Waits for `target − average`, but never less than the upper 1 − B quantile.
    Slo,
}

/// The part of `hedge.*` that decides the delay; usable alone, without a machine.
///
/// ```
/// use hedgerow::{DelayInput, DelaySettings, Duration, Reason, Strategy};
/// let settings = DelaySettings {
///     strategy: Strategy::Slo,
///     delay: None,
///     min_delay: Duration::ZERO,
///     budget_fraction_ppm: 50_000,
///     min_samples: 10,
///     miss_ratio_ppm: 950_000,
/// };
/// let mut known = DelayInput {
///     target: Some(Duration::from_millis(10)),
///     average: Duration::from_millis(1),
///     samples: 100,
///     quantile: None,
/// };
/// assert_eq!(settings.delay(known), Ok(Duration::from_millis(9)));
/// known.quantile = Some(Duration::from_millis(22));
/// assert_eq!(settings.delay(known), Ok(Duration::from_millis(22)));
/// known.average = Duration::from_micros(9_500);
/// assert_eq!(settings.delay(known), Err(Reason::HedgeSloMissed));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelaySettings {
    /// The rule.
    pub strategy: Strategy,
    /// The delay of [`Strategy::Fixed`], 0 to 60 s; required there, unused elsewhere.
    pub delay: Option<Duration>,
    /// Floor under the delay of `slo` and `single_r` that comes from samples, 0 to 60 s.
    pub min_delay: Duration,
    /// B: the share of requests that may hedge, 100 to 500 000 ppm.
    pub budget_fraction_ppm: u32,
    /// Successes below which the average and the quantile are not believed, 1 to 10 000.
    pub min_samples: u32,
    /// No hedge once the average reaches this share of the target, 500 000 to 1 000 000 ppm.
    pub miss_ratio_ppm: u32,
}

/// What the class knows at the instant the first attempt of a call is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelayInput {
    /// The effective target, `None` while neither configuration nor a signal named one.
    pub target: Option<Duration>,
    /// The average latency of the class.
    pub average: Duration,
    /// Successes behind the average.
    pub samples: u32,
    /// The upper 1 − B quantile of the window; `None` when the window is empty or was not asked.
    pub quantile: Option<Duration>,
}

impl DelaySettings {
    /// 1 − B in parts per million: the quantile that the delay asks for.
    pub const fn quantile_ppm(&self) -> u32 {
        PPM.saturating_sub(self.budget_fraction_ppm)
    }

    /// Whether the strategy looks at the quantile; if not, the caller spares the scan and passes `None`.
    pub const fn needs_quantile(&self, target: Option<Duration>, samples: u32) -> bool {
        match self.rule(target) {
            Rule::Quantile | Rule::Slo(_) => self.believes(samples),
            Rule::Off | Rule::Fixed | Rule::SingleR(_) => false,
        }
    }

    /// The delay, or why this call arms no hedge timer.
    ///
    /// The delay may exceed the target, since the share B outranks it. Errors: `HedgeOff`; `HedgeSloMissed` when the
    /// average is at or near the target; `HedgeTooFewSamples` when there is nothing to go by: a rule that goes by the
    /// quantile alone needs a window that is not empty, while beside a target an empty window bounds nothing. O(1).
    pub fn delay(&self, input: DelayInput) -> Result<Duration, Reason> {
        let enough = self.believes(input.samples);
        match self.rule(input.target) {
            Rule::Off => Err(Reason::HedgeOff),
            Rule::Fixed => self.delay.ok_or(Reason::HedgeOff),
            Rule::Quantile if !enough => Err(Reason::HedgeTooFewSamples),
            Rule::Quantile => input.quantile.ok_or(Reason::HedgeTooFewSamples),
            Rule::Slo(target) | Rule::SingleR(target) if !enough => Ok(target),
            Rule::Slo(target) => {
                Ok(self.remaining(target, input.average)?.max(input.quantile.unwrap_or(Duration::ZERO)))
            }
            Rule::SingleR(target) => self.remaining(target, input.average),
        }
    }

    /// The Q32 probability with which `single_r` hedges once its timer has fired; `None` when no coin is drawn.
    ///
    /// `min(1, B / S(d))`, where S(d) is the share of the window in the buckets from that of the delay up: `above` of
    /// `window` samples. No coin with another strategy, too few samples or no known target. O(1).
    pub const fn coin(&self, target: Option<Duration>, samples: u32, window: u64, above: u64) -> Option<u64> {
        if !matches!(self.rule(target), Rule::SingleR(_)) || !self.believes(samples) {
            return None;
        }
        if above == 0 {
            return Some(CERTAIN);
        }
        let share = self.budget_fraction_ppm as u128 * CERTAIN as u128 * window as u128;
        let threshold = share / (PPM as u128 * above as u128);
        Some(if threshold < CERTAIN as u128 { threshold as u64 } else { CERTAIN })
    }

    /// Whether so many successes are enough to believe the average and the quantile.
    const fn believes(&self, samples: u32) -> bool {
        samples >= self.min_samples
    }

    /// The strategy with its target; without a known one, what aims at a target goes by the quantile.
    const fn rule(&self, target: Option<Duration>) -> Rule {
        match (self.strategy, target) {
            (Strategy::Off, _) => Rule::Off,
            (Strategy::Fixed, _) => Rule::Fixed,
            (Strategy::Slo, Some(target)) => Rule::Slo(target),
            (Strategy::SingleR, Some(target)) => Rule::SingleR(target),
            (Strategy::Quantile, _) | (_, None) => Rule::Quantile,
        }
    }

    /// `target − average` above the floor, unless the average is at or near the target.
    fn remaining(&self, target: Duration, average: Duration) -> Result<Duration, Reason> {
        let average_ppm = u128::from(average.as_micros()) * u128::from(PPM);
        if average_ppm >= u128::from(target.as_micros()) * u128::from(self.miss_ratio_ppm) {
            return Err(Reason::HedgeSloMissed);
        }
        Ok((target - average).max(self.min_delay))
    }
}

/// A strategy for which the target is settled.
#[derive(Clone, Copy)]
enum Rule {
    Off,
    Fixed,
    Quantile,
    SingleR(Duration),
    Slo(Duration),
}

/// Whether an answer of average latency would still come in time: `elapsed + average < max`, strictly.
///
/// The gate asks this when the timer fires; `max` is the call's effective deadline counted from its start. A saturated
/// sum is never in time.
///
/// ```
/// use hedgerow::{Duration, hedge::delay::is_in_time};
/// let ms = Duration::from_millis;
/// assert!(is_in_time(ms(22), ms(4), ms(27)) && !is_in_time(ms(22), ms(5), ms(27)));
/// ```
pub fn is_in_time(elapsed: Duration, average: Duration, max: Duration) -> bool {
    elapsed + average < max
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLO: DelaySettings = DelaySettings {
        strategy: Strategy::Slo,
        delay: None,
        min_delay: Duration::ZERO,
        budget_fraction_ppm: 50_000,
        min_samples: 10,
        miss_ratio_ppm: 950_000,
    };

    fn ms(millis: impl Into<Option<u64>>) -> Option<Duration> {
        millis.into().map(Duration::from_millis)
    }

    fn known(
        target: Option<Duration>,
        average_ms: u64,
        samples: u32,
        quantile: Option<Duration>,
    ) -> DelayInput {
        DelayInput { target, average: Duration::from_millis(average_ms), samples, quantile }
    }

    #[test]
    fn with_too_few_samples_the_delay_is_the_target_whatever_else_is_known() {
        for strategy in [Strategy::Slo, Strategy::SingleR] {
            let settings = DelaySettings { strategy, min_delay: Duration::from_secs(1), ..SLO };
            assert_eq!(settings.delay(known(ms(10), 10, 9, ms(500))).ok(), ms(10));
            assert_eq!(settings.delay(known(ms(10), 10, 10, ms(500))), Err(Reason::HedgeSloMissed));
        }
    }

    #[test]
    fn without_a_target_what_aims_at_one_goes_by_the_quantile() {
        for strategy in [Strategy::Slo, Strategy::SingleR, Strategy::Quantile] {
            let settings = DelaySettings { strategy, min_delay: Duration::from_secs(1), ..SLO };
            assert_eq!(settings.delay(known(None, 900, 10, ms(30))).ok(), ms(30));
            assert_eq!(settings.delay(known(None, 900, 9, ms(30))), Err(Reason::HedgeTooFewSamples));
            assert!(settings.needs_quantile(None, 10) && !settings.needs_quantile(None, 9));
            assert_eq!(settings.coin(None, 100, 100, 50), None);
        }
    }

    #[test]
    fn an_empty_window_names_no_quantile_and_bounds_no_target() {
        let quantile = DelaySettings { strategy: Strategy::Quantile, ..SLO };
        assert_eq!(quantile.delay(known(ms(10), 1, 100, None)), Err(Reason::HedgeTooFewSamples));
        assert_eq!(SLO.delay(known(None, 1, 100, None)), Err(Reason::HedgeTooFewSamples));
        assert_eq!(quantile.delay(known(None, 1, 100, ms(0))).ok(), ms(0));
        assert_eq!(SLO.delay(known(ms(10), 1, 100, None)).ok(), ms(9));
    }

    #[test]
    fn the_budget_outranks_the_target() {
        assert_eq!(SLO.delay(known(ms(10), 4, 100, ms(22))).ok(), ms(22));
        assert_eq!(SLO.quantile_ppm(), 950_000);
    }

    #[test]
    fn off_and_an_unset_fixed_delay_never_hedge() {
        for strategy in [Strategy::Off, Strategy::Fixed] {
            let settings = DelaySettings { strategy, ..SLO };
            assert_eq!(settings.delay(known(ms(10), 1, 100, ms(5))), Err(Reason::HedgeOff));
            assert!(!settings.needs_quantile(ms(10), 100));
        }
    }

    #[test]
    fn the_quantile_is_asked_only_where_it_can_matter() {
        assert!(SLO.needs_quantile(ms(10), 10) && !SLO.needs_quantile(ms(10), 9));
        assert!(!DelaySettings { strategy: Strategy::SingleR, ..SLO }.needs_quantile(ms(10), 100));
    }

    #[test]
    fn the_coin_is_for_single_r_with_enough_samples_and_never_more_than_certain() {
        let single_r = DelaySettings { strategy: Strategy::SingleR, ..SLO };
        assert_eq!(single_r.coin(ms(10), 9, 1000, 320), None);
        assert_eq!(SLO.coin(ms(10), 10, 1000, 320), None);
        assert_eq!(single_r.coin(ms(10), 10, 1000, 100), Some(CERTAIN / 2));
        assert_eq!(single_r.coin(ms(10), 10, 1000, 50), Some(CERTAIN));
        assert_eq!(single_r.coin(ms(10), 10, u64::MAX, 1), Some(CERTAIN));
    }

    #[test]
    fn extreme_numbers_neither_overflow_nor_divide_by_zero() {
        let far =
            DelayInput { target: Some(Duration::MAX), average: Duration::MAX, samples: 10, quantile: None };
        assert_eq!(SLO.delay(far), Err(Reason::HedgeSloMissed));
        assert_eq!(SLO.delay(known(Some(Duration::ZERO), 0, 10, None)), Err(Reason::HedgeSloMissed));
        assert!(!is_in_time(Duration::MAX, Duration::MAX, Duration::MAX));
    }
}
