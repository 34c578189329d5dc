//! Choosing where to send: weighted choice of n, its scores, and the soft health they read.
//!
//! [`choice`] draws the ordered plan of a call from [`score`]s; [`health`] and [`ejection`] say which endpoints to
//! avoid, softly. The client machine combines them over its own table of endpoints; [`Picker`] does the same for a
//! program that wants the choice alone.
mod candidate;
pub mod choice;
mod comparison;
pub mod ejection;
pub mod health;
mod host;
mod outlier;
mod permutation;
mod picker;
pub mod score;
mod settings;

pub use host::{Host, HostError, Place};
pub use picker::{Pick, Picker};
