//! The fleet simulator for JavaScript: the crate `hedgerow-sim` behind three exports that carry texts.
//!
//! A run asked for here answers with the bytes that `hedgerow sim run --json` writes natively: the simulator reads no
//! clock, no environment and no entropy, and its only real functions are those of `libm`.

use hedgerow_sim::request;
use wasm_bindgen::prelude::*;

/// Runs what is asked for and answers the report: `{"inputs": {…}}` or `{"case": "E4-weighted8"}`, with `seed`, `seeds`
/// and `arms` if wanted. Throws an `Error` with path, value and range.
#[wasm_bindgen]
pub fn run(request: &str) -> Result<String, JsError> {
    Ok(request::run(request)?)
}

/// The request of the world whose events are counted by `hedgerow sim bench`, with so many calls.
#[wasm_bindgen]
pub fn bench_request(calls: u32) -> String {
    request::bench(u64::from(calls))
}

/// One world of a fleet, run a few events at a time so that a page stays responsive.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Simulation(request::Steps);

#[wasm_bindgen]
impl Simulation {
    /// Takes a request as `run` does: a fleet and one arm. Throws an `Error` with path, value and range.
    #[wasm_bindgen(constructor)]
    pub fn new(request: &str) -> Result<Self, JsError> {
        Ok(Self(request::Steps::new(request)?))
    }

    /// Lets up to so many events happen; how the world stands, as JSON: `done`, `events`, `now_us`, counts.
    pub fn advance(&mut self, events: u32) -> String {
        self.0.advance(u64::from(events))
    }

    /// Closes the world as it stands; its report, or `undefined` when it was taken before.
    pub fn report(&mut self) -> Option<String> {
        self.0.report()
    }
}
