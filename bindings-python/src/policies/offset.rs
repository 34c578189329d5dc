//! The estimate of a server's wall clock.

use hedgerow::token::offset;
use pyo3::prelude::*;

use super::{S, at, told_span};
use crate::guard::Guarded;

/// The estimate of a server's wall clock.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct ClockOffset(Guarded<offset::ClockOffset>);

#[pymethods]
impl ClockOffset {
    /// Knows nothing.
    #[new]
    fn new() -> Self {
        Self(Guarded::new(offset::ClockOffset::new()))
    }

    /// A request was sent and answered, and the answer named the server's wall time; whether the sample counts.
    fn observe(&self, py: Python<'_>, sent: f64, received: f64, server: f64) -> PyResult<bool> {
        let Some(server) = S.wall(server) else { return Ok(false) };
        self.0.with(py, |inner| inner.observe(at(sent), at(received), server))
    }

    /// Forgets every sample.
    fn clear(&self, py: Python<'_>) -> PyResult<()> {
        self.0.with(py, offset::ClockOffset::clear)
    }

    /// The estimated wall time and by how much it may be off; `None` without samples.
    fn estimate(&self, py: Python<'_>, now: f64) -> PyResult<Option<(f64, f64)>> {
        let found = self.0.with(py, |inner| inner.estimate(at(now)))?;
        Ok(found.map(|found| (S.tell(found.wall.as_micros()), told_span(found.error))))
    }

    /// Samples that were refused.
    fn rejected(&self, py: Python<'_>) -> PyResult<u64> {
        self.0.with(py, |inner| inner.rejected())
    }
}
