//! The client's own stalls.

use hedgerow::StallLevel;

use super::{JsValue, document, now, told_span, wasm_bindgen};

/// The debt of the pauses of this client.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Stall {
    inner: hedgerow::Stall,
}

#[wasm_bindgen]
impl Stall {
    /// Starts by the `stall` settings of a document.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, at: f64) -> Result<Self, JsValue> {
        Ok(Self { inner: hedgerow::Stall::new(document::config(config)?.stall, now(at)) })
    }

    /// The client did not run from `from` to `to`; answers the level: 0 calm, 1 warned, 2 tripped.
    pub fn stall(&mut self, from: f64, to: f64) -> u8 {
        code(self.inner.stall(now(from), now(to)))
    }

    /// A timer was observed late; answers the level.
    #[wasm_bindgen(js_name = lateTick)]
    pub fn late_tick(&mut self, due: f64, at: f64) -> u8 {
        code(self.inner.late_tick(now(due), now(at)))
    }

    /// Timers are throttled from now on: nothing is charged.
    pub fn throttled(&mut self, at: f64) {
        self.inner.throttled(now(at));
    }

    /// The throttling has ended.
    pub fn resumed(&mut self, at: f64) {
        self.inner.resumed(now(at));
    }

    /// Forgets debt and trip.
    pub fn reset(&mut self) {
        self.inner.reset();
    }

    /// The level: 0 calm, 1 warned, 2 tripped.
    pub fn level(&self) -> u8 {
        code(self.inner.level())
    }

    /// The debt.
    pub fn debt(&self) -> f64 {
        told_span(self.inner.debt())
    }
}

fn code(level: StallLevel) -> u8 {
    match level {
        StallLevel::Ok => 0,
        StallLevel::Warn => 1,
        StallLevel::Trip => 2,
    }
}
