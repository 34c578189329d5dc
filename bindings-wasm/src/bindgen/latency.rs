//! Latency: what a class has learned.

use hedgerow::wire::float;

use super::{JsValue, document, now, span, told_span, wasm_bindgen};

/// The average and the quantiles of one class.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Estimator {
    inner: hedgerow::Estimator,
}

#[wasm_bindgen]
impl Estimator {
    /// Starts empty, by the `estimator` settings of a document.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue) -> Result<Self, JsValue> {
        Ok(Self { inner: hedgerow::Estimator::new(document::config(config)?.estimator) })
    }

    /// An attempt answered after this time.
    pub fn success(&mut self, latency: f64, clamp: f64, at: f64) {
        self.inner.success(span(latency), span(clamp), now(at));
    }

    /// An attempt was given up after this time: a lower bound.
    pub fn unfinished(&mut self, elapsed: f64, clamp: f64, at: f64) {
        self.inner.unfinished(span(elapsed), span(clamp), now(at));
    }

    /// The average.
    pub fn average(&self, at: f64) -> f64 {
        told_span(self.inner.average(now(at)))
    }

    /// Samples behind the average.
    pub fn samples(&self, at: f64) -> u32 {
        self.inner.samples(now(at))
    }

    /// The upper quantile of the window by parts per million, or −1 without samples.
    #[wasm_bindgen(js_name = quantileUpper)]
    pub fn quantile_upper(&mut self, ppm: u32, at: f64) -> f64 {
        self.inner.quantile_upper(ppm, now(at)).map_or(-1.0, told_span)
    }

    /// Samples of the window.
    #[wasm_bindgen(js_name = windowSamples)]
    pub fn window_samples(&self, at: f64) -> f64 {
        float(self.inner.window().samples(now(at)))
    }

    /// Samples of the window in the buckets from that of this time up.
    #[wasm_bindgen(js_name = windowAbove)]
    pub fn window_above(&self, duration: f64, at: f64) -> f64 {
        float(self.inner.window_above(span(duration), now(at)).1)
    }
}
