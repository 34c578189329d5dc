//! What an estimator is made of: buckets of latency, an average, a window.

use pyo3::prelude::*;

use super::{at, span, told_span};
use crate::document;
use crate::guard::Guarded;

/// A bucket of latencies.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Bucket(hedgerow::Bucket);

#[pymethods]
impl Bucket {
    /// The bucket that a length of time falls into.
    #[staticmethod]
    fn of(value: f64) -> Self {
        Self(hedgerow::Bucket::of(span(value)))
    }

    /// Its number, from 0.
    fn index(&self) -> usize {
        self.0.index()
    }

    /// The least length of time in it.
    fn low(&self) -> f64 {
        told_span(self.0.low())
    }

    /// The greatest length of time in it.
    fn high(&self) -> f64 {
        told_span(self.0.high())
    }

    /// The length of time that stands for it.
    fn middle(&self) -> f64 {
        told_span(self.0.middle())
    }
}

/// A moving average of latencies.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Ewma(Guarded<hedgerow::Ewma>);

#[pymethods]
impl Ewma {
    /// Starts empty, by the `estimator` settings of a document.
    #[new]
    fn new(config: &Bound<'_, PyAny>) -> PyResult<Self> {
        let settings = document::config(config)?.estimator;
        Ok(Self(Guarded::new(hedgerow::Ewma::new(settings.idle_reset))))
    }

    /// An answer took this long.
    fn sample(&self, py: Python<'_>, latency: f64, now: f64) -> PyResult<()> {
        self.0.with(py, |inner| inner.sample(span(latency), at(now)))
    }

    /// An answer would have taken longer than this.
    fn bound(&self, py: Python<'_>, elapsed: f64, now: f64) -> PyResult<()> {
        self.0.with(py, |inner| inner.bound(span(elapsed), at(now)))
    }

    /// The average, zero without samples.
    fn average(&self, py: Python<'_>, now: f64) -> PyResult<f64> {
        self.0.with(py, |inner| told_span(inner.average(at(now))))
    }

    /// Samples behind the average.
    fn count(&self, py: Python<'_>, now: f64) -> PyResult<u32> {
        self.0.with(py, |inner| inner.count(at(now)))
    }

    /// The average in 65536ths of a microsecond.
    fn state_q16(&self, py: Python<'_>) -> PyResult<u64> {
        self.0.with(py, |inner| inner.state_q16())
    }
}

/// The latencies of a sliding window.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Histogram(Guarded<hedgerow::Histogram>);

#[pymethods]
impl Histogram {
    /// Starts empty, by the `estimator` settings of a document.
    #[new]
    fn new(config: &Bound<'_, PyAny>) -> PyResult<Self> {
        let settings = document::config(config)?.estimator;
        Ok(Self(Guarded::new(hedgerow::Histogram::new(settings.half, settings.refresh_every))))
    }

    /// Counts a latency.
    fn record(&self, py: Python<'_>, value: f64, now: f64) -> PyResult<()> {
        self.0.with(py, |inner| inner.record(span(value), at(now)))
    }

    /// Samples in the window.
    fn samples(&self, py: Python<'_>, now: f64) -> PyResult<u64> {
        self.0.with(py, |inner| inner.samples(at(now)))
    }

    /// Samples in the window in the buckets from that of this length up.
    fn samples_from(&self, py: Python<'_>, value: f64, now: f64) -> PyResult<u64> {
        self.0.with(py, |inner| inner.samples_from(span(value), at(now)))
    }

    /// The bucket of the quantile by parts per million; `None` without samples.
    fn quantile(&self, py: Python<'_>, ppm: u32, now: f64) -> PyResult<Option<Bucket>> {
        self.0.with(py, |inner| inner.quantile(ppm, at(now)).map(Bucket))
    }

    /// The same, computed anew only as often as the settings say.
    fn cached_quantile(&self, py: Python<'_>, ppm: u32, now: f64) -> PyResult<Option<Bucket>> {
        self.0.with(py, |inner| inner.cached_quantile(ppm, at(now)).map(Bucket))
    }
}
