//! A list of latencies and its exact percentiles; lists of several clients can be merged.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The whole of a list, for [`Latencies::quantile`].
const WHOLE: u32 = 100_000;

/// Latencies in whole microseconds, kept sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<u32>", into = "Vec<u32>")]
pub struct Latencies(Vec<u32>);

impl From<Vec<u32>> for Latencies {
    fn from(mut micros: Vec<u32>) -> Self {
        micros.sort_unstable();
        Self(micros)
    }
}

impl From<Latencies> for Vec<u32> {
    fn from(latencies: Latencies) -> Self {
        latencies.0
    }
}

impl FromIterator<Duration> for Latencies {
    fn from_iter<T: IntoIterator<Item = Duration>>(latencies: T) -> Self {
        let micros = |latency: Duration| u32::try_from(latency.as_micros()).unwrap_or(u32::MAX);
        latencies.into_iter().map(micros).collect::<Vec<_>>().into()
    }
}

impl Latencies {
    /// Adds the latencies of another list.
    pub fn merge(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
        self.0.sort_unstable();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The smallest latency that `part` of all calls do not exceed; zero for an empty list.
    ///
    /// `part` is in thousandths of a percent, `0..=100_000`: 99.9 % is 99_900. Nearest rank: always a latency
    /// that was measured, never an interpolation.
    pub fn quantile(&self, part: u32) -> Duration {
        let rank = (self.0.len() * part.min(WHOLE) as usize).div_ceil(WHOLE as usize);
        let micros = self.0.get(rank.max(1) - 1).copied().unwrap_or(0);
        Duration::from_micros(u64::from(micros))
    }

    /// The largest latency; zero for an empty list.
    pub fn max(&self) -> Duration {
        self.quantile(WHOLE)
    }

    /// Points (number of nines, milliseconds) of the whole distribution: 1 nine is 90 %, 3 are 99.9 %.
    ///
    /// Nine tenths of the calls are at or below the curve at 1. The largest latency, whose share would be at
    /// infinity, is drawn half a rank earlier.
    pub fn curve(&self) -> Vec<(f64, f64)> {
        let count = self.0.len() as f64;
        let mut points: Vec<(f64, f64)> = Vec::new();
        for (rank, micros) in self.0.iter().enumerate() {
            let share = (rank as f64 + 1.0).min(count - 0.5) / count;
            let nines = -(1.0 - share).log10();
            let last = rank + 1 == self.0.len();
            // Two hundred points a nine are smoother than any screen.
            if last || points.last().is_none_or(|point| nines - point.0 >= 0.005) {
                points.push((nines, f64::from((*micros).max(1)) / 1000.0));
            }
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hundred() -> Latencies {
        (1..=100).rev().map(Duration::from_micros).collect()
    }

    #[test]
    fn quantiles_of_one_to_hundred_are_their_ranks() {
        let all = hundred();
        let micros = |part| all.quantile(part).as_micros();
        assert_eq!(
            [0, 50_000, 50_500, 95_000, 99_000, 99_900, WHOLE].map(micros),
            [1, 50, 51, 95, 99, 100, 100]
        );
    }

    #[test]
    fn one_value_is_every_quantile_and_none_is_zero() {
        let one: Latencies = [Duration::from_micros(7)].into_iter().collect();
        assert_eq!([0, 50_000, WHOLE].map(|part| one.quantile(part).as_micros()), [7, 7, 7]);
        assert_eq!(Latencies::default().max(), Duration::ZERO);
    }

    #[test]
    fn merging_equals_measuring_together() {
        let mut odd: Latencies = (1..=100).step_by(2).map(Duration::from_micros).collect();
        let even: Latencies = (2..=100).step_by(2).map(Duration::from_micros).collect();
        odd.merge(&even);
        assert_eq!(odd, hundred());
    }

    #[test]
    fn the_curve_rises_and_ends_at_the_largest() {
        let curve = hundred().curve();
        assert!(curve.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1));
        assert_eq!(curve.last().map(|point| point.1), Some(0.1));
        assert!(curve.iter().any(|point| (point.0 - 1.0).abs() < 1e-9 && (point.1 - 0.09).abs() < 1e-9));
    }
}
