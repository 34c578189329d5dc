//! Every policy alone, and what adapters ask: the sources of the WebAssembly package under the attribute of this one.
//!
//! An object belongs to the thread that made it; what threads share is the client.

#![allow(
    clippy::trivially_copy_pass_by_ref,
    unfulfilled_lint_expectations,
    reason = "the sources are written for a generator that asks for references, and wants other lints waived"
)]

#[path = "../../../bindings-wasm/src/bindgen/balance.rs"]
mod balance;
#[path = "../../../bindings-wasm/src/bindgen/breaker.rs"]
mod breaker;
#[path = "../../../bindings-wasm/src/bindgen/canonical.rs"]
mod canonical;
#[path = "../../../bindings-wasm/src/bindgen/hedge.rs"]
mod hedge;
#[path = "../../../bindings-wasm/src/bindgen/histogram.rs"]
mod histogram;
#[path = "../../../bindings-wasm/src/bindgen/http.rs"]
mod http;
#[path = "../../../bindings-wasm/src/bindgen/latency.rs"]
mod latency;
#[path = "../../../bindings-wasm/src/bindgen/limit.rs"]
mod limit;
#[path = "../../../bindings-wasm/src/bindgen/meter.rs"]
mod meter;
#[path = "../../../bindings-wasm/src/bindgen/peak.rs"]
mod peak;
#[path = "../../../bindings-wasm/src/bindgen/phi.rs"]
mod phi;
mod picks;
#[path = "../../../bindings-wasm/src/bindgen/pool.rs"]
mod pool;
#[path = "../../../bindings-wasm/src/bindgen/random.rs"]
mod random;
#[path = "../../../bindings-wasm/src/bindgen/readings.rs"]
mod readings;
#[path = "../../../bindings-wasm/src/bindgen/reason.rs"]
mod reason;
#[path = "../../../bindings-wasm/src/bindgen/retry.rs"]
mod retry;
#[path = "../../../bindings-wasm/src/bindgen/signal.rs"]
mod signal;
#[path = "../../../bindings-wasm/src/bindgen/stall.rs"]
mod stall;
#[path = "../../../bindings-wasm/src/bindgen/timer.rs"]
mod timer;
#[path = "../../../bindings-wasm/src/bindgen/token.rs"]
mod token;
#[path = "../../../bindings-wasm/src/bindgen/trace.rs"]
mod trace;
#[path = "../../../bindings-wasm/src/bindgen/units.rs"]
mod units;

use hedgerow_node_macros::wasm_bindgen;

use crate::value::JsValue;
use crate::{document, error};
pub(crate) use units::{MS, span, told_span};
use units::{now, told, wall};
