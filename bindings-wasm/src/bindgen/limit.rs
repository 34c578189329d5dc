//! Adaptive limits: an algorithm alone, and one with its window.

use alloc::vec::Vec;

use hedgerow::limit::Sample;
use hedgerow::limit::adaptive::AdaptiveSettings;
use hedgerow::limit::window::Gathered;
use hedgerow::wire::float;
use hedgerow::{ConfigError, Stream, StreamKind};

use super::{JsValue, MS, document, error, now, span, wasm_bindgen};

fn settings(config: JsValue) -> Result<AdaptiveSettings, JsValue> {
    let found = document::config(config)?.class(0, 0).limits.adaptive;
    found.ok_or_else(|| error::config(&ConfigError::new("limits.adaptive", "null", "a map")))
}

fn stream(seed: &[u8]) -> Result<Stream, JsValue> {
    Ok(Stream::derive(&document::seed(seed)?, StreamKind::LimitProbe, 0))
}

/// A limit that is stepped with every sample.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Limit {
    inner: hedgerow::limit::algorithm::Limit,
    settings: AdaptiveSettings,
    stream: Stream,
}

#[wasm_bindgen]
impl Limit {
    /// Starts by the `limits.adaptive` settings of a document; probes come from the seed's stream.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, seed: &[u8]) -> Result<Self, JsValue> {
        let (settings, mut stream) = (settings(config)?, stream(seed)?);
        let inner = hedgerow::limit::algorithm::Limit::new(settings.limit, &mut stream);
        Ok(Self { inner, settings, stream })
    }

    /// Takes a sample; a response time of −1 is none.
    pub fn step(&mut self, rtt: f64, in_flight: u32, dropped: bool) {
        self.inner.step(Sample { rtt: MS.span(rtt), in_flight, dropped }, &mut self.stream);
    }

    /// The limit.
    pub fn limit(&self) -> u32 {
        self.inner.limit()
    }

    /// The estimate in millionths.
    #[wasm_bindgen(js_name = estimateU)]
    pub fn estimate_u(&self) -> f64 {
        float(self.inner.estimate_u())
    }

    /// The long average of `gradient2` in 1/65536 µs, else 0.
    #[wasm_bindgen(js_name = longQ16)]
    pub fn long_q16(&self) -> f64 {
        float(self.inner.long_q16())
    }

    /// The response time without load of `vegas` in µs, else 0.
    #[wasm_bindgen(js_name = rtt0Us)]
    pub fn rtt0_us(&self) -> f64 {
        float(self.inner.rtt0_us())
    }

    /// Starts anew with a script of fractions of 2^32 in the place of the stream, for tests.
    #[wasm_bindgen(js_name = scriptFractions)]
    pub fn script_fractions(&mut self, fractions: Vec<u32>) {
        self.stream = Stream::from_fractions(fractions);
        self.inner = hedgerow::limit::algorithm::Limit::new(self.settings.limit, &mut self.stream);
    }
}

/// A limit with its window and its epochs.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Adaptive {
    inner: hedgerow::limit::adaptive::Adaptive,
    stream: Stream,
}

#[wasm_bindgen]
impl Adaptive {
    /// Starts by the `limits.adaptive` settings of a document; probes come from the seed's stream.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, seed: &[u8]) -> Result<Self, JsValue> {
        let (settings, mut stream) = (settings(config)?, stream(seed)?);
        Ok(Self { inner: hedgerow::limit::adaptive::Adaptive::new(settings, &mut stream), stream })
    }

    /// The limit in force.
    pub fn limit(&self) -> u32 {
        self.inner.limit()
    }

    /// The epoch that a request begins in.
    pub fn epoch(&self) -> u32 {
        self.inner.epoch()
    }

    /// Raises the epoch and discards the open window.
    pub fn reset(&mut self) {
        self.inner.reset();
    }

    /// A request that began in this epoch was answered; what became of the sample: 0 an older epoch, 1 ignored, 2 opened,
    /// 3 held, 4 too few, 5 the limit was stepped.
    pub fn succeeded(&mut self, rtt: f64, in_flight: u32, epoch: u32, at: f64) -> u8 {
        self.inner.succeeded(span(rtt), in_flight, epoch, &mut self.stream, now(at)).map_or(0, Gathered::code)
    }

    /// A request that began in this epoch ran out of time or was refused because of load; answers as `succeeded` does.
    pub fn dropped(&mut self, in_flight: u32, epoch: u32, at: f64) -> u8 {
        self.inner.dropped(in_flight, epoch, &mut self.stream, now(at)).map_or(0, Gathered::code)
    }
}
