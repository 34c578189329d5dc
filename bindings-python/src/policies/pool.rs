//! Reports of servers, and the figures that choices are made of.

use hedgerow::balance::hot_cold::uses_ppm;
use hedgerow::balance::{self, LoadReport, peak};
use hedgerow::{Factors, Weights};
use pyo3::prelude::*;

use super::{at, span};
use crate::guard::Guarded;

/// The last reports of servers; endpoints are positions of the host's own.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct ReportPool(Guarded<balance::ReportPool>);

#[pymethods]
impl ReportPool {
    /// Starts empty; a report is used so many times, and an endpoint above the quantile is hot.
    #[new]
    fn new(quantile_ppm: u32, uses: u32) -> Self {
        Self(Guarded::new(balance::ReportPool::new(quantile_ppm, uses)))
    }

    /// A server told its load.
    fn on_report(
        &self,
        py: Python<'_>,
        position: u32,
        in_flight: u32,
        latency: f64,
        now: f64,
    ) -> PyResult<()> {
        let report = LoadReport { position, in_flight, latency: span(latency), at: at(now) };
        self.0.with(py, |inner| inner.on_report(report))
    }

    /// A request was sent there.
    fn on_sent(&self, py: Python<'_>, position: u32) -> PyResult<()> {
        self.0.with(py, |inner| inner.on_sent(position))
    }

    /// Forgets an endpoint.
    fn remove(&self, py: Python<'_>, position: u32) -> PyResult<()> {
        self.0.with(py, |inner| inner.remove(position))
    }

    /// The position to send to; `None` without reports.
    fn choose(&self, py: Python<'_>, now: f64) -> PyResult<Option<u32>> {
        self.0.with(py, |inner| inner.choose(at(now)))
    }

    /// Reports held.
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.0.with(py, |inner| inner.len())
    }
}

/// How often a report may be used, in millionths; `None` where no number of uses is enough. Rates are millionths per
/// request.
#[pyfunction]
pub(crate) fn report_uses(pool: u32, endpoints: u32, probes_ppm: u32, removals_ppm: u32) -> Option<u64> {
    uses_ppm(pool, endpoints, probes_ppm, removals_ppm)
}

/// What is left of a weight after this time, in 2^32 parts.
#[pyfunction]
pub(crate) fn decay(elapsed: f64, half_life: f64) -> u64 {
    peak::decay(span(elapsed), span(half_life))
}

/// The score of an endpoint by the published weights; factors are the bits that a pick tells.
#[pyfunction]
pub(crate) fn score(in_flight: u32, factors: u8, factor: u32) -> u64 {
    Weights::default().score(in_flight, Factors(factors), factor)
}
