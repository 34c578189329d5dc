//! hedgerow on tokio: one task and one sleep per client, attempts as tasks, results before timers.
//!
//! The core decides *when to hedge, when to retry, where to send, how long to wait, what to refuse and which token to
//! attach*, and does none of the sending. This crate does the rest on tokio: it reads the clock, draws the seed, arms the
//! one timer, and asks a callback of yours for a future per transmission.
//!
//! ```
//! use hedgerow_tokio::{AttemptError, CallOptions, Client, Config, EndpointSpec, Idempotency};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let replica = |name: &str| EndpointSpec { name: name.into(), ..EndpointSpec::default() };
//! let client = Client::builder(Config::default()).endpoints(["a", "b", "c"].map(replica)).build()?;
//!
//! let options = CallOptions { idempotency: Some(Idempotency::Natural), ..CallOptions::default() };
//! let answer = client
//!     .call(options, |attempt| async move {
//!         // Send to `attempt.endpoint`, tell the server `attempt.remaining`, attach `attempt.token`.
//!         Ok::<_, AttemptError<std::io::Error>>(format!("{} answered", attempt.endpoint))
//!     })
//!     .await?;
//! assert!(answer.ends_with("answered"));
//! # Ok(()) }
//! ```
//!
//! # The parts
//!
//! - [`Client`] and [`Builder`]: calls, topology, signals, statistics, drain and close.
//! - [`CallOptions`] go in; a result and a [`Report`] come out, or a [`CallError`] with the last underlying error.
//! - [`AttemptError`] says what a failure means; an error without a class is transient.
//! - [`Losers`]: an attempt that lost is dropped, or runs to its end so that its connection stays usable.
//! - [`Client::take_trace`]: what was recorded, for the command `hedgerow` to explain and replay.
//! - [`ManualClock`] and [`testing`]: calls without servers, without waiting, the same every time.
//! - feature `tower`: a layer; feature `http`: a small HTTP/1.1 client.
//!
//! # How a turn goes
//!
//! The core lies behind a mutex that is never held across an await. Whoever has news (a call that starts, an attempt that
//! ended, the driver whose sleep fired) takes the lock, reads the clock once, hands the news in, drains the actions into
//! the calls' mailboxes, lets go, and only then wakes tasks and calls the event sink. An attempt hands its result in
//! itself, the moment it has it, so results never wait for the driver; after a stall the driver waits for results
//! instead: it lets the runtime poll its sockets first and timers act second.
//!
//! # Invariants
//!
//! - No foreign code runs under the lock: callbacks, sinks and wakers run after it.
//! - An attempt's end is reported exactly once, by its result, by its drop, or by its panic.
//! - A panic in a callback fails the attempt; a panic in a sink removes the sink; a panic in the core stops the client
//!   and tells every waiting call.
//! - No global state: two clients share nothing, not even a timer.
#![forbid(unsafe_code)]

mod attempt;
mod builder;
mod call;
mod client;
mod clock;
mod driver;
mod error;
mod event;
mod host_stats;
#[cfg(feature = "http")]
pub mod http;
mod losers;
mod mailbox;
mod manual;
mod message;
mod misuse;
mod names;
mod options;
mod report;
mod shared;
mod task;
pub mod testing;
mod told;
#[cfg(feature = "tower")]
pub mod tower;

pub use attempt::{Attempt, AttemptError, Panic};
pub use builder::Builder;
pub use client::Client;
pub use clock::Clock;
pub use error::{CallError, ErrorKind};
pub use event::Event;
pub use host_stats::HostStats;
pub use losers::Losers;
pub use manual::ManualClock;
pub use misuse::{BuildError, ClientError, Stopped};
pub use options::{CallOptions, Key, Replicas};
pub use report::{AttemptOutcome, AttemptReport, Report};

pub use hedgerow::{
    AttemptId, CallId, EndpointId, Reason, Seed, Stats,
    client::{
        action::{
            Action, AttemptKind, ClockSample, EndpointSpec, Lease, Namespace, Note, Operation, Response,
            ServerLoad, StallReport, TopologyChange,
        },
        explain::Explanation,
    },
    config::{Config, ConfigError, Document, Idempotency, Priority},
    retry::{outcome::FailureClass, pushback::Pushback},
    signal::record::Record,
    timer::pause::Cause,
};

/// The examples of the front page, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct FrontPage;
