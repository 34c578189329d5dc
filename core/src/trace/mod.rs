//! The trace: every input of a client with the decisions it caused, so that a run can be repeated and explained.
//!
//! A client is a pure function of configuration, seed and inputs; whoever holds these three holds the run. A trace
//! holds seed and inputs, names the configuration by its hash, and adds the decisions, so that a replay can tell the
//! first one that differs. Recording, rendering and hash chain are ours; the hash is FNV-1a with 64 bits (Fowler,
//! Noll, Vo), which finds differences and is no defence against forgery. Since a trace holds the seed, it is as
//! secret as the seed.
//!
//! Two forms. On the path of a call stands the compact one: numbers of variable length appended to one reused buffer,
//! without allocation after warm-up. Off the path stand the *lines*: JSON Lines, the same bytes in every language,
//! each chained to the one before by its hash, so that the last hash stands for the whole run. The time of an input
//! is recorded as it was told, before the clamp that keeps it from going back.
//!
//! Recording never changes a decision. When as many records wait as `trace.buffer` allows, recording ends for good,
//! because a trace with a gap cannot be repeated; what is not written is counted. Reading trusts nothing: any bytes
//! are answered with a trace or an error, and a trace takes no more memory than its bytes.
//!
//! ```
//! use hedgerow::client::action::Start;
//! use hedgerow::trace::{Trace, replay};
//! use hedgerow::{Client, Config, Instant, Seed};
//!
//! let config: Config = serde_json::from_str(r#"{"trace": {"enabled": true}}"#).unwrap();
//! let mut client = Client::new(config.clone(), &Seed::new([7; 32]), Instant::ZERO);
//! client.start(&Start::default(), Instant::from_micros(5)).unwrap_err(); // no endpoint
//!
//! let mut bytes = Vec::new();
//! client.poll_trace_bytes(&mut bytes);
//! let trace = Trace::from_bytes(&bytes).unwrap();
//! let line = trace.lines().nth(1).unwrap();
//! assert!(line.starts_with(r#"{"i":1,"t":5,"e":"start","ns":0,"op":0,"replicas":[],"cookie":0,"d":[[15,0,0,0,0]]"#));
//! assert_eq!(replay(&config, &trace).unwrap().hash, trace.hash());
//! ```

mod arguments;
mod bytes;
mod chain;
mod decode;
mod encode;
mod event;
mod header;
mod line;
mod lines;
mod number;
mod record;
mod recorder;
mod replay;
#[cfg(test)]
mod tests;

pub use bytes::Trace;
pub use chain::{Chain, hash_line};
pub use event::{Event, StartEvent};
pub use header::TraceHeader;
pub use lines::Lines;
pub use number::{TraceError, TraceFault};
pub use record::{Decision, TraceRecord};
pub use replay::{Difference, Divergence, ReplayReport, replay};

pub(crate) use encode::record_numbers;
pub(crate) use event::Input;
pub(crate) use recorder::Recorder;
