//! Latency: what a class has learned.

use pyo3::prelude::*;

use super::{at, span, told_span};
use crate::document;
use crate::guard::Guarded;

/// The average and the quantiles of one class.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Estimator(Guarded<hedgerow::Estimator>);

#[pymethods]
impl Estimator {
    /// Starts empty, by the `estimator` settings of a document.
    #[new]
    fn new(config: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(Guarded::new(hedgerow::Estimator::new(document::config(config)?.estimator))))
    }

    /// An attempt answered after this time.
    fn success(&self, py: Python<'_>, latency: f64, clamp: f64, now: f64) -> PyResult<()> {
        self.0.with(py, |inner| inner.success(span(latency), span(clamp), at(now)))
    }

    /// An attempt was given up after this time: a lower bound.
    fn unfinished(&self, py: Python<'_>, elapsed: f64, clamp: f64, now: f64) -> PyResult<()> {
        self.0.with(py, |inner| inner.unfinished(span(elapsed), span(clamp), at(now)))
    }

    /// The average.
    fn average(&self, py: Python<'_>, now: f64) -> PyResult<f64> {
        self.0.with(py, |inner| told_span(inner.average(at(now))))
    }

    /// Samples behind the average.
    fn samples(&self, py: Python<'_>, now: f64) -> PyResult<u32> {
        self.0.with(py, |inner| inner.samples(at(now)))
    }

    /// The upper quantile of the window by parts per million; `None` without samples.
    fn quantile_upper(&self, py: Python<'_>, ppm: u32, now: f64) -> PyResult<Option<f64>> {
        self.0.with(py, |inner| inner.quantile_upper(ppm, at(now)).map(told_span))
    }

    /// Samples of the window.
    fn window_samples(&self, py: Python<'_>, now: f64) -> PyResult<u64> {
        self.0.with(py, |inner| inner.window().samples(at(now)))
    }

    /// Samples of the window in the buckets from that of this time up.
    fn window_above(&self, py: Python<'_>, duration: f64, now: f64) -> PyResult<u64> {
        self.0.with(py, |inner| inner.window_above(span(duration), at(now)).1)
    }
}
