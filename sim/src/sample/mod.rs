//! Workload models: how long work takes, when calls arrive, which key they ask for.
//!
//! A sampler turns 64-bit draws into whole microseconds. The word becomes `u = ((x >> 11) + ½)·2⁻⁵³`, which is never 0
//! and never 1; a formula of [`Model`] follows, with the logarithm and the exponential of the pure-Rust `libm` and
//! nothing else, since the standard library's differ in their last bit between platforms; the result is rounded half
//! up, at least 0. So one word gives one time, everywhere.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "workloads are made of floats; times stay far below 2^53 microseconds"
)]

mod arrivals;
mod curve;
mod keys;
mod model;
mod named;
mod normal;
mod replay;
mod text;

pub use arrivals::{Arrivals, Rates};
pub use curve::Curve;
pub use keys::Keys;
pub use model::{Mixture, Model, ModelError};
pub use named::{PAUSE_GAP_US, PAUSE_US, bigtable_curve, cassandra_mix};
pub use normal::inverse_normal;
pub use replay::Replay;
pub(crate) use text::time;

/// Microseconds of one millisecond, the unit of the formulas.
pub(crate) const MS: f64 = 1000.0;

/// Turns a word into a uniform number between 0 and 1, both excluded.
///
/// The half does not fit beside 53 bits, so that the very last word would round to 1; it gives the number before 1.
#[inline]
pub fn unit(word: u64) -> f64 {
    const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
    (((word >> 11) as f64 + 0.5) * STEP).min(1.0 - STEP)
}

/// Rounds half up to whole microseconds, at least 0.
#[inline]
pub fn whole(us: f64) -> u64 {
    // The cast cuts the fraction, answers 0 below 0 and saturates above.
    (us + 0.5) as u64
}

/// `x` to the power of `y`, for x > 0.
#[inline]
pub(crate) fn power(x: f64, y: f64) -> f64 {
    libm::exp(y * libm::log(x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uniform_number_is_never_zero_and_never_one() {
        assert!(unit(0) > 0.0 && unit(u64::MAX) < 1.0);
        assert!((unit(1 << 63) - 0.5).abs() < 1e-15);
        assert_eq!(unit(0).to_bits(), unit(2047).to_bits(), "the low eleven bits are not used");
    }

    #[test]
    fn rounding_is_half_up_and_never_below_zero() {
        assert_eq!([whole(0.49), whole(0.5), whole(2.5), whole(-3.0)], [0, 1, 3, 0]);
        assert_eq!(whole(f64::INFINITY), u64::MAX);
    }
}
