//! Retrying: what an ended attempt means, how long to wait, and whether the budget allows it.
//!
//! A retry is a bet that the failure was local in time or place, and new load at the worst moment. Backoff spreads
//! retries in time but does not reduce them; under lasting overload only a budget does (Bronson et al., HotOS 2021).
//! So a retry needs all of a retryable outcome, an operation that may run twice, an attempt left, time left and a
//! token. [`gate::gate`] asks for these in one fixed order; the other files answer one question each.

pub mod backoff;
pub mod budget;
pub mod gate;
pub mod grpc;
pub mod http;
pub mod http_date;
pub mod outcome;
pub mod policy;
pub mod preset;
pub mod pushback;
pub mod series;
pub mod server_delay;
