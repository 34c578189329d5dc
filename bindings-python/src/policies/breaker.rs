//! The circuit breaker of one endpoint.

use hedgerow::BreakerSettings;
use pyo3::prelude::*;

use super::at;
use crate::guard::Guarded;
use crate::{document, error};

/// Lets nothing through to an endpoint for a while after too many failures.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Breaker {
    inner: Guarded<hedgerow::Breaker>,
    settings: BreakerSettings,
}

#[pymethods]
impl Breaker {
    /// Starts closed, by the `breaker` settings of a document, which must not be null.
    #[new]
    fn new(py: Python<'_>, config: &Bound<'_, PyAny>) -> PyResult<Self> {
        let settings = document::config(config)?.breaker;
        let settings = settings.ok_or_else(|| error::invalid(py, "breaker: null, want a map"))?;
        Ok(Self { inner: Guarded::new(hedgerow::Breaker::new()), settings })
    }

    /// Whether an attempt may go there.
    fn allows(&self, py: Python<'_>, now: f64) -> PyResult<bool> {
        self.inner.with(py, |inner| inner.allows(at(now)))
    }

    /// Whether it is neither open nor half-open.
    fn is_closed(&self, py: Python<'_>) -> PyResult<bool> {
        self.inner.with(py, |inner| inner.is_closed())
    }

    /// An attempt is sent; whether it is the probe.
    fn on_sent(&self, py: Python<'_>, now: f64) -> PyResult<bool> {
        self.inner.with(py, |inner| inner.on_sent(at(now)))
    }

    /// An attempt that is no probe told of the server; whether that opened it.
    fn on_result(&self, py: Python<'_>, success: bool, now: f64) -> PyResult<bool> {
        self.inner.with(py, |inner| inner.on_result(&self.settings, success, at(now)))
    }

    /// The probe has ended: with a success, with a failure, or without telling anything (`None`).
    fn on_probe(&self, py: Python<'_>, success: Option<bool>, now: f64) -> PyResult<()> {
        self.inner.with(py, |inner| inner.on_probe(&self.settings, success, at(now)))
    }
}
