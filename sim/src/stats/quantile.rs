//! The rule of the q-quantile.

/// A share of the samples, in parts per million, so that no rounding of a binary fraction moves an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantile(u32);

const PPM: u32 = 1_000_000;

impl Quantile {
    /// The middle.
    pub const P50: Self = Self(500_000);
    /// Nine of ten.
    pub const P90: Self = Self(900_000);
    /// 95 of a hundred.
    pub const P95: Self = Self(950_000);
    /// 99 of a hundred.
    pub const P99: Self = Self(990_000);
    /// 999 of a thousand.
    pub const P99_9: Self = Self(999_000);

    /// A share of 0 to 1 000 000 parts per million; more counts as all.
    pub const fn ppm(share: u32) -> Self {
        Self(if share > PPM { PPM } else { share })
    }

    /// The index of this quantile among `n` samples in ascending order; `None` when there is none.
    ///
    /// ```
    /// use hedgerow_sim::stats::Quantile;
    /// assert_eq!([Quantile::P50, Quantile::P99].map(|q| q.index(10)), [Some(5), Some(9)]);
    /// assert_eq!(Quantile::P50.index(0), None);
    /// ```
    pub fn index(self, n: u64) -> Option<u64> {
        let rank = u128::from(n) * u128::from(self.0) / u128::from(PPM);
        Some(rank.min(u128::from(n.checked_sub(1)?)) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_never_lost_to_a_binary_fraction() {
        // In floats 0.29 · 100 is below 29.
        assert_eq!(Quantile::ppm(290_000).index(100), Some(29));
        assert_eq!(Quantile::ppm(2_000_000).index(u64::MAX), Some(u64::MAX - 1));
        assert_eq!(Quantile::ppm(0).index(10), Some(0));
    }
}
