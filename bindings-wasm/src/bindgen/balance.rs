//! Choosing: the picker, and what it goes by.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use hedgerow::wire::{float, id};
use hedgerow::{EndpointId, HealthSettings, Host, Place};

use super::{JsValue, MS, document, error, now, span, told, told_span, wasm_bindgen};

/// Floats of one line of a pick: endpoint, score, requests in flight, bits of its factors.
const LINE: usize = 4;
/// Lines, or replica ids, that the buffer takes; a pick has at most 64.
const LINES: usize = 64;

/// Orders endpoints for one request, best first.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Picker {
    inner: hedgerow::Picker,
    buffer: Vec<f64>,
}

#[wasm_bindgen]
impl Picker {
    /// Starts without endpoints, by the `balance`, `health` and `locality` settings of a document.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, seed: &[u8]) -> Result<Self, JsValue> {
        let config = document::config(config)?;
        let here = place(config.zone.clone(), config.region.clone());
        let seed = document::seed(seed)?;
        let inner = hedgerow::Picker::new(config.balance, config.health, here, &seed);
        Ok(Self { inner, buffer: vec![0.0; LINE * LINES] })
    }

    /// Where the buffer lies in linear memory, in bytes: 64 lines of 4 floats.
    pub fn records(&self) -> *const f64 {
        self.buffer.as_ptr()
    }

    /// Adds an endpoint; when it came up may be −1.
    pub fn add(
        &mut self,
        zone: Option<String>,
        region: Option<String>,
        factor: Option<u32>,
        up_since: f64,
    ) -> Result<f64, JsValue> {
        let mut host = Host::new(place(zone, region));
        host.factor = factor.unwrap_or(host.factor);
        host.up_since = MS.deadline(up_since);
        let added = self.inner.add(host).map_err(|found| error::shown(&found))?;
        Ok(float(added.number()))
    }

    /// Removes an endpoint; false for a stale id.
    pub fn remove(&mut self, endpoint: f64) -> bool {
        self.inner.remove(endpoint_id(endpoint))
    }

    /// Picks, with so many replica ids at the head of the buffer; writes the lines there and answers how many.
    pub fn pick(&mut self, replicas: usize, at: f64) -> usize {
        let ids = self.buffer.get(..replicas).unwrap_or(&[]).iter().map(|number| endpoint_id(*number));
        let replicas: Vec<EndpointId> = ids.collect();
        let (lines, _) = self.buffer.as_chunks_mut::<LINE>();
        let picks = self.inner.pick(&replicas, now(at));
        for (line, pick) in lines.iter_mut().zip(picks) {
            let factors = f64::from(pick.factors.0);
            *line = [float(pick.endpoint.number()), float(pick.score), f64::from(pick.in_flight), factors];
        }
        picks.len().min(LINES)
    }

    /// A request was sent; false for a stale id.
    #[wasm_bindgen(js_name = onSent)]
    pub fn on_sent(&mut self, endpoint: f64) -> bool {
        self.inner.on_sent(endpoint_id(endpoint))
    }

    /// An answer came, good or bad; false for a stale id.
    #[wasm_bindgen(js_name = onResponse)]
    pub fn on_response(&mut self, endpoint: f64, at: f64) -> bool {
        self.inner.on_response(endpoint_id(endpoint), now(at))
    }

    /// What a request took until it was answered or failed, for `peak_ewma`; false for a stale id.
    #[wasm_bindgen(js_name = onLatency)]
    pub fn on_latency(&mut self, endpoint: f64, answered: bool, took: f64, at: f64) -> bool {
        self.inner.on_latency(endpoint_id(endpoint), answered, span(took), now(at))
    }

    /// A server told its load, for `hot_cold`; false for a stale id.
    #[wasm_bindgen(js_name = onReport)]
    pub fn on_report(&mut self, endpoint: f64, in_flight: u32, latency: f64, at: f64) -> bool {
        self.inner.on_report(endpoint_id(endpoint), in_flight, span(latency), now(at))
    }

    /// A request is known to be over; false for a stale id.
    #[wasm_bindgen(js_name = onEnd)]
    pub fn on_end(&mut self, endpoint: f64) -> bool {
        self.inner.on_end(endpoint_id(endpoint))
    }

    /// Marks an endpoint as ejected or not; false for a stale id.
    #[wasm_bindgen(js_name = setEjected)]
    pub fn set_ejected(&mut self, endpoint: f64, ejected: bool) -> bool {
        self.inner.set_ejected(endpoint_id(endpoint), ejected)
    }

    /// Bars an endpoint from all plans or lets it in again; false for a stale id.
    #[wasm_bindgen(js_name = setBarred)]
    pub fn set_barred(&mut self, endpoint: f64, barred: bool) -> bool {
        self.inner.set_barred(endpoint_id(endpoint), barred)
    }

    /// The client did not run until now.
    #[wasm_bindgen(js_name = onPause)]
    pub fn on_pause(&mut self, at: f64) {
        self.inner.on_pause(now(at));
    }

    /// Requests in flight at an endpoint, −1 for a stale id.
    #[wasm_bindgen(js_name = inFlight)]
    pub fn in_flight(&self, endpoint: f64) -> f64 {
        self.inner.in_flight(endpoint_id(endpoint)).map_or(-1.0, f64::from)
    }

    /// The start-up window, drawn at construction.
    #[wasm_bindgen(js_name = startWindow)]
    pub fn start_window(&self) -> f64 {
        told_span(self.inner.start_window())
    }

    /// The positions of the endpoints in the order of the persistent permutation.
    pub fn permutation(&self) -> Vec<u32> {
        self.inner.permutation().to_vec()
    }

    /// Puts a script of words in the place of the stream, for tests.
    #[wasm_bindgen(js_name = scriptWords)]
    pub fn script_words(&mut self, words: Vec<u32>) {
        *self.inner.draws() = hedgerow::Stream::from_words(words);
    }

    /// Puts a script of fractions of 2^32 in the place of the stream, for tests.
    #[wasm_bindgen(js_name = scriptFractions)]
    pub fn script_fractions(&mut self, fractions: Vec<u32>) {
        *self.inner.draws() = hedgerow::Stream::from_fractions(fractions);
    }

    /// Words left in the script.
    #[wasm_bindgen(js_name = drawsLeft)]
    pub fn draws_left(&mut self) -> usize {
        self.inner.draws().remaining()
    }

    /// Draws from a script that had ended.
    pub fn overdrawn(&mut self) -> f64 {
        float(self.inner.draws().overdrawn())
    }
}

impl Picker {
    /// The buffer, for a binding whose callers bring their own.
    #[allow(dead_code, reason = "callers of a module see its memory")]
    pub(super) fn lines(&mut self) -> &mut [f64] {
        &mut self.buffer
    }
}

fn endpoint_id(number: f64) -> EndpointId {
    EndpointId::from_number(id(number))
}

fn place(zone: Option<String>, region: Option<String>) -> Place {
    Place { zone: zone.map(Into::into), region: region.map(Into::into) }
}

/// Finds endpoints that fail more than the others; endpoints are positions of the host's own.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Ejection {
    inner: hedgerow::Ejection,
}

#[wasm_bindgen]
impl Ejection {
    /// Starts by the `ejection` settings of a document.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, at: f64) -> Result<Self, JsValue> {
        Ok(Self { inner: hedgerow::Ejection::new(document::config(config)?.ejection, now(at)) })
    }

    /// Adds a position.
    pub fn add(&mut self, position: u32) {
        self.inner.add(position);
    }

    /// Removes a position.
    pub fn remove(&mut self, position: u32) {
        self.inner.remove(position);
    }

    /// Sweeps if it is time to; answers how many were ejected.
    pub fn sweep(&mut self, at: f64) -> u32 {
        self.inner.sweep(now(at))
    }

    /// An attempt ended; whether that ejected the endpoint.
    #[wasm_bindgen(js_name = onResult)]
    pub fn on_result(&mut self, position: u32, success: bool, at: f64) -> bool {
        self.inner.on_result(position, success, now(at))
    }

    /// An endpoint refused for load; whether that ejected it.
    #[wasm_bindgen(js_name = onOverload)]
    pub fn on_overload(&mut self, position: u32, at: f64) -> bool {
        self.inner.on_overload(position, now(at))
    }

    /// Whether an endpoint is ejected.
    #[wasm_bindgen(js_name = isEjected)]
    pub fn is_ejected(&self, position: u32) -> bool {
        self.inner.is_ejected(position)
    }

    /// Endpoints ejected now.
    pub fn ejected(&self) -> u32 {
        self.inner.ejected()
    }

    /// By how much the next ejection of an endpoint is lengthened.
    pub fn multiplier(&self, position: u32) -> u32 {
        self.inner.multiplier(position)
    }

    /// When the next sweep is due.
    #[wasm_bindgen(js_name = nextSweep)]
    pub fn next_sweep(&self) -> f64 {
        told(self.inner.next_sweep())
    }
}

/// Tells a busy endpoint that answers from one that is silent.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Health {
    inner: hedgerow::Health,
    settings: HealthSettings,
}

#[wasm_bindgen]
impl Health {
    /// Starts by the `health` settings of a document.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue) -> Result<Self, JsValue> {
        Ok(Self { inner: hedgerow::Health::new(), settings: document::config(config)?.health })
    }

    /// An answer came.
    #[wasm_bindgen(js_name = onResponse)]
    pub fn on_response(&mut self, at: f64) {
        self.inner.on_response(now(at));
    }

    /// Whether it is silent under so many requests; nobody is before `calm_until`.
    #[wasm_bindgen(js_name = isUnhealthy)]
    pub fn is_unhealthy(&self, in_flight: u32, calm_until: f64, at: f64) -> bool {
        self.inner.is_unhealthy(&self.settings, in_flight, now(calm_until), now(at))
    }
}
