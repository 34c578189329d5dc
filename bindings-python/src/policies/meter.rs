//! A server's meter: the utilization that its signals tell.

use hedgerow::signal::advice::Load;
use hedgerow::signal::meter::{self, MeterSettings};
use pyo3::prelude::*;

use super::{at, span};
use crate::guard::Guarded;

/// Counts what was served late, and tells shares in ten-thousandths.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Meter(Guarded<(meter::Meter, Load)>);

#[pymethods]
impl Meter {
    /// Starts empty; below `min_samples` requests in the window, shares of them are not told.
    #[new]
    fn new(window: f64, min_samples: u32) -> Self {
        let settings = MeterSettings { window: span(window), min_samples };
        Self(Guarded::new((meter::Meter::new(settings), Load::default())))
    }

    /// A request was served in this time, under this target and maximum.
    fn served(&self, py: Python<'_>, elapsed: f64, target: f64, max: f64, now: f64) -> PyResult<()> {
        self.0.with(py, |(meter, _)| meter.served(span(elapsed), span(target), span(max), at(now)))
    }

    /// Computes the shares, with what the host knows of compute and storage: the overall one.
    fn report(
        &self,
        py: Python<'_>,
        compute: Option<u32>,
        storage: Option<u32>,
        now: f64,
    ) -> PyResult<Option<u16>> {
        self.0.with(py, |(meter, load)| {
            *load = meter.report(compute, storage, at(now));
            load.util
        })
    }

    /// The share of the last report that missed the target.
    fn over_target(&self, py: Python<'_>) -> PyResult<Option<u16>> {
        self.0.with(py, |(_, load)| load.util_target)
    }

    /// The share of the last report that missed the maximum.
    fn over_max(&self, py: Python<'_>) -> PyResult<Option<u16>> {
        self.0.with(py, |(_, load)| load.util_max)
    }

    /// Requests in the window.
    fn window(&self, py: Python<'_>, now: f64) -> PyResult<u32> {
        self.0.with(py, |(meter, _)| meter.window(at(now)).total)
    }

    /// Requests whose times could not be counted.
    fn refused(&self, py: Python<'_>) -> PyResult<u64> {
        self.0.with(py, |(meter, _)| meter.refused())
    }
}
