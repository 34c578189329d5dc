//! hedgerow as WebAssembly: conversions between the core and its hosts, and nothing else.
//!
//! Two builds of one crate. With the feature `bindgen`, classes for JavaScript: numbers on hot paths, objects on cold
//! ones, times in milliseconds. With the feature `raw`, C-style exports over handles for hosts of any language: the
//! same records, JSON bytes for documents, times in microseconds, and no import at all, which proves that the core does
//! no input or output of its own.
//!
//! No default, no policy, no clock and no draw of chance lives here: what is decided is decided by the core, and what
//! waits waits in the host.

#![no_std]

extern crate alloc;
// Elsewhere the crate is only checked and documented.
#[cfg(not(target_family = "wasm"))]
extern crate std;

#[cfg(feature = "bindgen")]
pub mod bindgen;
#[cfg(any(test, feature = "raw"))]
mod json;
#[cfg(feature = "raw")]
pub mod raw;
#[cfg(target_family = "wasm")]
mod runtime;
