//! hedgerow as an addon of Node: one policy state for all worker threads of a process, and every policy alone.
//!
//! Conversions between the core and JavaScript, and nothing else. Every export is a function over handles, because a
//! method of a class costs three times as much in Node-API; the layer in TypeScript makes classes of them. Hot calls carry
//! numbers and fill a buffer of the caller's; times are milliseconds.
//!
//! What threads share lies in [`hedgerow_shared`]. The policies alone are the sources of the WebAssembly package, compiled
//! with another attribute; their objects belong to the thread that made them. A panic becomes an exception, and what it
//! may have left half done is refused from then on.

#![allow(clippy::needless_pass_by_value, reason = "values of JavaScript arrive owned")]
#![allow(unreachable_pub, reason = "what Node reaches is registered, not named")]

extern crate alloc;

mod client;
mod document;
mod error;
mod guard;
mod handles;
mod policies;
mod value;
