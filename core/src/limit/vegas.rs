//! Vegas: the limit by an estimate of the queue, from the response time beyond the one without load.
//!
//! Source: Netflix *concurrency-limits*, `VegasLimit`, after TCP Vegas. Of a limit L, the share by which the present response
//! time exceeds the no-load one is waiting: `q = ceil(L · (rtt − rtt0) / rtt)`. Few waiters raise the limit, many lower it,
//! in steps that grow with the logarithm of the limit.
//!
//! State: the estimate, the no-load time, and a count of samples to the next probe, at which the no-load time is learnt
//! anew, since one learnt in a rare lull would stay too low for ever. How many is jittered, so that clients do not probe
//! together. Departure: a drop is looked at first and teaches nothing else; upstream lets a failure within 50 µs become
//! the no-load time, after which every honest sample looks queued.

use super::{Bounds, PPM, Sample};
use crate::rng::Stream;

/// Width of the draw that jitters a probe; a probe comes after half to all of its samples.
const JITTER: u64 = PPM / 2;

/// Settings of the Vegas algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VegasSettings {
    /// Where the limit begins and stays.
    pub bounds: Bounds,
    /// Weight of a new value of the limit, 1 to 1 000 000 ppm.
    pub smoothing_ppm: u32,
    /// Waiters below which the limit grows, in units of its step; 1 to 100, below `beta`.
    pub alpha: u32,
    /// Waiters above which it shrinks, in units of its step; 1 to 100.
    pub beta: u32,
    /// Samples between two probes, in multiples of the limit; 1 to 10 000.
    pub probe_multiplier: u32,
}

impl VegasSettings {
    /// As published: 20, between 1 and 1000, unsmoothed, 3, 6 and 30.
    pub const DEFAULT: Self = Self {
        bounds: Bounds { initial: 20, min: 1, max: 1000 },
        smoothing_ppm: 1_000_000,
        alpha: 3,
        beta: 6,
        probe_multiplier: 30,
    };
}

/// What Vegas remembers between samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vegas {
    settings: VegasSettings,
    /// The response time without load in µs; 0 is unknown.
    rtt0: u64,
    probe_count: u64,
    jitter_ppm: u64,
}

impl Vegas {
    pub(super) fn new(settings: VegasSettings, rng: &mut Stream) -> Self {
        Self { settings, rtt0: 0, probe_count: 0, jitter_ppm: jitter(rng) }
    }

    pub(super) const fn rtt0_us(&self) -> u64 {
        self.rtt0
    }

    pub(super) const fn bounds(&self) -> Bounds {
        self.settings.bounds
    }

    /// What a snapshot keeps: the response time without load, the samples since the last probe, and their jitter.
    pub(super) const fn learned(&self) -> (u64, u64, u64) {
        (self.rtt0, self.probe_count, self.jitter_ppm)
    }

    pub(super) fn recall(&mut self, rtt0: u64, probe_count: u64, jitter_ppm: u64) {
        let jitter_ppm = jitter_ppm.clamp(PPM - JITTER, PPM);
        *self = Self { rtt0: rtt0.min(super::LONGEST_RTT), probe_count, jitter_ppm, ..*self };
    }

    pub(super) fn step(&mut self, estimate_u: u64, sample: Sample, rng: &mut Stream) -> u64 {
        let step = u64::from(log10_root(estimate_u / PPM)) * PPM;
        if sample.dropped {
            return self.approach(estimate_u, estimate_u.saturating_sub(step));
        }
        let Some(rtt) = sample.rtt_us() else { return estimate_u };
        self.probe_count = self.probe_count.saturating_add(1);
        if self.probe_is_due(estimate_u) {
            self.jitter_ppm = jitter(rng);
            self.probe_count = 0;
            self.rtt0 = rtt;
            return estimate_u;
        }
        if self.rtt0 == 0 || rtt < self.rtt0 {
            self.rtt0 = rtt;
            return estimate_u;
        }
        if sample.is_app_limited(estimate_u) {
            return estimate_u;
        }
        self.approach(estimate_u, self.target(estimate_u, rtt, step))
    }

    /// After `jitter × multiplier × limit` samples.
    fn probe_is_due(&self, estimate_u: u64) -> bool {
        let scale = u128::from(PPM) * u128::from(PPM);
        let needed =
            u128::from(self.jitter_ppm) * u128::from(self.settings.probe_multiplier) * u128::from(estimate_u);
        u128::from(self.probe_count) * scale >= needed
    }

    fn target(&self, estimate_u: u64, rtt: u64, step: u64) -> u64 {
        let beyond = u128::from(estimate_u) * u128::from(rtt.saturating_sub(self.rtt0));
        let waiting = beyond.div_ceil(u128::from(rtt) * u128::from(PPM));
        let waiting = u64::try_from(waiting).unwrap_or(u64::MAX).saturating_mul(PPM);
        let (alpha, beta) = (u64::from(self.settings.alpha) * step, u64::from(self.settings.beta) * step);
        if waiting <= step {
            estimate_u.saturating_add(beta)
        } else if waiting < alpha {
            estimate_u.saturating_add(step)
        } else if waiting > beta {
            estimate_u.saturating_sub(step)
        } else {
            estimate_u
        }
    }

    /// Bounded and then smoothed, in upstream's order.
    fn approach(&self, estimate_u: u64, target_u: u64) -> u64 {
        let target = u128::from(self.settings.bounds.clamp_u(target_u));
        let (one, smoothing) =
            (u128::from(PPM), u128::from(self.settings.smoothing_ppm).min(u128::from(PPM)));
        ((u128::from(estimate_u) * (one - smoothing) + target * smoothing) / one) as u64
    }
}

fn jitter(rng: &mut Stream) -> u64 {
    PPM - JITTER + rng.below(JITTER)
}

/// The step of a limit: its decimal digits less one, at least 1; an integer in place of a logarithm.
///
/// ```
/// use hedgerow::limit::log10_root;
/// assert_eq!([0, 99, 100, 999, 1000].map(log10_root), [1, 1, 2, 2, 3]);
/// ```
pub const fn log10_root(limit: u64) -> u32 {
    match limit.checked_ilog10() {
        Some(digits) if digits > 1 => digits,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;
    use alloc::vec;

    #[test]
    fn a_drop_is_no_minimum_and_counts_for_no_probe() {
        let mut rng = Stream::from_fractions(vec![0]);
        let mut vegas = Vegas::new(VegasSettings::DEFAULT, &mut rng);
        let sample = |rtt, dropped| Sample { rtt: Some(Duration::from_micros(rtt)), in_flight: 20, dropped };
        vegas.step(20 * PPM, sample(10_000, false), &mut rng);
        assert_eq!(vegas.step(20 * PPM, sample(50, true), &mut rng), 19 * PPM);
        assert_eq!((vegas.rtt0_us(), vegas.probe_count), (10_000, 1));
    }

    #[test]
    fn a_window_without_any_answer_changes_nothing() {
        let mut rng = Stream::from_fractions(vec![0]);
        let mut vegas = Vegas::new(VegasSettings::DEFAULT, &mut rng);
        let silent = Sample { rtt: None, in_flight: 20, dropped: false };
        assert_eq!(vegas.step(20 * PPM, silent, &mut rng), 20 * PPM);
        assert_eq!(vegas.probe_count, 0);
    }
}
