//! Choosing where to send: weighted choice of n, its scores, and the soft health they read.
//!
//! [`choice`] draws the ordered plan of a call from [`score`]s; [`health`] and [`ejection`] say which endpoints to
//! avoid, softly. The client machine combines them over its own table of endpoints; [`Picker`] does the same for a
//! program that wants the choice alone. [`breaker`] is for hosts that demand one, [`phi`] for those that get heartbeats;
//! [`peak`] and [`hot_cold`] are what two of the comparison policies go by.

pub mod breaker;
mod candidate;
pub mod choice;
mod comparison;
pub mod ejection;
pub mod health;
mod host;
pub mod hot_cold;
mod learned;
mod outlier;
pub mod peak;
mod permutation;
pub mod phi;
pub mod picker;
pub mod score;
mod settings;

pub use breaker::{Breaker, BreakerSettings};
pub use host::{Host, HostError, Place};
pub use hot_cold::{LoadReport, ReportPool};
pub use peak::Peak;
pub use phi::{PhiDetector, PhiError, PhiSettings};
pub use picker::{Pick, Picker};
