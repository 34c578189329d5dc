//! Choosing: the picker.

use hedgerow::{EndpointId, Host, Place};
use pyo3::prelude::*;

use super::{S, at, span, told_span};
use crate::client::id;
use crate::guard::Guarded;
use crate::{document, error};

/// Orders endpoints for one request, best first.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Picker(Guarded<hedgerow::Picker>);

#[pymethods]
impl Picker {
    /// Starts without endpoints, by the `balance`, `health` and `locality` settings of a document.
    #[new]
    fn new(py: Python<'_>, config: &Bound<'_, PyAny>, seed: &[u8]) -> PyResult<Self> {
        let config = document::config(config)?;
        let here = place(config.zone.clone(), config.region.clone());
        let seed = document::seed(py, seed)?;
        Ok(Self(Guarded::new(hedgerow::Picker::new(config.balance, config.health, here, &seed))))
    }

    /// Adds an endpoint, perhaps with its place, its factor and when it came up: its id.
    fn add(
        &self,
        py: Python<'_>,
        zone: Option<String>,
        region: Option<String>,
        factor: Option<u32>,
        up_since: Option<f64>,
    ) -> PyResult<u64> {
        let mut host = Host::new(place(zone, region));
        host.factor = factor.unwrap_or(host.factor);
        host.up_since = up_since.and_then(|since| S.deadline(since));
        let added = self.0.with(py, |inner| inner.add(host))?;
        added.map(EndpointId::number).map_err(|found| error::invalid(py, &found.to_string()))
    }

    /// Removes an endpoint; false for a stale id.
    fn remove(&self, py: Python<'_>, endpoint: i64) -> PyResult<bool> {
        self.0.with(py, |inner| inner.remove(endpoint_id(endpoint)))
    }

    /// Picks, perhaps among replicas: endpoint, score, requests in flight and bits of the factors of each, best first.
    #[expect(clippy::needless_pass_by_value, reason = "numbers of a list are taken out of it")]
    fn pick(&self, py: Python<'_>, replicas: Vec<i64>, now: f64) -> PyResult<Vec<(u64, u64, u32, u8)>> {
        let replicas: Vec<EndpointId> = replicas.iter().map(|&number| endpoint_id(number)).collect();
        self.0.with(py, |inner| {
            let picks = inner.pick(&replicas, at(now)).iter();
            picks.map(|pick| (pick.endpoint.number(), pick.score, pick.in_flight, pick.factors.0)).collect()
        })
    }

    /// A request was sent; false for a stale id.
    fn on_sent(&self, py: Python<'_>, endpoint: i64) -> PyResult<bool> {
        self.0.with(py, |inner| inner.on_sent(endpoint_id(endpoint)))
    }

    /// An answer came, good or bad; false for a stale id.
    fn on_response(&self, py: Python<'_>, endpoint: i64, now: f64) -> PyResult<bool> {
        self.0.with(py, |inner| inner.on_response(endpoint_id(endpoint), at(now)))
    }

    /// Tells the policy `peak_ewma` what a request took, and whether it was answered; false for a stale id.
    fn on_latency(
        &self,
        py: Python<'_>,
        endpoint: i64,
        answered: bool,
        took: f64,
        now: f64,
    ) -> PyResult<bool> {
        self.0.with(py, |inner| inner.on_latency(endpoint_id(endpoint), answered, span(took), at(now)))
    }

    /// A server told its load, for `hot_cold`; false for a stale id.
    fn on_report(
        &self,
        py: Python<'_>,
        endpoint: i64,
        in_flight: u32,
        latency: f64,
        now: f64,
    ) -> PyResult<bool> {
        self.0.with(py, |inner| inner.on_report(endpoint_id(endpoint), in_flight, span(latency), at(now)))
    }

    /// A request is known to be over; false for a stale id.
    fn on_end(&self, py: Python<'_>, endpoint: i64) -> PyResult<bool> {
        self.0.with(py, |inner| inner.on_end(endpoint_id(endpoint)))
    }

    /// Marks an endpoint as ejected or not; false for a stale id.
    fn set_ejected(&self, py: Python<'_>, endpoint: i64, ejected: bool) -> PyResult<bool> {
        self.0.with(py, |inner| inner.set_ejected(endpoint_id(endpoint), ejected))
    }

    /// Bars an endpoint from all plans, or lets it in again; false for a stale id.
    fn set_barred(&self, py: Python<'_>, endpoint: i64, barred: bool) -> PyResult<bool> {
        self.0.with(py, |inner| inner.set_barred(endpoint_id(endpoint), barred))
    }

    /// The client did not run until now.
    fn on_pause(&self, py: Python<'_>, now: f64) -> PyResult<()> {
        self.0.with(py, |inner| inner.on_pause(at(now)))
    }

    /// Requests in flight at an endpoint; `None` for a stale id.
    fn in_flight(&self, py: Python<'_>, endpoint: i64) -> PyResult<Option<u32>> {
        self.0.with(py, |inner| inner.in_flight(endpoint_id(endpoint)))
    }

    /// The start-up window, drawn at construction.
    fn start_window(&self, py: Python<'_>) -> PyResult<f64> {
        self.0.with(py, |inner| told_span(inner.start_window()))
    }

    /// The positions of the endpoints in the order of the persistent permutation.
    fn permutation(&self, py: Python<'_>) -> PyResult<Vec<u32>> {
        self.0.with(py, |inner| inner.permutation().to_vec())
    }

    /// Puts a script of words in the place of the stream, for tests.
    fn script_words(&self, py: Python<'_>, words: Vec<u32>) -> PyResult<()> {
        self.0.with(py, |inner| *inner.draws() = hedgerow::Stream::from_words(words))
    }

    /// Puts a script of fractions of 2^32 in the place of the stream, for tests.
    fn script_fractions(&self, py: Python<'_>, fractions: Vec<u32>) -> PyResult<()> {
        self.0.with(py, |inner| *inner.draws() = hedgerow::Stream::from_fractions(fractions))
    }

    /// Words left in the script.
    fn draws_left(&self, py: Python<'_>) -> PyResult<usize> {
        self.0.with(py, |inner| inner.draws().remaining())
    }

    /// Draws from a script that had ended.
    fn overdrawn(&self, py: Python<'_>) -> PyResult<u64> {
        self.0.with(py, |inner| inner.draws().overdrawn())
    }
}

fn place(zone: Option<String>, region: Option<String>) -> Place {
    Place { zone: zone.map(Into::into), region: region.map(Into::into) }
}

fn endpoint_id(number: i64) -> EndpointId {
    EndpointId::from_number(id(number))
}
