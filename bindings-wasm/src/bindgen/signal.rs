//! Signals: what servers say.

use alloc::string::String;
use alloc::vec::Vec;

use hedgerow::signal::header::{Breadth, SloField};
use hedgerow::signal::map::Entry;
use hedgerow::signal::merge::{self, Clamped, Effective, Field, Scope};
use hedgerow::signal::record::Record;
use hedgerow::wire::float;
use hedgerow::{Stream, StreamKind, config};

use super::{JsValue, document, error, now, told_span, wasm_bindgen};

/// The records of one client.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Signals {
    inner: merge::Signals,
    configured: Effective,
    refresh: Stream,
    clamped: Clamped,
}

#[wasm_bindgen]
impl Signals {
    /// Starts empty, by a document's `signal` settings and what its `objective` and `limits` configure.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, seed: &[u8]) -> Result<Self, JsValue> {
        let config = document::config(config)?;
        let class = config.class(0, 0);
        let (target, max) = (class.objective.target, class.objective.max);
        let configured = Effective { target, max, calls: class.limits.calls, hedges: class.limits.hedges };
        let refresh = Stream::derive(&document::seed(seed)?, StreamKind::SignalRefresh, 0);
        Ok(Self { inner: merge::Signals::new(config.signal), configured, refresh, clamped: Clamped::NONE })
    }

    /// Receives the header of an answer to a request of this class: the code of the verdict, or −1 when there is none
    /// to read.
    #[wasm_bindgen(js_name = receiveHeader)]
    pub fn receive_header(&mut self, text: &str, namespace: u32, operation: u32, at: f64) -> f64 {
        let Ok(Some(SloField { breadth, record })) = SloField::parse(text) else { return -1.0 };
        let scope = breadth.scope(namespace, operation);
        f64::from(self.received(scope, &record, at))
    }

    /// Receives a record for a class, for a namespace (operation −1) or for all (both −1): the code of the verdict.
    pub fn receive(
        &mut self,
        record: JsValue,
        namespace: i32,
        operation: i32,
        at: f64,
    ) -> Result<u16, JsValue> {
        let record = config::record(&document::read(record)?).map_err(|found| error::config(&found))?;
        let scope = Scope { namespace: namespace.try_into().ok(), operation: operation.try_into().ok() };
        Ok(self.received(scope, &record, at))
    }

    /// Names of the fields of the last record that the guard rails cut.
    pub fn clamped(&self) -> Vec<String> {
        self.clamped.iter().map(|field| Field::name(field).into()).collect()
    }

    /// The latency to meet, or −1 while unknown.
    pub fn target(&self, namespace: u32, operation: u32) -> f64 {
        self.effective(namespace, operation).target.map_or(-1.0, told_span)
    }

    /// The time after which a call is given up.
    pub fn max(&self, namespace: u32, operation: u32) -> f64 {
        told_span(self.effective(namespace, operation).max)
    }

    /// Calls that may be in flight.
    pub fn calls(&self, namespace: u32, operation: u32) -> u32 {
        self.effective(namespace, operation).calls
    }

    /// Hedges that may be in flight.
    pub fn hedges(&self, namespace: u32, operation: u32) -> u32 {
        self.effective(namespace, operation).hedges
    }

    /// Whether the record that supplies the hedge limit outlived its lifetime.
    #[wasm_bindgen(js_name = isStale)]
    pub fn is_stale(&self, namespace: u32, operation: u32, at: f64) -> bool {
        self.inner.is_stale(namespace, operation, now(at))
    }

    /// The version seen for a class, or −1.
    pub fn seen(&self, namespace: u32, operation: u32) -> f64 {
        self.inner.seen(namespace, operation).map_or(-1.0, float)
    }

    /// How often the hedge limit of a namespace is halved.
    pub fn halvings(&self, namespace: u32) -> u8 {
        self.inner.halvings(namespace)
    }

    /// The refresh timer of a namespace fired: the code of the reason for a handshake.
    #[wasm_bindgen(js_name = onRefresh)]
    pub fn on_refresh(&mut self, namespace: u32, at: f64) -> u16 {
        self.inner.on_refresh(namespace, now(at)).reason.code()
    }

    /// The time until the next refresh, drawn.
    #[wasm_bindgen(js_name = refreshDelay)]
    pub fn refresh_delay(&mut self) -> f64 {
        told_span(self.inner.refresh_delay(&mut self.refresh))
    }

    /// Puts a script of fractions of 2^32 in the place of the stream of refreshes, for tests.
    #[wasm_bindgen(js_name = scriptFractions)]
    pub fn script_fractions(&mut self, fractions: Vec<u32>) {
        self.refresh = Stream::from_fractions(fractions);
    }

    /// Records held.
    #[wasm_bindgen(js_name = size)]
    pub fn len(&self) -> usize {
        self.inner.len()
    }

    /// Whether no record is held.
    #[wasm_bindgen(js_name = isEmpty)]
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    fn received(&mut self, scope: Scope, record: &Record, at: f64) -> u16 {
        let received = self.inner.receive(scope, record, now(at));
        self.clamped = received.fields;
        received.verdict.code()
    }

    fn effective(&self, namespace: u32, operation: u32) -> Effective {
        self.inner.effective(namespace, operation, self.configured)
    }
}

/// How far a signal header reaches: 0 its operation, 1 its namespace, 2 everything; −1 when there is no record to read.
#[wasm_bindgen(js_name = signalHeaderBreadth)]
pub fn signal_header_breadth(text: &str) -> i8 {
    SloField::parse(text).ok().flatten().map_or(-1, |field| match field.breadth {
        Breadth::Operation => 0,
        Breadth::Namespace => 1,
        Breadth::All => 2,
    })
}

/// The record of a signal header as an object, `undefined` for an empty one.
#[wasm_bindgen(js_name = parseSignalHeader)]
pub fn parse_signal_header(text: &str) -> Result<JsValue, JsValue> {
    let field = SloField::parse(text).map_err(|found| error::shown(&found))?;
    let entry = field.map(|field| Entry { record: field.record, ..Entry::default() });
    let Some(entry) = entry else { return Ok(JsValue::UNDEFINED) };
    let text = serde_json::to_string(&entry).map_err(|found| error::shown(&found))?;
    document::parse(&text)
}
