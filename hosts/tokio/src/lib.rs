//! hedgerow on tokio.
#![forbid(unsafe_code)]

mod attempt;
mod builder;
mod call;
mod client;
mod clock;
mod driver;
mod error;
mod event;
#[cfg(feature = "http")]
pub mod http;
mod mailbox;
mod names;
mod options;
mod report;
mod shared;
pub mod testing;
#[cfg(feature = "tower")]
pub mod tower;

pub use attempt::{Attempt, AttemptError, Panic};
pub use builder::Builder;
pub use client::Client;
pub use clock::{Clock, ManualClock};
pub use error::{BuildError, CallError, ClientError, ErrorKind, Stopped};
pub use event::Event;
pub use options::{CallOptions, Key, Replicas};
pub use report::{AttemptOutcome, AttemptReport, Report};
pub use shared::{HostStats, Losers};

pub use hedgerow::{
    AttemptId, CallId, EndpointId, Reason, Seed, Stats,
    client::{
        action::{
            Action, AttemptKind, EndpointSpec, Namespace, Note, Operation, StallReport, TopologyChange,
        },
        explain::Explanation,
    },
    config::{Config, ConfigError, Idempotency, Priority},
    retry::{outcome::FailureClass, pushback::Pushback},
    signal::record::Record,
    timer::pause::Cause,
};
