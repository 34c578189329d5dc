//! What a configuration promises, and why a recorded call did what it did: as values, as documents, in words.
//!
//! The command `hedgerow` reads files and prints what this crate answers, so that a command of another language can
//! print the same. It decides nothing and holds no numeric default: documents are read and traces replayed by the
//! core, and what is promised is reckoned from the core's settings. No clock, no files, no output.
//!
//! ```
//! use hedgerow_why::check::Checked;
//! let checked = Checked::of(r#"{"retry": {"max_attempts": 0}, "hedge": {"max": 9}}"#);
//! let told: Vec<_> = checked.faults.iter().map(ToString::to_string).collect();
//! assert_eq!(told, ["hedge.max: 9, want 0..=4", "retry.max_attempts: 0, want 1..=10"]);
//! ```
#![forbid(unsafe_code)]

pub use hedgerow;

pub mod bounds;
pub mod calls;
pub mod check;
#[cfg(feature = "command")]
pub mod command;
mod event;
pub mod idle;
pub mod lines;
pub mod replay;
pub mod span;
pub mod story;
mod told;
pub mod whatif;
