//! The circuit breaker of one endpoint.

use hedgerow::BreakerSettings;

use super::{JsValue, document, error, now, wasm_bindgen};

/// Lets nothing through to an endpoint for a while after too many failures.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Breaker {
    inner: hedgerow::Breaker,
    settings: BreakerSettings,
}

#[wasm_bindgen]
impl Breaker {
    /// Starts closed, by the `breaker` settings of a document, which must not be null.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue) -> Result<Self, JsValue> {
        let settings = document::config(config)?.breaker;
        let settings = settings.ok_or_else(|| error::invalid("breaker: null, want a map"))?;
        Ok(Self { inner: hedgerow::Breaker::new(), settings })
    }

    /// Whether an attempt may go there.
    pub fn allows(&self, at: f64) -> bool {
        self.inner.allows(now(at))
    }

    /// Whether it is neither open nor half-open.
    #[wasm_bindgen(js_name = isClosed)]
    pub fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    /// An attempt is sent; whether it is the probe.
    #[wasm_bindgen(js_name = onSent)]
    pub fn on_sent(&mut self, at: f64) -> bool {
        self.inner.on_sent(now(at))
    }

    /// An attempt that is no probe told of the server; whether that opened it.
    #[wasm_bindgen(js_name = onResult)]
    pub fn on_result(&mut self, success: bool, at: f64) -> bool {
        self.inner.on_result(&self.settings, success, now(at))
    }

    /// The probe has ended: with a success, with a failure, or without telling anything (undefined).
    #[wasm_bindgen(js_name = onProbe)]
    pub fn on_probe(&mut self, success: Option<bool>, at: f64) {
        self.inner.on_probe(&self.settings, success, now(at));
    }
}
