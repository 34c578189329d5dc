//! The client's own stalls.

use hedgerow::StallLevel;
use pyo3::prelude::*;

use super::{at, told_span};
use crate::document;
use crate::guard::Guarded;

/// The debt of the pauses of this client.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Stall(Guarded<hedgerow::Stall>);

#[pymethods]
impl Stall {
    /// Starts by the `stall` settings of a document.
    #[new]
    fn new(config: &Bound<'_, PyAny>, now: f64) -> PyResult<Self> {
        Ok(Self(Guarded::new(hedgerow::Stall::new(document::config(config)?.stall, at(now)))))
    }

    /// The client did not run from `start` to `end`; answers the level: 0 calm, 1 warned, 2 tripped.
    fn stall(&self, py: Python<'_>, start: f64, end: f64) -> PyResult<u8> {
        self.0.with(py, |inner| code(inner.stall(at(start), at(end))))
    }

    /// A timer was observed late; answers the level.
    fn late_tick(&self, py: Python<'_>, due: f64, now: f64) -> PyResult<u8> {
        self.0.with(py, |inner| code(inner.late_tick(at(due), at(now))))
    }

    /// Timers are throttled from now on: nothing is charged.
    fn throttled(&self, py: Python<'_>, now: f64) -> PyResult<()> {
        self.0.with(py, |inner| inner.throttled(at(now)))
    }

    /// The throttling has ended.
    fn resumed(&self, py: Python<'_>, now: f64) -> PyResult<()> {
        self.0.with(py, |inner| inner.resumed(at(now)))
    }

    /// Forgets debt and trip.
    fn reset(&self, py: Python<'_>) -> PyResult<()> {
        self.0.with(py, hedgerow::Stall::reset)
    }

    /// The level: 0 calm, 1 warned, 2 tripped.
    fn level(&self, py: Python<'_>) -> PyResult<u8> {
        self.0.with(py, |inner| code(inner.level()))
    }

    /// The debt.
    fn debt(&self, py: Python<'_>) -> PyResult<f64> {
        self.0.with(py, |inner| told_span(inner.debt()))
    }
}

fn code(level: StallLevel) -> u8 {
    match level {
        StallLevel::Ok => 0,
        StallLevel::Warn => 1,
        StallLevel::Trip => 2,
    }
}
