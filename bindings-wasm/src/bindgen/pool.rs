//! Reports of servers, and the figures that choices are made of.

use hedgerow::balance::hot_cold::uses_ppm;
use hedgerow::balance::{self, LoadReport, peak};
use hedgerow::wire::float;
use hedgerow::{Factors, Weights};

use super::{now, span, wasm_bindgen};

/// The last reports of servers; endpoints are positions of the host's own.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ReportPool {
    inner: balance::ReportPool,
}

#[wasm_bindgen]
impl ReportPool {
    /// Starts empty; a report is used so many times, and an endpoint above the quantile is hot.
    #[wasm_bindgen(constructor)]
    pub fn new(quantile_ppm: u32, uses: u32) -> Self {
        Self { inner: balance::ReportPool::new(quantile_ppm, uses) }
    }

    /// A server told its load.
    #[wasm_bindgen(js_name = onReport)]
    pub fn on_report(&mut self, position: u32, in_flight: u32, latency: f64, at: f64) {
        self.inner.on_report(LoadReport { position, in_flight, latency: span(latency), at: now(at) });
    }

    /// A request was sent there.
    #[wasm_bindgen(js_name = onSent)]
    pub fn on_sent(&mut self, position: u32) {
        self.inner.on_sent(position);
    }

    /// Forgets an endpoint.
    pub fn remove(&mut self, position: u32) {
        self.inner.remove(position);
    }

    /// The position to send to, or −1 without reports.
    pub fn choose(&mut self, at: f64) -> f64 {
        self.inner.choose(now(at)).map_or(-1.0, f64::from)
    }

    /// Reports held.
    #[wasm_bindgen(js_name = size)]
    pub fn len(&self) -> usize {
        self.inner.len()
    }

    /// Whether no report is held.
    #[wasm_bindgen(js_name = isEmpty)]
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }
}

/// How often a report may be used, in millionths, or −1 where no number of uses is enough; rates are millionths per
/// request.
#[wasm_bindgen(js_name = reportUses)]
pub fn report_uses(pool: u32, endpoints: u32, probes_ppm: u32, removals_ppm: u32) -> f64 {
    uses_ppm(pool, endpoints, probes_ppm, removals_ppm).map_or(-1.0, float)
}

/// What is left of a weight after this time, in 2^32 parts.
#[wasm_bindgen(js_name = decay)]
pub fn decay(elapsed: f64, half_life: f64) -> f64 {
    float(peak::decay(span(elapsed), span(half_life)))
}

/// The score of an endpoint by the published weights; factors are the bits that a pick tells.
#[wasm_bindgen(js_name = score)]
pub fn score(in_flight: u32, factors: u8, factor: u32) -> f64 {
    float(Weights::default().score(in_flight, Factors(factors), factor))
}
