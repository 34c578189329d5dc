//! Adaptive limits: an algorithm alone, and one with its window.

use hedgerow::limit::Sample;
use hedgerow::limit::adaptive::AdaptiveSettings;
use hedgerow::limit::window::Gathered;
use hedgerow::{ConfigError, Stream, StreamKind};
use pyo3::prelude::*;

use super::{at, span, span_if};
use crate::document;
use crate::error;
use crate::guard::Guarded;

fn settings(py: Python<'_>, config: &Bound<'_, PyAny>) -> PyResult<AdaptiveSettings> {
    let found = document::config(config)?.class(0, 0).limits.adaptive;
    found.ok_or_else(|| error::config(py, &ConfigError::new("limits.adaptive", "null", "a map")))
}

fn stream(py: Python<'_>, seed: &[u8]) -> PyResult<Stream> {
    Ok(Stream::derive(&document::seed(py, seed)?, StreamKind::LimitProbe, 0))
}

type Alone = (hedgerow::limit::algorithm::Limit, Stream);
type Windowed = (hedgerow::limit::adaptive::Adaptive, Stream);

/// A limit that is stepped with every sample.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Limit {
    inner: Guarded<Alone>,
    settings: AdaptiveSettings,
}

#[pymethods]
impl Limit {
    /// Starts by the `limits.adaptive` settings of a document; probes come from the seed's stream.
    #[new]
    fn new(py: Python<'_>, config: &Bound<'_, PyAny>, seed: &[u8]) -> PyResult<Self> {
        let (settings, mut stream) = (settings(py, config)?, stream(py, seed)?);
        let limit = hedgerow::limit::algorithm::Limit::new(settings.limit, &mut stream);
        Ok(Self { inner: Guarded::new((limit, stream)), settings })
    }

    /// Takes a sample; the response time may be none.
    fn step(&self, py: Python<'_>, rtt: Option<f64>, in_flight: u32, dropped: bool) -> PyResult<()> {
        let sample = Sample { rtt: span_if(rtt), in_flight, dropped };
        self.inner.with(py, |(limit, stream)| limit.step(sample, stream))
    }

    /// The limit.
    fn limit(&self, py: Python<'_>) -> PyResult<u32> {
        self.inner.with(py, |(limit, _)| limit.limit())
    }

    /// The estimate in millionths.
    fn estimate_u(&self, py: Python<'_>) -> PyResult<u64> {
        self.inner.with(py, |(limit, _)| limit.estimate_u())
    }

    /// The long average of `gradient2` in 1/65536 µs, else 0.
    fn long_q16(&self, py: Python<'_>) -> PyResult<u64> {
        self.inner.with(py, |(limit, _)| limit.long_q16())
    }

    /// The response time without load of `vegas` in µs, else 0.
    fn rtt0_us(&self, py: Python<'_>) -> PyResult<u64> {
        self.inner.with(py, |(limit, _)| limit.rtt0_us())
    }

    /// Starts anew with a script of fractions of 2^32 in the place of the stream, for tests.
    fn script_fractions(&self, py: Python<'_>, fractions: Vec<u32>) -> PyResult<()> {
        let settings = self.settings.limit;
        self.inner.with(py, |(limit, stream)| {
            *stream = Stream::from_fractions(fractions);
            *limit = hedgerow::limit::algorithm::Limit::new(settings, stream);
        })
    }
}

/// A limit with its window and its epochs.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Adaptive(Guarded<Windowed>);

#[pymethods]
impl Adaptive {
    /// Starts by the `limits.adaptive` settings of a document; probes come from the seed's stream.
    #[new]
    fn new(py: Python<'_>, config: &Bound<'_, PyAny>, seed: &[u8]) -> PyResult<Self> {
        let (settings, mut stream) = (settings(py, config)?, stream(py, seed)?);
        let adaptive = hedgerow::limit::adaptive::Adaptive::new(settings, &mut stream);
        Ok(Self(Guarded::new((adaptive, stream))))
    }

    /// The limit in force.
    fn limit(&self, py: Python<'_>) -> PyResult<u32> {
        self.0.with(py, |(adaptive, _)| adaptive.limit())
    }

    /// The epoch that a request begins in.
    fn epoch(&self, py: Python<'_>) -> PyResult<u32> {
        self.0.with(py, |(adaptive, _)| adaptive.epoch())
    }

    /// Raises the epoch and discards the open window.
    fn reset(&self, py: Python<'_>) -> PyResult<()> {
        self.0.with(py, |(adaptive, _)| adaptive.reset())
    }

    /// A request that began in this epoch was answered; what became of the sample: 0 an older epoch, 1 ignored, 2 opened,
    /// 3 held, 4 too few, 5 the limit was stepped.
    fn succeeded(&self, py: Python<'_>, rtt: f64, in_flight: u32, epoch: u32, now: f64) -> PyResult<u8> {
        self.0.with(py, |(adaptive, stream)| {
            adaptive.succeeded(span(rtt), in_flight, epoch, stream, at(now)).map_or(0, Gathered::code)
        })
    }

    /// A request that began in this epoch ran out of time or was refused because of load; answers as `succeeded` does.
    fn dropped(&self, py: Python<'_>, in_flight: u32, epoch: u32, now: f64) -> PyResult<u8> {
        self.0.with(py, |(adaptive, stream)| {
            adaptive.dropped(in_flight, epoch, stream, at(now)).map_or(0, Gathered::code)
        })
    }
}
