//! Hedging: when a second copy goes, and how many may be in flight.

use hedgerow::hedge::delay::is_in_time;
use hedgerow::{DelayInput, DelaySettings};
use pyo3::prelude::*;

use super::{or_reason, span, span_if, told_span};
use crate::document;
use crate::guard::Guarded;

/// The delay before a hedge.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct HedgeDelay(DelaySettings);

#[pymethods]
impl HedgeDelay {
    /// Takes the `hedge` settings of a document.
    #[new]
    fn new(config: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(document::config(config)?.class(0, 0).hedge.delay))
    }

    /// The delay, or the negative code of the reason why there is none.
    fn delay(&self, target: Option<f64>, average: f64, samples: u32, quantile: Option<f64>) -> f64 {
        let (target, quantile) = (span_if(target), span_if(quantile));
        let input = DelayInput { target, average: span(average), samples, quantile };
        or_reason(self.0.delay(input).map(told_span))
    }

    /// The quantile that the delay asks for, in parts per million.
    fn quantile_ppm(&self) -> u32 {
        self.0.quantile_ppm()
    }

    /// Whether the delay looks at the quantile at all.
    fn needs_quantile(&self, target: Option<f64>, samples: u32) -> bool {
        self.0.needs_quantile(span_if(target), samples)
    }

    /// The chance of a hedge in 2^32 parts; `None` when no coin is drawn.
    fn coin(&self, target: Option<f64>, samples: u32, window: u64, above: u64) -> Option<u64> {
        self.0.coin(span_if(target), samples, window, above)
    }
}

/// Whether a hedge sent after this time would, on average, be answered before the call is given up.
#[pyfunction]
pub(crate) fn is_hedge_in_time(elapsed: f64, average: f64, max: f64) -> bool {
    is_in_time(span(elapsed), span(average), span(max))
}

/// A count of what is in flight, compared with a limit when asked.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Limiter(Guarded<hedgerow::Limiter>);

#[pymethods]
impl Limiter {
    /// Nothing is in flight.
    #[new]
    fn new() -> Self {
        Self(Guarded::new(hedgerow::Limiter::new()))
    }

    /// Takes a place, if there is one.
    fn try_acquire(&self, py: Python<'_>, limit: u32) -> PyResult<bool> {
        self.0.with(py, |inner| inner.try_acquire(limit))
    }

    /// Gives a place back.
    fn release(&self, py: Python<'_>) -> PyResult<()> {
        self.0.with(py, hedgerow::Limiter::release)
    }

    /// Places taken.
    fn in_flight(&self, py: Python<'_>) -> PyResult<u32> {
        self.0.with(py, |inner| inner.in_flight())
    }

    /// Whether there is a place.
    fn has_room(&self, py: Python<'_>, limit: u32) -> PyResult<bool> {
        self.0.with(py, |inner| inner.has_room(limit))
    }
}
