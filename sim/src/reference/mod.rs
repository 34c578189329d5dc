//! Reference models: what the core is measured against, and what a closed form is checked with.
//!
//! None of these is a policy of the core. Every row that comes from one says so.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "models on paper are made of floats; counts stay far below 2^53"
)]

pub mod mgk;
pub mod single;
pub mod speculation;
pub mod tail;
