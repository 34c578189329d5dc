//! What a host reports beside calls: endpoints, signals, pauses, its own end; and scripts, for tests.

use hedgerow::client::action::{Namespace, Operation, StallReport};
use hedgerow::{EndpointId, Stream, StreamKind, config};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::{Client, float, number};
use crate::{NONE, S, document, error};

#[pymethods]
impl Client {
    /// Applies a list of changes of the endpoints, all or none: the ids of added and updated ones, and what it led to.
    #[pyo3(signature = (changes, now, /))]
    fn handle_topology<'py>(
        &self,
        py: Python<'py>,
        changes: &Bound<'py, PyAny>,
        now: f64,
    ) -> PyResult<(Vec<u64>, Bound<'py, PyTuple>)> {
        let changes =
            config::topology(&document::read(changes)?).map_err(|found| error::config(py, &found))?;
        let (ids, turn) = self
            .inner
            .with(py, |machine| (machine.client.handle_topology(&changes, S.now(now)), machine.turn()))?;
        let ids = ids.map_err(|found| error::config(py, &found))?;
        Ok((ids.into_iter().map(EndpointId::number).collect(), turn.show(py)?))
    }

    /// Hands in the signal header of an answer to a request of this namespace and operation: the record's version, or −1
    /// when there is none to read, and what it led to.
    #[pyo3(signature = (text, namespace, operation, now, /))]
    fn handle_signal_header<'py>(
        &self,
        py: Python<'py>,
        text: &str,
        namespace: u32,
        operation: u32,
        now: f64,
    ) -> PyResult<(i64, Bound<'py, PyTuple>)> {
        let (namespace, operation) = (Namespace(namespace), Operation(operation));
        let seen =
            self.ask(py, |client| client.handle_signal_field(text, namespace, operation, S.now(now)))?;
        Ok((seen.map_or(NONE, number), self.poll_actions(py)?))
    }

    /// Hands in one record for a class, for a namespace (operation −1) or for all (both −1).
    #[pyo3(signature = (record, namespace, operation, now, /))]
    fn handle_signal<'py>(
        &self,
        py: Python<'py>,
        record: &Bound<'py, PyAny>,
        namespace: i64,
        operation: i64,
        now: f64,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let record = config::record(&document::read(record)?).map_err(|found| error::config(py, &found))?;
        let namespace = u32::try_from(namespace).ok().map(Namespace);
        let operation = u32::try_from(operation).ok().map(Operation);
        self.change(py, |client| client.handle_signal(namespace, operation, &record, S.now(now)))
    }

    /// Hands in the document `{records: […]}` of a handshake: how many records were invalid, and what it led to. Names
    /// that were never interned are foreign.
    #[pyo3(signature = (records, now, /))]
    fn handle_signals<'py>(
        &self,
        py: Python<'py>,
        records: &Bound<'py, PyAny>,
        now: f64,
    ) -> PyResult<(u32, Bound<'py, PyTuple>)> {
        let records =
            config::records(&document::read(records)?).map_err(|found| error::config(py, &found))?;
        let turn = self.change(py, |client| client.handle_signals(&records, S.now(now)))?;
        Ok((records.invalid, turn))
    }

    /// The client did not run from `start` to `end`.
    #[pyo3(signature = (start, end, now, /))]
    fn handle_pause(&self, py: Python<'_>, start: f64, end: f64, now: f64) -> PyResult<()> {
        let report = StallReport::Paused { from: S.now(start), to: S.now(end) };
        self.ask(py, |client| client.handle_stall(report, S.now(now)))
    }

    /// A timer that was due at one time fired at another: a pause, when it is later than the configured slack.
    #[pyo3(signature = (due, now, /))]
    fn handle_late_tick(&self, py: Python<'_>, due: f64, now: f64) -> PyResult<()> {
        self.ask(py, |client| client.handle_late_tick(S.now(due), S.now(now)))
    }

    /// Timers are throttled from now on.
    #[pyo3(signature = (now, /))]
    fn handle_throttled(&self, py: Python<'_>, now: f64) -> PyResult<()> {
        self.ask(py, |client| client.handle_stall(StallReport::Throttled, S.now(now)))
    }

    /// The throttling has ended.
    #[pyo3(signature = (now, /))]
    fn handle_resumed(&self, py: Python<'_>, now: f64) -> PyResult<()> {
        self.ask(py, |client| client.handle_stall(StallReport::Resumed, S.now(now)))
    }

    /// Forgets the stall debt.
    #[pyo3(signature = (now, /))]
    fn reset_stall(&self, py: Python<'_>, now: f64) -> PyResult<()> {
        self.ask(py, |client| client.handle_stall(StallReport::Reset, S.now(now)))
    }

    /// The machine slept, and its clock may have stood still: samples of a server's clock are dropped.
    #[pyo3(signature = (now, /))]
    fn handle_suspended(&self, py: Python<'_>, now: f64) -> PyResult<()> {
        self.ask(py, |client| client.handle_stall(StallReport::Suspended, S.now(now)))
    }

    /// Takes a reading of a server's wall clock within a round trip; whether the three are times.
    #[pyo3(signature = (sent, received, server, now, /))]
    fn handle_clock(
        &self,
        py: Python<'_>,
        sent: f64,
        received: f64,
        server: f64,
        now: f64,
    ) -> PyResult<bool> {
        let Some(sample) = S.clock_sample(sent, received, server) else { return Ok(false) };
        self.ask(py, |client| client.handle_clock(sample, S.now(now))).map(|()| true)
    }

    /// Takes a lease of `count` timestamps from `start` on (µs since 1970), good until `expires`; whether the three are such
    /// numbers.
    #[pyo3(signature = (start, count, expires, now, /))]
    fn handle_lease(&self, py: Python<'_>, start: i64, count: i64, expires: f64, now: f64) -> PyResult<bool> {
        let Some(lease) = S.lease(float(start), float(count), expires) else { return Ok(false) };
        self.ask(py, |client| client.handle_lease(lease, S.now(now))).map(|()| true)
    }

    /// Denies later starts; with a deadline (−1 for none) what is undecided then ends.
    #[pyo3(signature = (deadline, now, /))]
    fn drain<'py>(&self, py: Python<'py>, deadline: f64, now: f64) -> PyResult<Bound<'py, PyTuple>> {
        self.change(py, |client| client.drain(S.deadline(deadline), S.now(now)))
    }

    /// Puts a script of words in the place of the stream of this kind, for tests.
    #[pyo3(signature = (kind, words, /))]
    fn script_words(&self, py: Python<'_>, kind: u16, words: Vec<u32>) -> PyResult<()> {
        let kind = stream_kind(py, kind)?;
        self.ask(py, |client| client.script(kind, Stream::from_words(words)))
    }

    /// Puts a script of fractions of 2^32 in the place of the stream of this kind, for tests.
    #[pyo3(signature = (kind, fractions, /))]
    fn script_fractions(&self, py: Python<'_>, kind: u16, fractions: Vec<u32>) -> PyResult<()> {
        let kind = stream_kind(py, kind)?;
        self.ask(py, |client| client.script(kind, Stream::from_fractions(fractions)))
    }
}

fn stream_kind(py: Python<'_>, kind: u16) -> PyResult<StreamKind> {
    StreamKind::from_number(kind).ok_or_else(|| error::invalid(py, "no stream of this kind"))
}
