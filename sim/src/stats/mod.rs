//! What a run measured, in numbers that do not depend on who computes them.
//!
//! The q-quantile of n samples is the element at index `min(n − 1, ⌊q·n⌋)` of the ascending order, from 0. The median
//! over k seeds is element `⌊k/2⌋`, a band p10–p90 the elements `⌊k/10⌋` and `⌊9k/10⌋`. Where nothing was measured
//! there is no quantile: never 0, never a number that is none.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a mean is an estimate; counts stay far below 2^53"
)]

mod histogram;
mod quantile;
mod samples;
mod seeds;

pub use histogram::Histogram;
pub use quantile::Quantile;
pub use samples::{EXACT, Samples, Summary};
pub use seeds::{Band, band, median};
