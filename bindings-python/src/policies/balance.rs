//! What a choice goes by: ejection and health.

use hedgerow::HealthSettings;
use pyo3::prelude::*;

use super::{at, told};
use crate::document;
use crate::guard::Guarded;

/// Finds endpoints that fail more than the others; endpoints are positions of the host's own.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Ejection(Guarded<hedgerow::Ejection>);

#[pymethods]
impl Ejection {
    /// Starts by the `ejection` settings of a document.
    #[new]
    fn new(config: &Bound<'_, PyAny>, now: f64) -> PyResult<Self> {
        let settings = document::config(config)?.ejection;
        Ok(Self(Guarded::new(hedgerow::Ejection::new(settings, at(now)))))
    }

    /// Adds a position.
    fn add(&self, py: Python<'_>, position: u32) -> PyResult<()> {
        self.0.with(py, |inner| inner.add(position))
    }

    /// Removes a position.
    fn remove(&self, py: Python<'_>, position: u32) -> PyResult<()> {
        self.0.with(py, |inner| inner.remove(position))
    }

    /// Sweeps if it is time to; answers how many were ejected.
    fn sweep(&self, py: Python<'_>, now: f64) -> PyResult<u32> {
        self.0.with(py, |inner| inner.sweep(at(now)))
    }

    /// An attempt ended; whether that ejected the endpoint.
    fn on_result(&self, py: Python<'_>, position: u32, success: bool, now: f64) -> PyResult<bool> {
        self.0.with(py, |inner| inner.on_result(position, success, at(now)))
    }

    /// An endpoint refused for load; whether that ejected it.
    fn on_overload(&self, py: Python<'_>, position: u32, now: f64) -> PyResult<bool> {
        self.0.with(py, |inner| inner.on_overload(position, at(now)))
    }

    /// Whether an endpoint is ejected.
    fn is_ejected(&self, py: Python<'_>, position: u32) -> PyResult<bool> {
        self.0.with(py, |inner| inner.is_ejected(position))
    }

    /// Endpoints ejected now.
    fn ejected(&self, py: Python<'_>) -> PyResult<u32> {
        self.0.with(py, |inner| inner.ejected())
    }

    /// By how much the next ejection of an endpoint is lengthened.
    fn multiplier(&self, py: Python<'_>, position: u32) -> PyResult<u32> {
        self.0.with(py, |inner| inner.multiplier(position))
    }

    /// When the next sweep is due.
    fn next_sweep(&self, py: Python<'_>) -> PyResult<f64> {
        self.0.with(py, |inner| told(inner.next_sweep()))
    }
}

/// Tells a busy endpoint that answers from one that is silent.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Health {
    inner: Guarded<hedgerow::Health>,
    settings: HealthSettings,
}

#[pymethods]
impl Health {
    /// Starts by the `health` settings of a document.
    #[new]
    fn new(config: &Bound<'_, PyAny>) -> PyResult<Self> {
        let settings = document::config(config)?.health;
        Ok(Self { inner: Guarded::new(hedgerow::Health::new()), settings })
    }

    /// An answer came.
    fn on_response(&self, py: Python<'_>, now: f64) -> PyResult<()> {
        self.inner.with(py, |inner| inner.on_response(at(now)))
    }

    /// Whether it is silent under so many requests; nobody is before `calm_until`.
    fn is_unhealthy(&self, py: Python<'_>, in_flight: u32, calm_until: f64, now: f64) -> PyResult<bool> {
        self.inner.with(py, |inner| inner.is_unhealthy(&self.settings, in_flight, at(calm_until), at(now)))
    }
}
