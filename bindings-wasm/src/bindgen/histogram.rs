//! What an estimator is made of: buckets of latency, an average, a window.

use hedgerow::wire::float;

use super::{JsValue, document, now, span, told_span, wasm_bindgen};

/// A bucket of latencies.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    inner: hedgerow::Bucket,
}

#[wasm_bindgen]
impl Bucket {
    /// The bucket that a length of time falls into.
    pub fn of(value: f64) -> Self {
        Self { inner: hedgerow::Bucket::of(span(value)) }
    }

    /// Its number, from 0.
    pub fn index(&self) -> usize {
        self.inner.index()
    }

    /// The least length of time in it.
    pub fn low(&self) -> f64 {
        told_span(self.inner.low())
    }

    /// The greatest length of time in it.
    pub fn high(&self) -> f64 {
        told_span(self.inner.high())
    }

    /// The length of time that stands for it.
    pub fn middle(&self) -> f64 {
        told_span(self.inner.middle())
    }
}

/// A moving average of latencies.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Ewma {
    inner: hedgerow::Ewma,
}

#[wasm_bindgen]
impl Ewma {
    /// Starts empty, by the `estimator` settings of a document.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue) -> Result<Self, JsValue> {
        Ok(Self { inner: hedgerow::Ewma::new(document::config(config)?.estimator.idle_reset) })
    }

    /// An answer took this long.
    pub fn sample(&mut self, latency: f64, at: f64) {
        self.inner.sample(span(latency), now(at));
    }

    /// An answer would have taken longer than this.
    pub fn bound(&mut self, elapsed: f64, at: f64) {
        self.inner.bound(span(elapsed), now(at));
    }

    /// The average, zero without samples.
    pub fn average(&self, at: f64) -> f64 {
        told_span(self.inner.average(now(at)))
    }

    /// Samples behind the average.
    pub fn count(&self, at: f64) -> u32 {
        self.inner.count(now(at))
    }

    /// The average in 65536ths of a microsecond.
    #[wasm_bindgen(js_name = stateQ16)]
    pub fn state_q16(&self) -> f64 {
        float(self.inner.state_q16())
    }
}

/// The latencies of a sliding window.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Histogram {
    inner: hedgerow::Histogram,
}

#[wasm_bindgen]
impl Histogram {
    /// Starts empty, by the `estimator` settings of a document.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue) -> Result<Self, JsValue> {
        let settings = document::config(config)?.estimator;
        Ok(Self { inner: hedgerow::Histogram::new(settings.half, settings.refresh_every) })
    }

    /// Counts a latency.
    pub fn record(&mut self, value: f64, at: f64) {
        self.inner.record(span(value), now(at));
    }

    /// Samples in the window.
    pub fn samples(&self, at: f64) -> f64 {
        float(self.inner.samples(now(at)))
    }

    /// Samples in the window in the buckets from that of this length up.
    #[wasm_bindgen(js_name = samplesFrom)]
    pub fn samples_from(&self, value: f64, at: f64) -> f64 {
        float(self.inner.samples_from(span(value), now(at)))
    }

    /// The bucket of the quantile by parts per million; `undefined` without samples.
    pub fn quantile(&self, ppm: u32, at: f64) -> Option<Bucket> {
        self.inner.quantile(ppm, now(at)).map(|inner| Bucket { inner })
    }

    /// The same, computed anew only as often as the settings say.
    #[wasm_bindgen(js_name = cachedQuantile)]
    pub fn cached_quantile(&mut self, ppm: u32, at: f64) -> Option<Bucket> {
        self.inner.cached_quantile(ppm, now(at)).map(|inner| Bucket { inner })
    }
}
