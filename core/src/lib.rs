//! hedgerow (manual to come)
#![no_std]
#![forbid(unsafe_code)]
// While rooms are still stubs:
#![allow(missing_docs, unused, missing_debug_implementations, clippy::all, clippy::pedantic)]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod balance;
pub mod client;
pub mod config;
pub mod hedge;
mod id;
pub mod latency;
pub mod reason;
pub mod retry;
pub mod rng;
pub mod signal;
pub mod stall;
pub mod stats;
pub mod time;
pub mod timer;
pub mod token;
pub mod trace;

pub use client::Client;
pub use config::{Config, ConfigError};
pub use hedge::{
    delay::{DelayInput, DelaySettings, Strategy},
    limiter::Limiter,
};
pub use id::{AttemptId, CallId, EndpointId};
pub use latency::{Estimator, EstimatorSettings, bucket::Bucket, ewma::Ewma, histogram::Histogram};
pub use reason::Reason;
pub use retry::{
    backoff::BackoffSettings,
    budget::{Budget, BudgetSettings},
    outcome::{Ended, FailureClass, Fault},
    policy::{RetryCall, RetryPolicy},
    preset::Preset,
    pushback::{Pushback, PushbackMode, PushbackSettings},
    series::Series,
};
pub use rng::{Nonces, Seed, SeedError, Stream, StreamKind};
pub use stats::Stats;
pub use time::{Duration, Instant, Monotone, Wall};
pub use timer::pause::{Cause, ExpiredBy, Expiry, Observation, PauseSettings, PauseTimer};
pub use timer::wheel::{Fired, TimerId, Wheel};
