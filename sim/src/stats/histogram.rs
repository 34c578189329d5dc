//! A log-linear histogram: each power of two is cut into 128 equal parts.
//!
//! A value is answered by the middle of its part, so that the error is at most 1/256 of it; below 256 it is exact.
//! 59 392 bytes of counters at most, grown with the values; O(1) for a value, O(parts) for a quantile.

use super::Quantile;

/// Parts of one power of two, as a power of two.
const SPLIT: u32 = 7;

/// Counts values by part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    /// Starts empty.
    pub const fn new() -> Self {
        Self { counts: Vec::new(), total: 0 }
    }

    /// Counts a value.
    pub fn add(&mut self, value: u64) {
        let part = part(value);
        if self.counts.len() <= part {
            self.counts.resize(part + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(part) {
            *count += 1;
        }
        self.total += 1;
    }

    /// How many values were counted.
    pub const fn len(&self) -> u64 {
        self.total
    }

    /// Whether none was.
    pub const fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The middle of each part with the values counted in it, ascending.
    pub fn parts(&self) -> impl Iterator<Item = (u64, u64)> {
        self.counts.iter().enumerate().map(|(at, count)| (middle(at), *count))
    }

    /// The middle of the part that holds the quantile; `None` when nothing was counted.
    pub fn quantile(&self, q: Quantile) -> Option<u64> {
        let rank = q.index(self.total)?;
        let mut seen = 0;
        let within = self.counts.iter().position(|count| {
            seen += count;
            seen > rank
        });
        within.map(middle)
    }
}

/// The number of the part that holds a value.
fn part(value: u64) -> usize {
    let power = (value | 1).ilog2().saturating_sub(SPLIT);
    (power as usize) * (1 << SPLIT) + (value >> power) as usize
}

/// The middle of a part.
fn middle(part: usize) -> u64 {
    let (power, head) = match part.checked_sub(1 << SPLIT) {
        Some(above) => (above >> SPLIT, (1 << SPLIT) + (above & ((1 << SPLIT) - 1))),
        None => (0, part),
    };
    ((head as u64) << power) + ((1 << power) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_answered_within_the_promised_error() {
        let values = (0..64).flat_map(|power| {
            let base = 1_u64 << power;
            [base, base | (base >> 1), base | (base >> 8), base | (base - 1)]
        });
        for value in values.chain(0..1000) {
            let answer = middle(part(value));
            assert!(u128::from(answer.abs_diff(value)) * 256 <= u128::from(value), "{value}: {answer}");
        }
    }

    #[test]
    fn parts_rise_with_values() {
        let parts: Vec<_> = (0..100_000).map(part).collect();
        assert!(parts.windows(2).all(|pair| pair[1] == pair[0] || pair[1] == pair[0] + 1));
        assert!(part(u64::MAX) < 58 * 128);
    }

    #[test]
    fn nothing_has_no_quantile() {
        assert_eq!(Histogram::new().quantile(Quantile::P50), None);
    }
}
