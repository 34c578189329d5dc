//! Which key a call asks for: all alike, or few keys very often (Zipf).

use super::{power, unit};
use crate::stream::Draws;

/// A distribution over keys `0..count`.
#[derive(Clone, Debug, PartialEq)]
pub enum Keys {
    /// Every key as often as every other.
    Uniform {
        /// Number of keys.
        count: u64,
    },
    /// Key k (from 0) in proportion to `(k + 1)^−s`.
    Zipf {
        /// Where each key ends, as a share of all.
        ends: Vec<f64>,
    },
}

impl Keys {
    /// Uniform over `count` keys; at least one.
    pub const fn uniform(count: u64) -> Self {
        Self::Uniform { count: if count == 0 { 1 } else { count } }
    }

    /// Zipf's law with exponent `s` over `count` keys; at least one. O(keys) memory.
    pub fn zipf(s: f64, count: u64) -> Self {
        let mut sum = 0.0;
        let mut ends: Vec<_> = (1..=count.max(1))
            .map(|rank| {
                sum += power(rank as f64, -s);
                sum
            })
            .collect();
        for end in &mut ends {
            *end /= sum;
        }
        Self::Zipf { ends }
    }

    /// Draws a key; O(1), with Zipf O(log keys).
    pub fn sample(&self, draws: &mut impl Draws) -> u64 {
        let word = draws.draw();
        match self {
            // The high half of the product; its bias is below count / 2^64.
            Self::Uniform { count } => ((u128::from(word) * u128::from(*count)) >> 64) as u64,
            Self::Zipf { ends } => {
                let u = unit(word);
                ends.partition_point(|end| *end <= u).min(ends.len() - 1) as u64
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Purpose;

    fn counts(keys: &Keys) -> [u32; 4] {
        let mut draws = Purpose::Placement.stream(1, 0);
        let mut counts = [0; 4];
        for _ in 0..100_000 {
            counts[keys.sample(&mut draws) as usize] += 1;
        }
        counts
    }

    #[test]
    fn uniform_keys_are_alike_and_zipf_keys_fall_with_their_rank() {
        // Four deviations of 100 000 draws at p = 1/4 are 548.
        assert!(counts(&Keys::uniform(4)).iter().all(|&count| count.abs_diff(25_000) <= 548));
        // Shares 12/25, 6/25, 4/25, 3/25.
        let expected = [48_000_u32, 24_000, 16_000, 12_000];
        assert!(
            counts(&Keys::zipf(1.0, 4)).iter().zip(expected).all(|(&got, want)| want.abs_diff(got) <= 640)
        );
    }

    #[test]
    fn no_keys_are_one_key() {
        let mut draws = Purpose::Placement.stream(1, 0);
        assert_eq!([Keys::uniform(0).sample(&mut draws), Keys::zipf(1.0, 0).sample(&mut draws)], [0, 0]);
    }
}
