//! The client machine.
//!
//! A hot call takes numbers, hands one input to the machine and answers what it led to, so that two crossings are
//! enough for a call that succeeds: its start, and its answer, which is `None` when nothing else is to be done.

use hedgerow::client::action::{Namespace, Operation, StallReport};
use hedgerow::signal::header::SloField;
use hedgerow::token::Token;
use hedgerow::token::text::{TextForm, TokenText};
use hedgerow::wire::{BUFFER_RECORDS, RECORD};
use hedgerow::{CallId, EndpointId, Stream, StreamKind, config};

use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use super::guard::Guarded;
use super::turn::{Turn, record};
use super::{NONE, S, document, error};

/// One service: its endpoints, its calls, and every decision about them.
#[pyclass(frozen, module = "hedgerow._native")]
#[derive(Debug)]
pub(crate) struct Client {
    inner: Guarded<Machine>,
}

#[pymethods]
impl Client {
    /// Builds a client without endpoints from its document and 32 secret bytes; with a listener, notes are kept and every
    /// answer tells all its records.
    #[new]
    #[pyo3(signature = (config, seed, now, listener, /))]
    fn new(
        py: Python<'_>,
        config: &Bound<'_, PyAny>,
        seed: &[u8],
        now: f64,
        listener: bool,
    ) -> PyResult<Self> {
        let config = document::config(config)?;
        let config = if listener { config.with_notes() } else { config };
        let client = hedgerow::Client::new(config, &document::seed(py, seed)?, S.now(now));
        Ok(Self { inner: Guarded::new(Machine { client, told: f64::INFINITY, listened: listener }) })
    }

    /// Starts a call: what it led to, or the code of the reason why it is denied.
    #[pyo3(signature = (cookie, namespace, operation, replicas, deadline, wall, packed, now, /))]
    #[expect(clippy::too_many_arguments, reason = "a hot call carries numbers, the same as a start's record")]
    fn start<'py>(
        &self,
        py: Python<'py>,
        cookie: i64,
        namespace: i64,
        operation: i64,
        replicas: &Bound<'py, PyTuple>,
        deadline: f64,
        wall: f64,
        packed: i64,
        now: f64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let record =
            [0.0, float(cookie), float(namespace), float(operation), -1.0, deadline, wall, float(packed)];
        self.start_with(py, &record, replicas, None, now)
    }

    /// Starts a call as `start` does, with a token of this library's form that the caller brings.
    #[pyo3(signature = (token, cookie, namespace, operation, replicas, deadline, wall, packed, now, /))]
    #[expect(clippy::too_many_arguments, reason = "the same numbers as a start's, and the token")]
    fn start_with_token<'py>(
        &self,
        py: Python<'py>,
        token: &str,
        cookie: i64,
        namespace: i64,
        operation: i64,
        replicas: &Bound<'py, PyTuple>,
        deadline: f64,
        wall: f64,
        packed: i64,
        now: f64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let text = TokenText::parse(token);
        let text = text.map_err(|found| error::state(py, found.reason().slug(), &found.to_string()))?;
        let record =
            [0.0, float(cookie), float(namespace), float(operation), -1.0, deadline, wall, float(packed)];
        self.start_with(py, &record, replicas, Some(text.token()), now)
    }

    /// An attempt answered: what it led to, or `None` when its answer became its call's, nothing else is to be done and
    /// the time to wake is not earlier than the one last told.
    #[pyo3(signature = (attempt, now, /))]
    fn handle_response<'py>(
        &self,
        py: Python<'py>,
        attempt: i64,
        now: f64,
    ) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let record = [65.0, -1.0, -1.0, float(attempt), -1.0, -1.0, -1.0, -1.0];
        let turn = self.inner.with(py, |machine| machine.answered(record, attempt, now))?;
        turn.map(|turn| turn.show(py)).transpose()
    }

    /// An attempt failed; `packed` is the class + 256 if the server said never.
    #[pyo3(signature = (attempt, packed, retry_after, max_retries, now, /))]
    fn handle_failure<'py>(
        &self,
        py: Python<'py>,
        attempt: i64,
        packed: i64,
        retry_after: f64,
        max_retries: i64,
        now: f64,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let (most, packed) = (float(max_retries), float(packed));
        self.push(py, [66.0, -1.0, -1.0, float(attempt), -1.0, retry_after, most, packed], now)
    }

    /// An attempt is over and produced nothing.
    #[pyo3(signature = (attempt, now, /))]
    fn handle_cancelled<'py>(
        &self,
        py: Python<'py>,
        attempt: i64,
        now: f64,
    ) -> PyResult<Bound<'py, PyTuple>> {
        self.push(py, [67.0, -1.0, -1.0, float(attempt), -1.0, -1.0, -1.0, -1.0], now)
    }

    /// The caller gives a call up.
    #[pyo3(signature = (call, now, /))]
    fn cancel<'py>(&self, py: Python<'py>, call: i64, now: f64) -> PyResult<Bound<'py, PyTuple>> {
        self.push(py, [68.0, -1.0, float(call), -1.0, -1.0, -1.0, -1.0, -1.0], now)
    }

    /// The host's timer fired.
    #[pyo3(signature = (now, /))]
    fn handle_timeout<'py>(&self, py: Python<'py>, now: f64) -> PyResult<Bound<'py, PyTuple>> {
        self.push(py, [69.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0], now)
    }

    /// Takes a batch of inputs, records of floats in one buffer: how many it took, which is fewer when the next is none,
    /// and what they led to.
    #[pyo3(signature = (records, now, /))]
    fn push_events<'py>(
        &self,
        py: Python<'py>,
        records: &Bound<'py, PyAny>,
        now: f64,
    ) -> PyResult<(usize, Bound<'py, PyTuple>)> {
        let records = floats(records)?;
        let (taken, turn) = self.inner.with(py, |machine| {
            let taken = machine.client.push_events(&records, S, S.now(now));
            (taken, machine.turn())
        })?;
        Ok((taken, turn.show(py)?))
    }

    /// Waiting actions, and when to wake.
    fn poll_actions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        self.inner.with(py, Machine::turn)?.show(py)
    }

    /// Waiting notes, oldest first, as many as one buffer holds.
    fn poll_notes<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        let mut notes = vec![0.0; BUFFER_RECORDS * RECORD];
        let count = self.inner.with(py, |machine| machine.client.poll_notes(&mut notes, S))?;
        notes.chunks_exact(RECORD).take(count).map(|each| record(py, each)).collect()
    }

    /// When to wake, infinity for never.
    fn poll_timeout(&self, py: Python<'_>) -> PyResult<f64> {
        self.ask(py, |client| client.poll_deadline(S))
    }

    /// What waits there, a code; 0 for nothing.
    fn poll_timeout_reason(&self, py: Python<'_>) -> PyResult<u16> {
        self.ask(py, |client| client.poll_timeout().map_or(0, |wake| wake.reason.code()))
    }

    /// The number of a namespace.
    #[pyo3(signature = (name, /))]
    fn namespace(&self, py: Python<'_>, name: &str) -> PyResult<u32> {
        let found = self.ask(py, |client| client.namespace(name))?;
        found.map(|found| found.0).map_err(|found| error::config(py, &found))
    }

    /// The number of an operation.
    #[pyo3(signature = (name, /))]
    fn operation(&self, py: Python<'_>, name: &str) -> PyResult<u32> {
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
        let Ok(Some(SloField { breadth, record })) = SloField::parse(text) else {
            return Ok((NONE, self.poll_actions(py)?));
        };
        let scope = breadth.scope(namespace, operation);
        let (namespace, operation) = (scope.namespace.map(Namespace), scope.operation.map(Operation));
        self.change(py, |client| client.handle_signal(namespace, operation, &record, S.now(now)))
            .map(|turn| (number(record.version), turn))
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

    /// Hands in the document `{records: […]}` of a handshake: how many records were invalid, and what it led to.
    #[pyo3(signature = (records, now, /))]
    fn handle_signals<'py>(
        &self,
        py: Python<'py>,
        records: &Bound<'py, PyAny>,
        now: f64,
    ) -> PyResult<(u32, Bound<'py, PyTuple>)> {
        let records =
            config::records(&document::read(records)?).map_err(|found| error::config(py, &found))?;
        for entry in &records.entries {
            let namespace = entry.namespace.as_deref().map(|name| self.namespace(py, name)).transpose()?;
            let operation = entry.operation.as_deref().map(|name| self.operation(py, name)).transpose()?;
            let (namespace, operation) = (namespace.map(Namespace), operation.map(Operation));
            self.ask(py, |client| client.handle_signal(namespace, operation, &entry.record, S.now(now)))?;
        }
        Ok((records.invalid, self.poll_actions(py)?))
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
        let (from, to) = (S.now(due), S.now(now));
        self.ask(py, |client| {
            if to.since(from) > client.config().stall.slack {
                client.handle_stall(StallReport::Paused { from, to }, to);
            }
        })
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

    /// Denies later starts; with a deadline (−1 for none) what is undecided then ends.
    #[pyo3(signature = (deadline, now, /))]
    fn drain<'py>(&self, py: Python<'py>, deadline: f64, now: f64) -> PyResult<Bound<'py, PyTuple>> {
        self.change(py, |client| client.drain(S.deadline(deadline), S.now(now)))
    }

    /// The token of a call in the form that headers carry, if it has one.
    #[pyo3(signature = (call, /))]
    fn token(&self, py: Python<'_>, call: i64) -> PyResult<Option<String>> {
        self.ask(py, |client| {
            let token = client.token(CallId::from_number(id(call)))?;
            let form = if client.config().token.uuid7 { TextForm::Uuid7 } else { TextForm::Hex };
            TokenText::new(token, form).ok().map(|text| text.as_str().into())
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

impl Client {
    fn ask<R>(&self, py: Python<'_>, act: impl FnOnce(&mut hedgerow::Client) -> R) -> PyResult<R> {
        self.inner.with(py, |machine| act(&mut machine.client))
    }

    fn change<'py>(
        &self,
        py: Python<'py>,
        act: impl FnOnce(&mut hedgerow::Client),
    ) -> PyResult<Bound<'py, PyTuple>> {
        let turn = self.inner.with(py, |machine| {
            act(&mut machine.client);
            machine.turn()
        })?;
        turn.show(py)
    }

    fn push<'py>(&self, py: Python<'py>, record: [f64; RECORD], now: f64) -> PyResult<Bound<'py, PyTuple>> {
        self.inner.with(py, |machine| machine.push(record, now))?.show(py)
    }

    fn start_with<'py>(
        &self,
        py: Python<'py>,
        record: &[f64; RECORD],
        replicas: &Bound<'py, PyTuple>,
        token: Option<Token>,
        now: f64,
    ) -> PyResult<Bound<'py, PyAny>> {
        // An empty list takes no memory.
        let ids = replicas.iter().map(|id| id.extract()).collect::<PyResult<Vec<f64>>>()?;
        let started = self.inner.with(py, |machine| {
            let answer = machine.client.start_record(record, &ids, token, S, S.now(now))?;
            Some(answer.map(|_| machine.turn()))
        })?;
        match started {
            Some(Ok(turn)) => Ok(turn.show(py)?.into_any()),
            Some(Err(reason)) => Ok(reason.code().into_pyobject(py)?.into_any()),
            None => Err(error::invalid(py, "a number of a start is none that it may be")),
        }
    }
}

#[derive(Debug)]
struct Machine {
    client: hedgerow::Client,
    /// The wake-up that the host knows of.
    told: f64,
    /// Whether a listener wants every record.
    listened: bool,
}

impl Machine {
    fn turn(&mut self) -> Turn {
        let turn = Turn::take(&mut self.client);
        self.told = turn.wake;
        turn
    }

    fn push(&mut self, record: [f64; RECORD], now: f64) -> Turn {
        self.client.push_events(&record, S, S.now(now));
        self.turn()
    }

    /// Hands in an answer; `None` when that was all, and the host has no need to wake earlier.
    fn answered(&mut self, record: [f64; RECORD], attempt: i64, now: f64) -> Option<Turn> {
        self.client.push_events(&record, S, S.now(now));
        let turn = Turn::take(&mut self.client);
        if !self.listened && turn.wake >= self.told && turn.is_answer_of(attempt) {
            return None;
        }
        self.told = turn.wake;
        Some(turn)
    }
}

/// A number of Python in the flat form.
#[expect(clippy::cast_precision_loss, reason = "numbers below 2^53 are kept; others are no id and no name")]
const fn float(number: i64) -> f64 {
    number as f64
}

/// An id's number as it comes from a host; a negative one is stale everywhere.
pub(crate) fn id(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A number below 2^53 for Python.
fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The floats of a buffer, an `array('d')` or the like.
fn floats(records: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    let py = records.py();
    let buffer = PyBuffer::<f64>::get(records);
    let buffer = buffer.map_err(|_| error::invalid(py, "records are a buffer of floats of eight bytes"))?;
    buffer.to_vec(py)
}

fn stream_kind(py: Python<'_>, kind: u16) -> PyResult<StreamKind> {
    StreamKind::from_number(kind).ok_or_else(|| error::invalid(py, "no stream of this kind"))
}
