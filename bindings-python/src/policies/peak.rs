//! The peak-sensitive cost of one endpoint.

use hedgerow::{Duration, balance};
use pyo3::prelude::*;

use super::{at, span, told_span};
use crate::document;
use crate::guard::Guarded;

/// Rises at once to a slow answer and sinks with time.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Peak {
    inner: Guarded<balance::Peak>,
    half_life: Duration,
}

#[pymethods]
impl Peak {
    /// Starts without a measurement, by the `balance` settings of a document.
    #[new]
    fn new(config: &Bound<'_, PyAny>) -> PyResult<Self> {
        let half_life = document::config(config)?.balance.half_life;
        Ok(Self { inner: Guarded::new(balance::Peak::default()), half_life })
    }

    /// An answer came after this time.
    fn on_answer(&self, py: Python<'_>, latency: f64, now: f64) -> PyResult<()> {
        self.inner.with(py, |inner| inner.on_answer(span(latency), self.half_life, at(now)))
    }

    /// A failure came after this time, which never lowers the cost.
    fn on_failure(&self, py: Python<'_>, duration: f64, now: f64) -> PyResult<()> {
        self.inner.with(py, |inner| inner.on_failure(span(duration), at(now)))
    }

    /// The cost after the last answer; `None` before the first.
    fn cost(&self, py: Python<'_>) -> PyResult<Option<f64>> {
        self.inner.with(py, |inner| inner.cost().map(told_span))
    }

    /// What takes the place of requests in flight and one in a score, in microseconds.
    fn base(&self, py: Python<'_>, in_flight: u32) -> PyResult<u64> {
        self.inner.with(py, |inner| inner.base(in_flight))
    }
}
