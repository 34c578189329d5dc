//! Retrying: what an ended attempt means, how long to wait, and whether the budget allows it.
pub mod backoff;
pub mod budget;
pub mod outcome;
pub mod preset;
pub mod pushback;
