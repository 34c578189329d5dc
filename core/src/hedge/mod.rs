//! Hedging: when a second copy of a request is sent, and whether it may be.
pub mod delay;
pub mod limiter;
