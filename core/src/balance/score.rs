//! The score of one candidate: the concurrency this client sees there, multiplied by what it knows against it.
//!
//! `score = min(32 768, 1 + in flight) × Π factors`, and the smallest product wins. A factor reads as *how much
//! concurrency must stand here before the next kind is worth a visit*: with 4 for another zone, the near server
//! keeps a call until four of ours are in flight there. Factors are integers of at least 1, so a score never falls
//! when in-flight grows and 1 switches a factor off. Exclusion is a flag of the candidate, never a factor of 0.
//!
//! Source: apache/cassandra-java-driver, pull request 1922, *Weighted load balancing policy* (Khaku, with Lynch):
//! the base, the five factors but the region's, and their values in its code. Ours: the region factor, the factor
//! of the endpoint itself, and that unhealthy and ejected count once together, not squared.
//!
//! The largest product of the five published factors is 32 768 · 4 · 12 · 16 · 64 < 2³²; region and the endpoint's
//! own factor need 64 bits, where the product saturates instead of wrapping. The module keeps no state.

/// How many kinds of factors there are, one bit each.
const FACTORS: u32 = 6;

/// Largest base of a score; from 32 767 requests in flight on, endpoints no longer differ by load.
pub const BASE_MAX: u64 = 32_768;

/// Names which factors apply to a candidate, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Factors(pub u8);

impl Factors {
    /// The client knows its zone, and the endpoint's differs or is unknown.
    pub const OTHER_ZONE: u8 = 1;
    /// A replica list was given and the endpoint is not in it.
    pub const NON_REPLICA: u8 = 2;
    /// The start-up draw counted the endpoint as just started.
    pub const STARTING: u8 = 4;
    /// Busy and silent; see [`Health`](super::health::Health).
    pub const UNHEALTHY: u8 = 8;
    /// Ejected as an outlier; see [`Ejection`](super::ejection::Ejection).
    pub const EJECTED: u8 = 16;
    /// Client and endpoint know their regions, and they differ.
    pub const OTHER_REGION: u8 = 32;

    /// Whether any of the given bits is set.
    pub const fn has(self, bits: u8) -> bool {
        self.0 & bits != 0
    }

    /// The same set with the given bits added when `applies`.
    #[must_use]
    pub const fn with(self, bits: u8, applies: bool) -> Self {
        Self(self.0 | (bits * applies as u8))
    }
}

/// Holds the factors of `balance.weights`, each from 1 (off) to 4096.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// For an endpoint of another or unknown zone. Default 4.
    pub other_zone: u32,
    /// For an endpoint outside the replica list. Default 12: the source's code says 12, its comment 8.
    pub non_replica: u32,
    /// For an endpoint that is warming up. Default 16.
    pub starting: u32,
    /// For an endpoint that is unhealthy, ejected or both. Default 64.
    pub unhealthy: u32,
    /// For an endpoint of another region, where the region rule lets it in. Default 64.
    pub other_region: u32,
}

impl Default for Weights {
    fn default() -> Self {
        Self { other_zone: 4, non_replica: 12, starting: 16, unhealthy: 64, other_region: 64 }
    }
}

impl Weights {
    /// Scores one candidate; lower is better, 1 is the least. O(1).
    ///
    /// `user_factor` is the endpoint's own, 1 to 1024. A factor of 0, which configuration refuses, counts as 1.
    ///
    /// ```
    /// use hedgerow::balance::score::{Factors, Weights};
    /// let weights = Weights::default();
    /// assert_eq!(weights.score(3, Factors(0), 1), 4); // three in flight next door …
    /// assert_eq!(weights.score(0, Factors(Factors::OTHER_ZONE), 1), 4); // … tie with an idle server far away
    /// ```
    pub fn score(&self, in_flight: u32, applies: Factors, user_factor: u32) -> u64 {
        score(self.multiplier(applies), base(in_flight), user_factor)
    }

    /// The products of all sets of factors, for picks.
    pub(super) fn multipliers(&self) -> Multipliers {
        Multipliers(core::array::from_fn(|bits| self.multiplier(Factors(bits as u8))))
    }

    fn multiplier(&self, applies: Factors) -> u64 {
        [
            (Factors::OTHER_ZONE, self.other_zone),
            (Factors::NON_REPLICA, self.non_replica),
            (Factors::STARTING, self.starting),
            (Factors::UNHEALTHY | Factors::EJECTED, self.unhealthy),
            (Factors::OTHER_REGION, self.other_region),
        ]
        .into_iter()
        .filter(|&(bits, _)| applies.has(bits))
        .fold(1, |product, (_, factor)| times(product, factor))
    }
}

/// The product of each set of factors: 512 bytes that spare a pick five questions per candidate.
#[derive(Clone, Debug)]
pub(super) struct Multipliers([u64; 1 << FACTORS]);

impl Multipliers {
    /// As [`Weights::score`], of a base that is made.
    #[inline]
    pub(super) fn score(&self, base: u64, applies: Factors, user_factor: u32) -> u64 {
        let multiplier = self.0.get(usize::from(applies.0)).copied().unwrap_or(u64::MAX);
        score(multiplier, base, user_factor)
    }
}

/// What is multiplied: requests in flight and one, up to the greatest base.
pub(super) fn base(in_flight: u32) -> u64 {
    (u64::from(in_flight) + 1).min(BASE_MAX)
}

/// Saturation makes the order of the factors indifferent: none is below 1.
fn score(multiplier: u64, base: u64, user_factor: u32) -> u64 {
    times(base, user_factor).saturating_mul(multiplier)
}

fn times(score: u64, factor: u32) -> u64 {
    score.saturating_mul(u64::from(factor.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_rises_by_one_per_request_and_stops_at_32_768() {
        let weights = Weights::default();
        assert_eq!(weights.score(32_766, Factors(0), 1), 32_767);
        assert_eq!(weights.score(32_767, Factors(0), 1), 32_768);
        assert_eq!(weights.score(32_768, Factors(0), 1), 32_768);
        assert_eq!(weights.score(u32::MAX, Factors(0), 1), 32_768);
    }

    #[test]
    fn the_published_factors_at_their_worst_stay_below_32_bits() {
        let all = Factors(
            Factors::OTHER_ZONE
                | Factors::NON_REPLICA
                | Factors::STARTING
                | Factors::UNHEALTHY
                | Factors::EJECTED,
        );
        assert_eq!(Weights::default().score(u32::MAX, all, 1), 1_610_612_736);
    }

    #[test]
    fn a_factor_that_is_given_twice_counts_once() {
        let once = Factors::default().with(Factors::STARTING, true);
        assert_eq!(once.with(Factors::STARTING, true).with(Factors::STARTING, false), once);
    }

    #[test]
    fn unhealthy_and_ejected_together_count_once() {
        let weights = Weights::default();
        assert_eq!(weights.score(0, Factors(Factors::UNHEALTHY), 1), 64);
        assert_eq!(weights.score(0, Factors(Factors::EJECTED), 1), 64);
        assert_eq!(weights.score(0, Factors(Factors::UNHEALTHY | Factors::EJECTED), 1), 64);
    }

    #[test]
    fn an_absurd_product_saturates_and_a_zero_factor_counts_as_one() {
        let most = u32::MAX;
        let absurd = Weights {
            other_zone: most,
            non_replica: most,
            starting: most,
            unhealthy: most,
            other_region: most,
        };
        assert_eq!(absurd.score(0, Factors(63), most), u64::MAX);
        let zero = Weights { other_zone: 0, ..Weights::default() };
        assert_eq!(zero.score(4, Factors(Factors::OTHER_ZONE), 0), 5);
    }
}
