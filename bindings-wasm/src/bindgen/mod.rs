//! Classes for JavaScript: the client machine and what the adapter of fetch asks; with the feature `policies` also every
//! policy as a class of its own, readings of single headers, the texts of reasons and tools for traces.
//!
//! Times are `f64` milliseconds, ids are numbers below 2^53, an argument that need not be given is −1 where nothing
//! is given. A question is answered by a number: what was asked for, or the negative code of the reason for a refusal.

#[cfg(feature = "policies")]
mod balance;
#[cfg(feature = "policies")]
mod breaker;
#[cfg(feature = "policies")]
mod canonical;
mod client;
#[cfg(feature = "policies")]
mod client_policies;
mod document;
mod error;
#[cfg(feature = "policies")]
mod hedge;
#[cfg(feature = "policies")]
mod histogram;
mod http;
#[cfg(feature = "policies")]
mod latency;
#[cfg(feature = "policies")]
mod limit;
#[cfg(feature = "policies")]
mod meter;
#[cfg(feature = "policies")]
mod peak;
#[cfg(feature = "policies")]
mod phi;
#[cfg(feature = "policies")]
mod pool;
#[cfg(feature = "policies")]
mod random;
#[cfg(feature = "policies")]
mod readings;
#[cfg(feature = "policies")]
mod reason;
#[cfg(feature = "policies")]
mod retry;
#[cfg(feature = "policies")]
mod signal;
#[cfg(feature = "policies")]
mod snapshot;
#[cfg(feature = "policies")]
mod stall;
#[cfg(feature = "policies")]
mod timer;
#[cfg(feature = "policies")]
mod token;
#[cfg(feature = "policies")]
mod trace;
mod units;

#[cfg(feature = "policies")]
pub use balance::*;
#[cfg(feature = "policies")]
pub use breaker::*;
#[cfg(feature = "policies")]
pub use canonical::*;
pub use client::{Client, linear_memory};
#[cfg(feature = "policies")]
pub use hedge::*;
#[cfg(feature = "policies")]
pub use histogram::*;
pub use http::*;
#[cfg(feature = "policies")]
pub use latency::*;
#[cfg(feature = "policies")]
pub use limit::*;
#[cfg(feature = "policies")]
pub use meter::*;
#[cfg(feature = "policies")]
pub use peak::*;
#[cfg(feature = "policies")]
pub use phi::*;
#[cfg(feature = "policies")]
pub use pool::*;
#[cfg(feature = "policies")]
pub use random::*;
#[cfg(feature = "policies")]
pub use readings::*;
#[cfg(feature = "policies")]
pub use reason::*;
#[cfg(feature = "policies")]
pub use retry::*;
#[cfg(feature = "policies")]
pub use signal::*;
#[cfg(feature = "policies")]
pub use stall::*;
#[cfg(feature = "policies")]
pub use timer::*;
#[cfg(feature = "policies")]
pub use token::*;
#[cfg(feature = "policies")]
pub use trace::*;

#[cfg(feature = "policies")]
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use units::{MS, now, told_span, wall};
#[cfg(feature = "policies")]
use units::{span, told};
