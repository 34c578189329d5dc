//! Signals: what servers say.

use hedgerow::signal::header::{Breadth, SloField};
use hedgerow::signal::map::Entry;
use hedgerow::signal::merge::{self, Clamped, Effective, Field, Scope};
use hedgerow::signal::record::Record;
use hedgerow::{Stream, StreamKind, config};
use pyo3::prelude::*;

use super::{at, told_span};
use crate::guard::Guarded;
use crate::{document, error};

/// The records of one client.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Signals {
    inner: Guarded<Received>,
    configured: Effective,
}

struct Received {
    signals: merge::Signals,
    refresh: Stream,
    clamped: Clamped,
}

#[pymethods]
impl Signals {
    /// Starts empty, by a document's `signal` settings and what its `objective` and `limits` configure.
    #[new]
    fn new(py: Python<'_>, config: &Bound<'_, PyAny>, seed: &[u8]) -> PyResult<Self> {
        let config = document::config(config)?;
        let class = config.class(0, 0);
        let (target, max) = (class.objective.target, class.objective.max);
        let configured = Effective { target, max, calls: class.limits.calls, hedges: class.limits.hedges };
        let refresh = Stream::derive(&document::seed(py, seed)?, StreamKind::SignalRefresh, 0);
        let signals = merge::Signals::new(config.signal);
        Ok(Self { inner: Guarded::new(Received { signals, refresh, clamped: Clamped::NONE }), configured })
    }

    /// Receives the header of an answer to a request of this class: the code of the verdict; `None` when there is
    /// nothing to read.
    fn receive_header(
        &self,
        py: Python<'_>,
        text: &str,
        namespace: u32,
        operation: u32,
        now: f64,
    ) -> PyResult<Option<u16>> {
        let Ok(Some(SloField { breadth, record })) = SloField::parse(text) else { return Ok(None) };
        let scope = breadth.scope(namespace, operation);
        self.received(py, scope, &record, now).map(Some)
    }

    /// Receives a record for a class, for a namespace or for all: the code of the verdict.
    fn receive(
        &self,
        py: Python<'_>,
        record: &Bound<'_, PyAny>,
        namespace: Option<u32>,
        operation: Option<u32>,
        now: f64,
    ) -> PyResult<u16> {
        let record = config::record(&document::read(record)?).map_err(|found| error::config(py, &found))?;
        self.received(py, Scope { namespace, operation }, &record, now)
    }

    /// Names of the fields of the last record that the guard rails cut.
    fn clamped(&self, py: Python<'_>) -> PyResult<Vec<&'static str>> {
        self.inner.with(py, |inner| inner.clamped.iter().map(Field::name).collect())
    }

    /// The latency to meet; `None` while unknown.
    fn target(&self, py: Python<'_>, namespace: u32, operation: u32) -> PyResult<Option<f64>> {
        Ok(self.effective(py, namespace, operation)?.target.map(told_span))
    }

    /// The time after which a call is given up.
    fn max(&self, py: Python<'_>, namespace: u32, operation: u32) -> PyResult<f64> {
        Ok(told_span(self.effective(py, namespace, operation)?.max))
    }

    /// Calls that may be in flight.
    fn calls(&self, py: Python<'_>, namespace: u32, operation: u32) -> PyResult<u32> {
        Ok(self.effective(py, namespace, operation)?.calls)
    }

    /// Hedges that may be in flight.
    fn hedges(&self, py: Python<'_>, namespace: u32, operation: u32) -> PyResult<u32> {
        Ok(self.effective(py, namespace, operation)?.hedges)
    }

    /// Whether the record that supplies the hedge limit outlived its lifetime.
    fn is_stale(&self, py: Python<'_>, namespace: u32, operation: u32, now: f64) -> PyResult<bool> {
        self.inner.with(py, |inner| inner.signals.is_stale(namespace, operation, at(now)))
    }

    /// The version seen for a class.
    fn seen(&self, py: Python<'_>, namespace: u32, operation: u32) -> PyResult<Option<u64>> {
        self.inner.with(py, |inner| inner.signals.seen(namespace, operation))
    }

    /// How often the hedge limit of a namespace is halved.
    fn halvings(&self, py: Python<'_>, namespace: u32) -> PyResult<u8> {
        self.inner.with(py, |inner| inner.signals.halvings(namespace))
    }

    /// The refresh timer of a namespace fired: the code of the reason for a handshake.
    fn on_refresh(&self, py: Python<'_>, namespace: u32, now: f64) -> PyResult<u16> {
        self.inner.with(py, |inner| inner.signals.on_refresh(namespace, at(now)).reason.code())
    }

    /// The time until the next refresh, drawn.
    fn refresh_delay(&self, py: Python<'_>) -> PyResult<f64> {
        self.inner.with(py, |inner| told_span(inner.signals.refresh_delay(&mut inner.refresh)))
    }

    /// Puts a script of fractions of 2^32 in the place of the stream of refreshes, for tests.
    fn script_fractions(&self, py: Python<'_>, fractions: Vec<u32>) -> PyResult<()> {
        self.inner.with(py, |inner| inner.refresh = Stream::from_fractions(fractions))
    }

    /// Records held.
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.inner.with(py, |inner| inner.signals.len())
    }
}

impl Signals {
    fn received(&self, py: Python<'_>, scope: Scope, record: &Record, now: f64) -> PyResult<u16> {
        self.inner.with(py, |inner| {
            let received = inner.signals.receive(scope, record, at(now));
            inner.clamped = received.fields;
            received.verdict.code()
        })
    }

    fn effective(&self, py: Python<'_>, namespace: u32, operation: u32) -> PyResult<Effective> {
        self.inner.with(py, |inner| inner.signals.effective(namespace, operation, self.configured))
    }
}

/// How far a signal header reaches: 0 its operation, 1 its namespace, 2 everything; `None` when there is no record to
/// read.
#[pyfunction]
pub(crate) fn signal_header_breadth(text: &str) -> Option<u8> {
    SloField::parse(text).ok().flatten().map(|field| match field.breadth {
        Breadth::Operation => 0,
        Breadth::Namespace => 1,
        Breadth::All => 2,
    })
}

/// The record of a signal header as a document, `None` for an empty one.
#[pyfunction]
pub(crate) fn parse_signal_header<'py>(py: Python<'py>, text: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    let field = SloField::parse(text).map_err(|found| error::invalid(py, &found.to_string()))?;
    let entry = field.map(|field| Entry { record: field.record, ..Entry::default() });
    entry.map(|entry| document::show_any(py, &entry)).transpose()
}
