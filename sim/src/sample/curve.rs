//! A survival function made of power laws: how likely something takes longer than t.
//!
//! Between two points of the list the function is a straight line on paper with two logarithmic axes; beyond the last
//! point the last line goes on. Published latency plots give such points and rarely more.

use super::model::{ModelError, within};
use super::power;

/// One line: from `(t, s)` on the survival is `s·(x/t)^−exponent`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) t: f64,
    pub(super) s: f64,
    pub(super) exponent: f64,
}

/// A piecewise power law.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve(Vec<Piece>);

impl Curve {
    /// Joins points (t in microseconds, survival), t rising from above 0, survival falling from 1; at least two.
    pub fn new(points: &[(f64, f64)]) -> Result<Self, ModelError> {
        let first = points.first().map_or(0.0, |point| point.1);
        if points.len() < 2 || (first - 1.0).abs() > 1e-12 {
            return Err(ModelError("curve: want two points or more, the first with survival 1".to_owned()));
        }
        within("curve: t", points.first().map_or(0.0, |point| point.0), f64::MIN_POSITIVE, "above 0")?;
        let pieces = points.windows(2).map(|pair| match *pair {
            [(t, s), (later, less)] if later.is_finite() && later > t && 0.0 < less && less < s => {
                Ok(Piece { t, s, exponent: libm::log(s / less) / libm::log(later / t) })
            }
            _ => Err(ModelError(format!("curve: {pair:?}: want t to rise and survival to fall, above 0"))),
        });
        Ok(Self(pieces.collect::<Result<_, _>>()?))
    }

    pub(super) const fn of_pieces(pieces: Vec<Piece>) -> Self {
        Self(pieces)
    }

    /// The time that is exceeded with probability `u`, in microseconds.
    pub(super) fn at(&self, u: f64) -> f64 {
        let piece = self.0.iter().rev().find(|piece| u <= piece.s).or(self.0.first());
        piece.map_or(0.0, |piece| piece.t * power(u / piece.s, -1.0 / piece.exponent))
    }

    /// The probability of taking longer than `t` microseconds.
    pub fn survival(&self, t: f64) -> f64 {
        let piece = self.0.iter().rev().find(|piece| t >= piece.t);
        piece.map_or(1.0, |piece| piece.s * power(t / piece.t, -piece.exponent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_passes_its_points_and_goes_on_behind_the_last() {
        let curve = Curve::new(&[(1.0, 1.0), (10.0, 0.02), (100.0, 0.0002)]).unwrap();
        for (u, t) in [(1.0, 1.0), (0.02, 10.0), (0.0002, 100.0), (0.000_002, 1000.0)] {
            assert!((curve.at(u) / t - 1.0).abs() < 1e-12, "{}", curve.at(u));
            assert!((curve.survival(t) / u - 1.0).abs() < 1e-12);
        }
        assert!((curve.survival(0.5) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn points_that_are_no_survival_function_are_refused() {
        for points in [
            &[(1.0, 1.0)][..],
            &[(1.0, 0.9), (2.0, 0.5)],
            &[(2.0, 1.0), (1.0, 0.5)],
            &[(1.0, 1.0), (2.0, 1.0)],
        ] {
            Curve::new(points).unwrap_err();
        }
    }
}
