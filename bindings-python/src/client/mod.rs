//! The client machine.
//!
//! A hot call takes numbers, hands one input to the machine and answers what it led to, so that two crossings are
//! enough for a call that succeeds: its start, and its answer, which is `None` when nothing else is to be done.

mod questions;
mod reports;
mod snapshot;

use hedgerow::token::Token;
use hedgerow::token::text::TokenText;
use hedgerow::wire::{BUFFER_RECORDS, RECORD, input};

use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::guard::Guarded;
use super::turn::{Turn, record};
use super::{S, document, error};

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
        let (cookie, namespace, operation) = (float(cookie), float(namespace), float(operation));
        let record = input::start(cookie, namespace, operation, deadline, wall, float(packed));
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
        let (cookie, namespace, operation) = (float(cookie), float(namespace), float(operation));
        let record = input::start(cookie, namespace, operation, deadline, wall, float(packed));
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
        let record = input::response(float(attempt));
        let turn = self.inner.with(py, |machine| machine.answered(record, attempt, now))?;
        turn.map(|turn| turn.show(py)).transpose()
    }

    /// An attempt answered and the server told its load or its time: requests in flight there, latency and wall time, −1
    /// where it said nothing of that; what it led to, as `handle_response` answers.
    #[pyo3(signature = (attempt, in_flight, latency, wall, now, /))]
    fn handle_response_with_load<'py>(
        &self,
        py: Python<'py>,
        attempt: i64,
        in_flight: i64,
        latency: f64,
        wall: f64,
        now: f64,
    ) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let record = input::response_with_load(float(attempt), float(in_flight), latency, wall);
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
        self.push(py, input::failure(float(attempt), retry_after, most, packed), now)
    }

    /// An attempt is over and produced nothing.
    #[pyo3(signature = (attempt, now, /))]
    fn handle_cancelled<'py>(
        &self,
        py: Python<'py>,
        attempt: i64,
        now: f64,
    ) -> PyResult<Bound<'py, PyTuple>> {
        self.push(py, input::cancelled(float(attempt)), now)
    }

    /// The caller gives a call up.
    #[pyo3(signature = (call, now, /))]
    fn cancel<'py>(&self, py: Python<'py>, call: i64, now: f64) -> PyResult<Bound<'py, PyTuple>> {
        self.push(py, input::give_up(float(call)), now)
    }

    /// The host's timer fired.
    #[pyo3(signature = (now, /))]
    fn handle_timeout<'py>(&self, py: Python<'py>, now: f64) -> PyResult<Bound<'py, PyTuple>> {
        self.push(py, input::timeout(), now)
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
}

#[cfg(feature = "panics")]
#[pymethods]
impl Client {
    /// Panics while it holds the lock.
    #[expect(clippy::panic, reason = "what the test is about")]
    fn panic(&self, py: Python<'_>) -> PyResult<()> {
        self.ask(py, |_| panic!("a panic under the lock"))
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

/// The floats of a buffer, an `array('d')` or the like.
fn floats(records: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    let py = records.py();
    let buffer = PyBuffer::<f64>::get(records);
    let buffer = buffer.map_err(|_| error::invalid(py, "records are a buffer of floats of eight bytes"))?;
    buffer.to_vec(py)
}

/// A number below 2^53 for Python.
fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
