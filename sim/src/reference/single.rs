//! Optimal reissue of one request: when, and with which probability (SingleR), or always (SingleD).
//!
//! A reissue after d with probability q leaves `P(T > t) = S(t)·(1 − q·F(t − d))` and costs `q·S(d)` further requests.
//! SingleD spends the budget B at d = S⁻¹(B) with q = 1; SingleR chooses the d whose k-quantile is least, with
//! q = B / S(d). The core derives its own q; these are the optima on paper. Source: Kaler, He and Elnikety, "Optimal
//! Reissue Policies" (2017).

use crate::sample::{inverse_normal, unit};
use crate::stream::{Draws, Purpose};

/// A distribution of latencies, in units of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// Exponential of this mean.
    Exp(f64),
    /// Pareto of this shape and least value.
    Pareto(f64, f64),
    /// Lognormal of this mean and deviation of the logarithm.
    Lognormal(f64, f64),
}

/// A reissue and what it achieves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reissue {
    /// After how long.
    pub d: f64,
    /// With which probability.
    pub q: f64,
    /// The quantile of interest with it.
    pub t: f64,
}

impl Law {
    /// The probability of taking longer than t.
    pub fn survival(self, t: f64) -> f64 {
        match self {
            Self::Exp(mean) => libm::exp(-t.max(0.0) / mean),
            Self::Pareto(shape, least) if t > least => libm::pow(t / least, -shape),
            Self::Lognormal(mu, sigma) if t > 0.0 => {
                0.5 * libm::erfc((libm::log(t) - mu) / (sigma * std::f64::consts::SQRT_2))
            }
            Self::Pareto(..) | Self::Lognormal(..) => 1.0,
        }
    }

    /// The value that is exceeded with probability `p`.
    pub fn exceeded(self, p: f64) -> f64 {
        match self {
            Self::Exp(mean) => -mean * libm::log(p),
            Self::Pareto(shape, least) => least * libm::pow(p, -1.0 / shape),
            Self::Lognormal(mu, sigma) => libm::exp(mu - sigma * inverse_normal(p)),
        }
    }

    /// The k-quantile when a reissue after `d` is made with probability `q`.
    pub fn with_reissue(self, k: f64, d: f64, q: f64) -> f64 {
        let above = |t: f64| self.survival(t) * (1.0 - q * (1.0 - self.survival(t - d)));
        let (mut lo, mut hi) = (0.0, self.exceeded(1.0 - k));
        for _ in 0..200 {
            let middle = 0.5 * (lo + hi);
            if above(middle) > 1.0 - k { lo = middle } else { hi = middle }
        }
        hi
    }

    /// Always, as late as the budget asks.
    pub fn single_d(self, k: f64, budget: f64) -> Reissue {
        let d = self.exceeded(budget);
        Reissue { d, q: 1.0, t: self.with_reissue(k, d, 1.0) }
    }

    /// Sometimes, and earlier: the least quantile that the budget buys.
    pub fn single_r(self, k: f64, budget: f64) -> Reissue {
        let latest = self.exceeded(budget);
        let try_at = |d: f64| {
            let q = (budget / self.survival(d)).min(1.0);
            Reissue { d, q, t: self.with_reissue(k, d, q) }
        };
        let steps = 2000.0;
        let mut best = try_at(latest);
        for step in 0..2000 {
            let tried = try_at(latest * f64::from(step) / steps);
            if tried.t < best.t {
                best = tried;
            }
        }
        refine(&try_at, best, latest / steps, latest)
    }

    /// The quantile of `count` draws, in the middle of which nothing is assumed but the rule.
    pub fn simulated(self, k: f64, reissue: Reissue, count: usize, seed: u64) -> f64 {
        let draws = Purpose::Service.base(seed);
        let latency = |number: usize| {
            let mut words = draws.of(number as u64, 0);
            let first = self.exceeded(unit(words.draw()));
            let second = reissue.d + self.exceeded(unit(words.draw()));
            let reissued = first > reissue.d && unit(words.draw()) < reissue.q;
            if reissued { first.min(second) } else { first }
        };
        let mut all: Vec<f64> = (0..count).map(latency).collect();
        let at = ((k * count as f64) as usize).min(count - 1);
        *all.select_nth_unstable_by(at, f64::total_cmp).1
    }
}

/// Narrows the interval around the best of a grid by thirds.
fn refine(try_at: &impl Fn(f64) -> Reissue, best: Reissue, step: f64, latest: f64) -> Reissue {
    let (mut lo, mut hi) = ((best.d - step).max(0.0), (best.d + step).min(latest));
    for _ in 0..100 {
        let third = (hi - lo) / 3.0;
        if try_at(lo + third).t < try_at(hi - third).t { hi -= third } else { lo += third }
    }
    let refined = try_at(0.5 * (lo + hi));
    if refined.t < best.t { refined } else { best }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survival_and_its_inverse_agree() {
        for law in [Law::Exp(2.0), Law::Pareto(1.1, 2.0), Law::Lognormal(1.0, 1.0)] {
            for p in [0.9, 0.5, 0.05, 0.001] {
                assert!((law.survival(law.exceeded(p)) / p - 1.0).abs() < 1e-7, "{law:?} {p}");
            }
        }
    }

    #[test]
    fn chance_is_never_worse_than_certainty() {
        for law in [Law::Exp(1.0), Law::Pareto(1.1, 2.0), Law::Pareto(3.0, 1.0), Law::Lognormal(1.0, 1.0)] {
            for (k, budget) in [(0.95, 0.05), (0.99, 0.02), (0.9, 0.3)] {
                let (r, d) = (law.single_r(k, budget), law.single_d(k, budget));
                assert!(r.t <= d.t * (1.0 + 1e-9), "{law:?} {k} {budget}: {r:?} {d:?}");
                assert!(r.q * law.survival(r.d) <= budget * (1.0 + 1e-9));
            }
        }
    }
}
