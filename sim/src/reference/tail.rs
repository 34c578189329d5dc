//! "The Tail at Scale": a read waits for the slowest of its keys, and each key may be asked for twice.
//!
//! A key takes as long as [`bigtable_curve`] says. The time falls with the uniform number behind it, so that the slowest
//! key is the one with the least number and the formula is needed once a read; hedged keys are the few above the delay.

use crate::sample::{Model, bigtable_curve, unit, whole};
use crate::stats::Samples;
use crate::stream::{Draws, Purpose};

/// One set of inputs.
#[derive(Clone, Copy, Debug)]
pub struct Reads {
    /// Keys of one read.
    pub keys: u64,
    /// Reads.
    pub reads: u64,
    /// A key not answered by then is asked for once more, elsewhere.
    pub hedge_after_ms: f64,
}

/// What the reads took, in µs.
#[derive(Debug)]
pub struct Drawn {
    /// Without hedges.
    pub plain: Samples,
    /// With them.
    pub hedged: Samples,
    /// Further requests for one request.
    pub extra: f64,
}

impl Reads {
    /// Draws all reads; both ways meet the same keys.
    pub fn draw(&self, seed: u64) -> Drawn {
        let (curve, draws) = (bigtable_curve(), Purpose::Service.base(seed));
        let delay = self.hedge_after_ms * 1000.0;
        let slow = match &curve {
            Model::Curve(curve) => curve.survival(delay),
            _ => 0.0,
        };
        let (mut plain, mut hedged, mut hedges) = (Samples::new(), Samples::new(), 0_u64);
        for read in 0..self.reads {
            let (mut least, mut slowest) = (1.0_f64, 0.0_f64);
            // The slowest of the keys that need no hedge.
            let mut fast = 1.0_f64;
            for key in read * self.keys..(read + 1) * self.keys {
                let u = unit(draws.of(key, 0).draw());
                least = least.min(u);
                if u < slow {
                    hedges += 1;
                    let second = delay + curve.at(unit(draws.of(key, 1).draw()));
                    slowest = slowest.max(second.min(curve.at(u)));
                } else {
                    fast = fast.min(u);
                }
            }
            plain.add(whole(curve.at(least)));
            hedged.add(whole(slowest.max(curve.at(fast))));
        }
        Drawn { plain, hedged, extra: hedges as f64 / (self.reads * self.keys).max(1) as f64 }
    }
}

/// The share of requests that meet at least one slow leaf, when each of `leaves` is slow with this probability.
pub fn share_slow(leaves: u32, probability: f64) -> f64 {
    1.0 - libm::exp(f64::from(leaves) * libm::log1p(-probability))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hedge_never_makes_a_read_slower_and_costs_what_the_curve_says() {
        let drawn = Reads { keys: 100, reads: 2000, hedge_after_ms: 10.0 }.draw(1);
        let (plain, hedged) = (drawn.plain.summary(), drawn.hedged.summary());
        assert!(hedged.mean < plain.mean && hedged.max <= plain.max && hedged.p99 < plain.p99);
        // 200 000 keys at 2 %: four deviations are 0.13 points.
        assert!((drawn.extra - 0.02).abs() < 0.0013, "{}", drawn.extra);
    }

    #[test]
    fn a_hundred_leaves_meet_a_slow_one_more_often_than_not() {
        assert!((share_slow(100, 0.01) - 0.633_968).abs() < 1e-6);
        assert!(share_slow(100, 0.0).abs() < 1e-15 && (share_slow(3, 1.0) - 1.0).abs() < 1e-15);
    }
}
