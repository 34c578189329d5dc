//! A reliability policy core: it decides when to hedge and retry, where to send, how long to wait and which
//! idempotency token to attach, and does none of the sending.
//!
//! A host hands it events ("this call starts", "that attempt answered", "the clock says t") and gets decisions back
//! ("send attempt 2 to endpoint 5", "wake me at t", "give up: budget"). The core reads no clock, draws no entropy, opens
//! no socket and starts no thread: **the same seed, configuration and events give the same decisions, bit for bit**,
//! natively, in WebAssembly and behind every binding. The policies are those of Netflix's stateful clients, with the
//! guards that practice has shown they need.
//!
//! # Where to start
//!
//! - [`Client`] composes all policies for one service. Most programs want this, or a host around it.
//! - Each policy is a type of its own and usable alone: [`Wheel`] and [`PauseTimer`] (time), [`Estimator`] (latency),
//!   [`DelaySettings`] and [`Limiter`] (hedging), [`retry::policy::RetryPolicy`] and [`retry::budget::Budget`]
//!   (retrying), [`balance::picker::Picker`] (choosing), [`token::generator::Generator`] (idempotency),
//!   [`signal::merge::Signals`] (what servers say).
//! - [`Config`] is one document, the same in every language; [`config::fields`] lists each field with default,
//!   range and meaning.
//!
//! # The contract
//!
//! 1. Time is the last argument, in microseconds since an origin that the host chooses. It never goes back inside.
//! 2. After any number of inputs drain [`Client::poll_action`] and perform the actions in order; then sleep until
//!    [`Client::poll_timeout`]. While actions wait, that answers "now".
//! 3. Hand in results first, then cancellations, then the timeout. A result handed over before the tick is observed
//!    always wins. A host woken late lets its event loop deliver what has arrived before it calls in.
//! 4. A refusal is not an error: it is a [`Reason`], a stable number with a slug. Errors are for configurations and
//!    endpoint lists; they name path, value and range.
//! 5. Nothing panics on input: stale, foreign and duplicate ids are answered, untrusted signals are clamped and counted.
//!
//! # A host loop
//!
//! ```
//! use hedgerow::client::action::{Action, EndpointSpec, Response, Start, TopologyChange};
//! use hedgerow::{Client, Config, Instant, Seed};
//!
//! let config: Config = serde_json::from_str(
//!     r#"{
//!         "objective": {"target_us": 10000, "max_us": 500000},
//!         "operations": {"get": {"idempotency": "natural"}}
//!     }"#,
//! )?;
//! let mut now = Instant::from_micros(0);
//! let mut client = Client::new(config, &Seed::new([42; 32]), now);
//! let replica = |name: &str| TopologyChange::Add(EndpointSpec { name: name.into(), ..EndpointSpec::default() });
//! client.handle_topology(&[replica("one"), replica("two")], now)?;
//!
//! let get = client.operation("get")?;
//! client.start(&Start { operation: get, ..Start::default() }, now).expect("admitted");
//! // The first server is silent; the second one answers the hedge.
//! let outcome = 'host: loop {
//!     while let Some(action) = client.poll_action() {
//!         match action {
//!             Action::Send { attempt, ordinal: 2, .. } => client.handle_response(attempt, Response::default(), now),
//!             Action::Complete { outcome, wall, .. } => break 'host (outcome, wall.as_micros()),
//!             _ => {}
//!         }
//!     }
//!     let wake = client.poll_timeout().expect("an undecided call has a timer");
//!     now = wake.at;
//!     client.handle_timeout(now);
//! };
//! assert_eq!(outcome, (hedgerow::client::action::Outcome::Ok, 10_000));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod balance;
pub mod client;
pub mod config;
pub mod hedge;
mod id;
pub mod latency;
pub mod limit;
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
pub mod wire;

pub use balance::{
    Breaker, BreakerSettings, Host, HostError, PhiDetector, PhiError, PhiSettings, Pick, Picker, Place,
    choice::{BalancePolicy, BalanceSettings, RegionRule},
    ejection::{Ejection, EjectionSettings},
    health::{Health, HealthSettings},
    score::{Factors, Weights},
};
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
pub use stall::{Stall, StallLevel, StallSettings};
pub use stats::Stats;
pub use time::{Duration, Instant, Monotone, Wall};
pub use timer::pause::{Cause, ExpiredBy, Expiry, Observation, PauseSettings, PauseTimer};
pub use timer::wheel::{Fired, TimerId, Wheel};
pub use trace::{Decision, Divergence, ReplayReport, Trace, TraceError, TraceHeader, TraceRecord, replay};
