//! Time: the wheel, the pause-tolerant timer and the monotone clamp.

use hedgerow::{Cause, ExpiredBy, Expiry, Observation, PauseSettings, TimerId};
use pyo3::prelude::*;

use super::{at, span, told, told_span};
use crate::client::id;
use crate::document;
use crate::guard::Guarded;

/// A wheel of timers, each with a number of the host's own.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Wheel(Guarded<hedgerow::Wheel>);

#[pymethods]
impl Wheel {
    /// Makes an empty wheel.
    #[new]
    fn new() -> Self {
        Self(Guarded::new(hedgerow::Wheel::new()))
    }

    /// Arms a timer; its id.
    fn insert(&self, py: Python<'_>, deadline: f64, payload: u64) -> PyResult<u64> {
        self.0.with(py, |inner| inner.insert(at(deadline), payload).number())
    }

    /// Removes a timer; whether it was live.
    fn cancel(&self, py: Python<'_>, timer: i64) -> PyResult<bool> {
        self.0.with(py, |inner| inner.cancel(TimerId::from_number(id(timer))))
    }

    /// The deadline of a live timer.
    fn deadline(&self, py: Python<'_>, timer: i64) -> PyResult<Option<f64>> {
        self.0.with(py, |inner| inner.deadline(TimerId::from_number(id(timer))).map(told))
    }

    /// The earliest deadline, infinity when none is armed.
    fn next_deadline(&self, py: Python<'_>) -> PyResult<f64> {
        self.0.with(py, |inner| inner.next_deadline().map_or(f64::INFINITY, told))
    }

    /// Fires the next due timer: its number and its deadline; `None` when none is due any more.
    fn advance(&self, py: Python<'_>, now: f64) -> PyResult<Option<(u64, f64)>> {
        self.0.with(py, |inner| inner.advance(at(now)).map(|fired| (fired.payload, told(fired.deadline))))
    }

    /// Timers armed.
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.0.with(py, |inner| inner.len())
    }

    /// The time that the wheel has reached.
    fn reached(&self, py: Python<'_>) -> PyResult<f64> {
        self.0.with(py, |inner| told(inner.reached()))
    }
}

/// How a pause-tolerant timer ended.
#[pyclass(frozen, get_all, module = "hedgerow._native")]
pub(crate) struct TimerEnd {
    /// Whom it points to: 1 the server, 2 the client's pause.
    cause: u8,
    /// Whether the hard ceiling ended it.
    by_ceiling: bool,
    /// Real time from its arming to its end.
    wall: f64,
    /// The part of that time in which the client ran.
    live: f64,
    /// How many observations were late.
    late_count: u32,
    /// How many extensions were used.
    extensions: u8,
}

impl From<Expiry> for TimerEnd {
    fn from(expiry: Expiry) -> Self {
        Self {
            cause: match expiry.cause {
                Cause::Server => 1,
                Cause::ClientPause => 2,
            },
            by_ceiling: expiry.by == ExpiredBy::Ceiling,
            wall: told_span(expiry.wall),
            live: told_span(expiry.live),
            late_count: expiry.late_count,
            extensions: expiry.ext,
        }
    }
}

/// A timer that tells a pause of the client from the silence of a server.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct PauseTimer {
    inner: Guarded<Stages>,
    settings: PauseSettings,
}

struct Stages {
    timer: hedgerow::PauseTimer,
    end: Option<Expiry>,
}

#[pymethods]
impl PauseTimer {
    /// Arms a timer by the `timer` settings of a document.
    #[new]
    fn new(config: &Bound<'_, PyAny>, duration: f64, max: f64, now: f64) -> PyResult<Self> {
        Ok(Self::armed_by(document::config(config)?.timer.pause, duration, max, now))
    }

    /// Arms the trigger of a hedge: one stage, extended once.
    #[staticmethod]
    fn hedge_trigger(delay: f64, now: f64) -> Self {
        Self::armed_by(PauseSettings::hedge_trigger(span(delay)), delay, delay, now)
    }

    /// When to observe it next.
    fn due(&self, py: Python<'_>) -> PyResult<f64> {
        self.inner.with(py, |inner| told(inner.timer.due()))
    }

    /// When it was armed.
    fn armed(&self, py: Python<'_>) -> PyResult<f64> {
        self.inner.with(py, |inner| told(inner.timer.armed()))
    }

    /// The time in which the client was observed not to run.
    fn lost(&self, py: Python<'_>) -> PyResult<f64> {
        self.inner.with(py, |inner| told_span(inner.timer.lost()))
    }

    /// Observes it: 0 early, 1 it runs on until `due`, 2 it is over.
    fn observe(&self, py: Python<'_>, now: f64) -> PyResult<u8> {
        self.inner.with(py, |inner| match inner.timer.observe(&self.settings, at(now)) {
            Observation::Early => 0,
            Observation::Rearmed(_) => 1,
            Observation::Expired(end) => {
                inner.end = Some(end);
                2
            }
        })
    }

    /// How it ended; `None` while it runs.
    fn end(&self, py: Python<'_>) -> PyResult<Option<TimerEnd>> {
        self.inner.with(py, |inner| inner.end.map(Into::into))
    }
}

impl PauseTimer {
    fn armed_by(settings: PauseSettings, duration: f64, max: f64, now: f64) -> Self {
        let timer = hedgerow::PauseTimer::arm(&settings, span(duration), span(max), at(now));
        Self { inner: Guarded::new(Stages { timer, end: None }), settings }
    }
}

/// The clamp that keeps a host's clock from going back.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Monotone(Guarded<hedgerow::Monotone>);

#[pymethods]
impl Monotone {
    /// Starts at this time.
    #[new]
    fn new(now: f64) -> Self {
        Self(Guarded::new(hedgerow::Monotone::new(at(now))))
    }

    /// The time to use.
    fn observe(&self, py: Python<'_>, now: f64) -> PyResult<f64> {
        self.0.with(py, |inner| told(inner.observe(at(now))))
    }

    /// The last time.
    fn last(&self, py: Python<'_>) -> PyResult<f64> {
        self.0.with(py, |inner| told(inner.last()))
    }

    /// How often the clock stepped back.
    fn steps_back(&self, py: Python<'_>) -> PyResult<u64> {
        self.0.with(py, |inner| inner.steps_back())
    }

    /// The largest step back.
    fn largest_back(&self, py: Python<'_>) -> PyResult<f64> {
        self.0.with(py, |inner| told_span(inner.largest_back()))
    }

    /// How often the clock gave no usable number.
    fn bad(&self, py: Python<'_>) -> PyResult<u64> {
        self.0.with(py, |inner| inner.bad())
    }
}
