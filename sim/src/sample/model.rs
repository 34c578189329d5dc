//! Distributions of a duration, each by the inverse of its distribution function.
//!
//! A model keeps its parameters in microseconds. A mixture spends one word on the choice of its component and leaves
//! the rest to that component; every other model spends exactly one word, so that common random numbers stay common.

use super::curve::Curve;
use super::normal::inverse_normal;
use super::replay::Replay;
use super::{power, unit, whole};
use crate::stream::Draws;
use std::fmt;

/// A distribution of durations; parameters are microseconds unless they are named otherwise.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// Always the same.
    Const(f64),
    /// Exponential: `−m·ln U`.
    Exp {
        /// The mean.
        mean: f64,
    },
    /// Pareto: `m·(a−1)/a · U^(−1/a)`.
    Pareto {
        /// The shape a, above 1; at 2 and below the variance is infinite.
        shape: f64,
        /// The mean; the least value is `mean·(a−1)/a`.
        mean: f64,
    },
    /// Truncated exponential: `lo − s·ln(1 − U·(1 − e^(−(hi−lo)/s)))`.
    Truncated {
        /// The least value.
        lo: f64,
        /// The greatest value.
        hi: f64,
        /// The scale s of the exponential.
        scale: f64,
    },
    /// Lognormal: `unit·e^(μ + σ·z)`.
    Lognormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Deviation of the logarithm.
        sigma: f64,
        /// The microseconds of one unit of the value.
        unit: f64,
    },
    /// The absolute value of a normal.
    NormalAbs {
        /// Mean of the normal.
        mean: f64,
        /// Deviation of the normal.
        sd: f64,
    },
    /// A survival function of power laws.
    Curve(Curve),
    /// An inverse distribution function by a table.
    Replay(Replay),
    /// One of several models, by chance.
    Mixture(Mixture),
}

/// Tells which parameter of a model is out of range.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelError(pub(super) String);

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ModelError {}

impl Model {
    /// An exponential of this mean.
    pub const fn exp(mean: f64) -> Self {
        Self::Exp { mean }
    }

    /// A Pareto distribution of this shape and mean.
    pub const fn pareto(shape: f64, mean: f64) -> Self {
        Self::Pareto { shape, mean }
    }

    /// Draws a duration, in microseconds.
    #[inline]
    pub fn sample(&self, draws: &mut impl Draws) -> u64 {
        let mut chosen = self;
        while let Self::Mixture(mixture) = chosen {
            chosen = mixture.choose(unit(draws.draw()));
        }
        whole(chosen.at(unit(draws.draw())))
    }

    /// The duration at `u`, in microseconds, before it is rounded; `u` between 0 and 1.
    ///
    /// Of a mixture it is that of the component chosen by the same `u`; [`Self::sample`] draws twice instead.
    pub fn at(&self, u: f64) -> f64 {
        match self {
            Self::Const(value) => *value,
            Self::Exp { mean } => -mean * libm::log(u),
            Self::Pareto { shape, mean } => mean * (shape - 1.0) / shape * power(u, -1.0 / shape),
            Self::Truncated { lo, hi, scale } => {
                let covered = 1.0 - libm::exp(-(hi - lo) / scale);
                lo - scale * libm::log(1.0 - u * covered)
            }
            Self::Lognormal { mu, sigma, unit } => unit * libm::exp(mu + sigma * inverse_normal(u)),
            Self::NormalAbs { mean, sd } => (mean + sd * inverse_normal(u)).abs(),
            Self::Curve(curve) => curve.at(u),
            Self::Replay(table) => table.at(u),
            Self::Mixture(mixture) => mixture.choose(u).at(u),
        }
    }

    /// Refuses parameters that are not finite, negative, or outside of what the formula allows.
    pub fn checked(self) -> Result<Self, ModelError> {
        let at_least_zero = |name, value| within(name, value, 0.0, "0 or more");
        match &self {
            Self::Const(value) => at_least_zero("const: value", *value)?,
            Self::Exp { mean } => at_least_zero("exp: mean", *mean)?,
            Self::Pareto { shape, mean } => {
                within("pareto: shape", *shape - 1.0, f64::MIN_POSITIVE, "above 1")
                    .map_err(|_| ModelError(format!("pareto: shape: {shape}, want above 1")))?;
                at_least_zero("pareto: mean", *mean)?;
            }
            Self::Truncated { lo, hi, scale } => {
                at_least_zero("texp: lo", *lo)?;
                within("texp: hi", *hi, *lo, "lo or more")?;
                within("texp: scale", *scale, f64::MIN_POSITIVE, "above 0")?;
            }
            Self::Lognormal { mu, sigma, .. } => {
                within("lognormal: mu", *mu, -700.0, "-700 or more")?;
                at_least_zero("lognormal: sigma", *sigma)?;
            }
            Self::NormalAbs { mean, sd } => {
                within("normal_abs: mean", *mean, f64::MIN, "finite")?;
                at_least_zero("normal_abs: sd", *sd)?;
            }
            Self::Curve(_) | Self::Replay(_) | Self::Mixture(_) => {}
        }
        Ok(self)
    }
}

/// Refuses what is not finite or below `least`.
pub(super) fn within(name: &str, value: f64, least: f64, want: &str) -> Result<(), ModelError> {
    if value.is_finite() && value >= least {
        return Ok(());
    }
    Err(ModelError(format!("{name}: {value}, want {want}")))
}

/// Models with the boundaries at which one begins and the last one ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture(Vec<(f64, Model)>);

impl Mixture {
    /// Takes shares and models; the shares must be positive and add up to 1, within 10⁻⁹.
    pub fn new(parts: Vec<(f64, Model)>) -> Result<Self, ModelError> {
        let mut end = 0.0;
        let mut ends = Vec::with_capacity(parts.len());
        for (share, model) in parts {
            within("mixture: share", share, f64::MIN_POSITIVE, "above 0")?;
            end += share;
            ends.push((end, model));
        }
        if (end - 1.0).abs() > 1e-9 {
            return Err(ModelError(format!("mixture: the shares add up to {end}, want 1")));
        }
        Ok(Self(ends))
    }

    /// Where each component ends.
    pub fn boundaries(&self) -> impl Iterator<Item = f64> {
        self.0.iter().map(|part| part.0)
    }

    fn choose(&self, u: f64) -> &Model {
        let part = self.0.iter().find(|part| u < part.0).or(self.0.last());
        // A mixture of shares that add up to 1 has a part.
        part.map_or(&Model::Const(0.0), |part| &part.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_points_of_the_formulas_are_met() {
        let pareto = Model::pareto(2.0, 400.0);
        assert_eq!([whole(pareto.at(0.25)), whole(pareto.at(0.01))], [400, 2000]);
        let exp = Model::exp(1000.0);
        assert_eq!([whole(exp.at(libm::exp(-1.0))), whole(exp.at(0.5))], [1000, 693]);
    }

    #[test]
    fn a_truncated_exponential_ends_at_its_ends() {
        let model = Model::Truncated { lo: 20_000.0, hi: 30_000.0, scale: 3000.0 };
        assert_eq!([whole(model.at(1e-17)), whole(model.at(1.0 - 1e-16))], [20_000, 30_000]);
    }

    #[test]
    fn a_normal_is_folded_at_zero() {
        let model = Model::NormalAbs { mean: 10_000.0, sd: 2000.0 };
        assert_eq!(whole(model.at(0.5)), 10_000);
        assert_eq!(whole(Model::NormalAbs { mean: 0.0, sd: 1000.0 }.at(0.158_655_253_931)), 1000);
    }

    #[test]
    fn what_is_out_of_range_is_refused_by_name() {
        let refused = |model: Model| model.checked().unwrap_err().to_string();
        assert_eq!(refused(Model::exp(-1.0)), "exp: mean: -1, want 0 or more");
        assert_eq!(refused(Model::exp(f64::NAN)), "exp: mean: NaN, want 0 or more");
        assert_eq!(refused(Model::pareto(1.0, 5.0)), "pareto: shape: 1, want above 1");
        assert_eq!(refused(Model::Const(f64::INFINITY)), "const: value: inf, want 0 or more");
        let halves = vec![(0.5, Model::Const(1.0)), (0.4, Model::Const(2.0))];
        assert_eq!(
            Mixture::new(halves).unwrap_err().to_string(),
            "mixture: the shares add up to 0.9, want 1"
        );
    }
}
