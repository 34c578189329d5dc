//! Suspicion by heartbeats.

use hedgerow::PhiSettings;

use super::{JsValue, error, now, span, told_span, wasm_bindgen};

/// Suspects endpoints whose heartbeats fail to come; endpoints are positions of the host's own.
#[wasm_bindgen]
#[derive(Debug)]
pub struct PhiDetector {
    inner: hedgerow::PhiDetector,
}

#[wasm_bindgen]
impl PhiDetector {
    /// Starts without endpoints; φ in thousandths and the mean before the first interval may be left to the core.
    #[wasm_bindgen(constructor)]
    pub fn new(threshold_milli: Option<u32>, initial_mean: Option<f64>) -> Result<Self, JsValue> {
        let default = PhiSettings::default();
        let settings = PhiSettings {
            threshold_milli: threshold_milli.unwrap_or(default.threshold_milli),
            initial_mean: initial_mean.map_or(default.initial_mean, span),
        };
        let made = hedgerow::PhiDetector::new(settings);
        Ok(Self { inner: made.map_err(|found| error::shown(&found))? })
    }

    /// Adds a position, as if it had just been heard.
    pub fn add(&mut self, position: u32, at: f64) {
        self.inner.add(position, now(at));
    }

    /// Removes a position.
    pub fn remove(&mut self, position: u32) {
        self.inner.remove(position);
    }

    /// A heartbeat came; false for an unknown position.
    pub fn heartbeat(&mut self, position: u32, at: f64) -> bool {
        self.inner.heartbeat(position, now(at))
    }

    /// The client was seen to have paused.
    #[wasm_bindgen(js_name = onPause)]
    pub fn on_pause(&mut self, at: f64) {
        self.inner.on_pause(now(at));
    }

    /// Whether an endpoint has been silent for too long.
    pub fn suspect(&mut self, position: u32, at: f64) -> bool {
        self.inner.suspect(position, now(at))
    }

    /// The mean of its last intervals.
    pub fn mean(&self, position: u32) -> f64 {
        told_span(self.inner.mean(position))
    }
}
