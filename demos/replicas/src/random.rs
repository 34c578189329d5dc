//! Seeded draws for the schedules, from a value-stable generator.
//!
//! Each use has a stream of its own, so that one more draw in one schedule leaves the others as they were.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use std::time::Duration;

/// One stream of reproducible draws.
#[derive(Clone, Debug)]
pub struct Random(Xoshiro256PlusPlus);

impl Random {
    /// Opens stream number `stream` of a seed.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mixed = seed.rotate_left(17) ^ stream.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(Xoshiro256PlusPlus::seed_from_u64(mixed))
    }

    /// Draws from `(0, 1]`, never zero, so that a logarithm is always finite.
    pub fn unit(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// Draws an integer below `bound`; 0 when the bound is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(bound) * (self.0.next_u64() >> 32)) >> 32) as u32
    }

    /// Draws an exponentially distributed duration: the gap between events that come at random.
    pub fn exponential(&mut self, mean: Duration) -> Duration {
        Duration::from_secs_f64(-self.unit().ln() * mean.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_draws_have_the_mean_they_were_asked_for() {
        let mut random = Random::new(7, 0);
        let total: Duration = (0..20_000).map(|_| random.exponential(Duration::from_secs(2))).sum();
        let mean = total.as_secs_f64() / 20_000.0;
        assert!((1.94..2.06).contains(&mean), "mean {mean} s");
    }

    #[test]
    fn streams_of_one_seed_differ() {
        assert_ne!(Random::new(1, 0).below(u32::MAX), Random::new(1, 1).below(u32::MAX));
    }
}
