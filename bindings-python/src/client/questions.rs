//! What a host asks, and names.

use hedgerow::client::action::{Namespace, Operation};
use hedgerow::{CallId, EndpointId};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::{Client, id, number};
use crate::{NONE, S, document, error};

#[pymethods]
impl Client {
    /// The number of a namespace.
    #[pyo3(signature = (name, /))]
    pub(super) fn namespace(&self, py: Python<'_>, name: &str) -> PyResult<u32> {
        let found = self.ask(py, |client| client.namespace(name))?;
        found.map(|found| found.0).map_err(|found| error::config(py, &found))
    }

    /// The number of an operation.
    #[pyo3(signature = (name, /))]
    pub(super) fn operation(&self, py: Python<'_>, name: &str) -> PyResult<u32> {
        let found = self.ask(py, |client| client.operation(name))?;
        found.map(|found| found.0).map_err(|found| error::config(py, &found))
    }

    /// The id of a live endpoint, or −1.
    #[pyo3(signature = (name, /))]
    fn endpoint(&self, py: Python<'_>, name: &str) -> PyResult<i64> {
        self.ask(py, |client| client.endpoint(name).map_or(NONE, |found| number(found.number())))
    }

    /// The name of an endpoint that is live or has attempts in flight.
    #[pyo3(signature = (endpoint, /))]
    fn endpoint_name(&self, py: Python<'_>, endpoint: i64) -> PyResult<Option<String>> {
        self.ask(py, |client| client.endpoint_name(EndpointId::from_number(id(endpoint))).map(Into::into))
    }

    /// The token of a call in the form that headers carry, if it has one.
    #[pyo3(signature = (call, /))]
    fn token(&self, py: Python<'_>, call: i64) -> PyResult<Option<String>> {
        self.ask(py, |client| {
            client.token_text(CallId::from_number(id(call))).map(|text| text.as_str().into())
        })
    }

    /// Attempts at an endpoint whose end is not known.
    #[pyo3(signature = (endpoint, /))]
    fn in_flight(&self, py: Python<'_>, endpoint: i64) -> PyResult<u32> {
        self.ask(py, |client| client.in_flight(EndpointId::from_number(id(endpoint))))
    }

    /// Call slots that a namespace holds.
    #[pyo3(signature = (namespace, /))]
    fn calls_held(&self, py: Python<'_>, namespace: u32) -> PyResult<u32> {
        self.ask(py, |client| client.calls_held(Namespace(namespace)))
    }

    /// The limit that the next call of a class is compared with; none for a class not used yet.
    #[pyo3(signature = (namespace, operation, /))]
    fn calls_allowed(&self, py: Python<'_>, namespace: u32, operation: u32) -> PyResult<Option<u32>> {
        self.ask(py, |client| client.calls_allowed(Namespace(namespace), Operation(operation)))
    }

    /// Hedges of a namespace in flight.
    #[pyo3(signature = (namespace, /))]
    fn hedges_in_flight(&self, py: Python<'_>, namespace: u32) -> PyResult<u32> {
        self.ask(py, |client| client.hedges_in_flight(Namespace(namespace)))
    }

    /// Where a call stands: 0 one outstanding, 1 racing, 2 waiting, 3 lingering, 4 gone.
    #[pyo3(signature = (call, /))]
    fn state(&self, py: Python<'_>, call: i64) -> PyResult<u8> {
        self.ask(py, |client| client.state(CallId::from_number(id(call))) as u8)
    }

    /// Whether no call is undecided and none lingers.
    fn is_idle(&self, py: Python<'_>) -> PyResult<bool> {
        self.ask(py, |client| client.is_idle())
    }

    /// The lateness above which a host lets its event loop turn once more before the timeout.
    fn late_tolerance(&self, py: Python<'_>) -> PyResult<f64> {
        self.ask(py, |client| S.tell_span(client.late_tolerance()))
    }

    /// The configuration in force, as canonical JSON.
    fn config_json(&self, py: Python<'_>) -> PyResult<String> {
        self.ask(py, |client| client.config().to_json())
    }

    /// Every counter.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let told = self.ask(py, |client| client.stats().to_document())?;
        document::show(py, &told)
    }

    /// What happened to a call and why; `None` when it is forgotten.
    #[pyo3(signature = (call, /))]
    fn explain<'py>(&self, py: Python<'py>, call: i64) -> PyResult<Option<Bound<'py, PyAny>>> {
        let told = self
            .ask(py, |client| client.explain(CallId::from_number(id(call))).map(|told| told.to_document()))?;
        told.map(|told| document::show(py, &told)).transpose()
    }

    /// The waiting records of the trace in their compact form; joined, all answers are one trace. It holds the seed.
    fn take_trace<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let mut bytes = Vec::new();
        self.ask(py, |client| client.poll_trace_bytes(&mut bytes))?;
        Ok(PyBytes::new(py, &bytes))
    }
}
