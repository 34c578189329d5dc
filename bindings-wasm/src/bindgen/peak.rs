//! The peak-sensitive cost of one endpoint.

use hedgerow::Duration;
use hedgerow::wire::float;

use super::{JsValue, document, now, span, told_span, wasm_bindgen};

/// Rises at once to a slow answer and sinks with time.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Peak {
    inner: hedgerow::balance::Peak,
    half_life: Duration,
}

#[wasm_bindgen]
impl Peak {
    /// Starts without a measurement, by the `balance` settings of a document.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue) -> Result<Self, JsValue> {
        let half_life = document::config(config)?.balance.half_life;
        Ok(Self { inner: hedgerow::balance::Peak::default(), half_life })
    }

    /// An answer came after this time.
    #[wasm_bindgen(js_name = onAnswer)]
    pub fn on_answer(&mut self, latency: f64, at: f64) {
        self.inner.on_answer(span(latency), self.half_life, now(at));
    }

    /// A failure came after this time, which never lowers the cost.
    #[wasm_bindgen(js_name = onFailure)]
    pub fn on_failure(&mut self, duration: f64, at: f64) {
        self.inner.on_failure(span(duration), now(at));
    }

    /// The cost after the last answer; −1 before the first.
    pub fn cost(&self) -> f64 {
        self.inner.cost().map_or(-1.0, told_span)
    }

    /// What takes the place of requests in flight and one in a score, in microseconds.
    pub fn base(&self, in_flight: u32) -> f64 {
        float(self.inner.base(in_flight))
    }
}
