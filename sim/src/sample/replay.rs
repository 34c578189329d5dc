//! A distribution by a table of its quantiles, linear between them: what was measured, drawn again.

use super::model::{ModelError, within};

/// Rows of (share, microseconds), both non-decreasing.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay(Vec<(f64, f64)>);

impl Replay {
    /// Takes rows of a share of 0 to 1 and the quantile there in microseconds; at least two, none falling.
    ///
    /// Below the first share the first quantile holds, above the last share the last.
    pub fn new(rows: Vec<(f64, f64)>) -> Result<Self, ModelError> {
        if rows.len() < 2 {
            return Err(ModelError(format!("replay: {} rows, want 2 or more", rows.len())));
        }
        let mut before = (0.0, 0.0);
        for &(share, us) in &rows {
            within("replay: share", share, before.0, "no less than the row before")?;
            within("replay: us", us, before.1, "no less than the row before")?;
            before = (share, us);
        }
        if before.0 > 1.0 {
            return Err(ModelError(format!("replay: share: {}, want at most 1", before.0)));
        }
        Ok(Self(rows))
    }

    /// Takes quantiles in microseconds that are evenly spaced from the least to the greatest.
    pub fn even(quantiles: &[u64]) -> Result<Self, ModelError> {
        let last = quantiles.len().saturating_sub(1).max(1) as f64;
        Self::new(quantiles.iter().enumerate().map(|(row, &us)| (row as f64 / last, us as f64)).collect())
    }

    pub(super) fn at(&self, u: f64) -> f64 {
        let above = self.0.partition_point(|row| row.0 <= u);
        match (above.checked_sub(1).and_then(|below| self.0.get(below)), self.0.get(above)) {
            (Some(&(q, lo)), Some(&(p, hi))) => lo + (hi - lo) * (u - q) / (p - q),
            (Some(row), None) | (None, Some(row)) => row.1,
            (None, None) => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_linear_between_its_rows() {
        let table = Replay::even(&[100, 200, 1000]).unwrap();
        let at = [0.0, 0.25, 0.5, 0.75, 1.0].map(|u| table.at(u));
        assert_eq!(at.map(|us| us as u64), [100, 150, 200, 600, 1000]);
        let steps = Replay::new(vec![(0.5, 10.0), (0.5, 20.0), (0.9, 30.0)]).unwrap();
        assert_eq!([0.1, 0.5, 0.95].map(|u| steps.at(u) as u64), [10, 20, 30]);
    }

    #[test]
    fn a_table_that_falls_or_is_too_short_is_refused() {
        assert_eq!(Replay::even(&[1]).unwrap_err().to_string(), "replay: 1 rows, want 2 or more");
        let falling = Replay::even(&[2, 1]).unwrap_err().to_string();
        assert_eq!(falling, "replay: us: 1, want no less than the row before");
    }
}
