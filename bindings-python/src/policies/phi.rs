//! Suspicion by heartbeats.

use hedgerow::PhiSettings;
use pyo3::prelude::*;

use super::{at, span, told_span};
use crate::error;
use crate::guard::Guarded;

/// Suspects endpoints whose heartbeats fail to come; endpoints are positions of the host's own.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct PhiDetector(Guarded<hedgerow::PhiDetector>);

#[pymethods]
impl PhiDetector {
    /// Starts without endpoints; φ in thousandths and the mean before the first interval may be left to the core.
    #[new]
    fn new(py: Python<'_>, threshold_milli: Option<u32>, initial_mean: Option<f64>) -> PyResult<Self> {
        let default = PhiSettings::default();
        let settings = PhiSettings {
            threshold_milli: threshold_milli.unwrap_or(default.threshold_milli),
            initial_mean: initial_mean.map_or(default.initial_mean, span),
        };
        let made = hedgerow::PhiDetector::new(settings);
        Ok(Self(Guarded::new(made.map_err(|found| error::invalid(py, &found.to_string()))?)))
    }

    /// Adds a position, as if it had just been heard.
    fn add(&self, py: Python<'_>, position: u32, now: f64) -> PyResult<()> {
        self.0.with(py, |inner| inner.add(position, at(now)))
    }

    /// Removes a position.
    fn remove(&self, py: Python<'_>, position: u32) -> PyResult<()> {
        self.0.with(py, |inner| inner.remove(position))
    }

    /// A heartbeat came; false for an unknown position.
    fn heartbeat(&self, py: Python<'_>, position: u32, now: f64) -> PyResult<bool> {
        self.0.with(py, |inner| inner.heartbeat(position, at(now)))
    }

    /// The client was seen to have paused.
    fn on_pause(&self, py: Python<'_>, now: f64) -> PyResult<()> {
        self.0.with(py, |inner| inner.on_pause(at(now)))
    }

    /// Whether an endpoint has been silent for too long.
    fn suspect(&self, py: Python<'_>, position: u32, now: f64) -> PyResult<bool> {
        self.0.with(py, |inner| inner.suspect(position, at(now)))
    }

    /// The mean of its last intervals.
    fn mean(&self, py: Python<'_>, position: u32) -> PyResult<f64> {
        self.0.with(py, |inner| told_span(inner.mean(position)))
    }
}
