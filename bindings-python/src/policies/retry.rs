//! Retrying: delays, budgets, and both with one series of attempts.

use hedgerow::config::ClassSettings;
use hedgerow::retry::gate::{Granted, Refused, Terms};
use hedgerow::retry::series::Ask;
use hedgerow::{FailureClass, Pushback, Series, Stream, StreamKind};
use pyo3::prelude::*;

use super::{S, at, or_reason, span, span_if, told_span};
use crate::document;
use crate::guard::Guarded;

/// A class by its code; one that does not exist reads as transient, as the machine reads it.
fn class(code: u8) -> FailureClass {
    FailureClass::from_code(code).unwrap_or(FailureClass::Transient)
}

/// The delays of one call.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Backoff {
    settings: ClassSettings,
    inner: Guarded<(Series, Stream)>,
}

#[pymethods]
impl Backoff {
    /// Starts a series by the `retry` and `objective` settings of a document; draws come from the seed's backoff stream.
    #[new]
    fn new(py: Python<'_>, config: &Bound<'_, PyAny>, seed: &[u8]) -> PyResult<Self> {
        let stream = Stream::derive(&document::seed(py, seed)?, StreamKind::Backoff, 0);
        let settings = document::config(config)?.class(0, 0);
        Ok(Self { settings, inner: Guarded::new((Series::new(), stream)) })
    }

    /// Starts the series of the next call.
    fn restart(&self, py: Python<'_>) -> PyResult<()> {
        self.inner.with(py, |(series, _)| *series = Series::new())
    }

    /// The delay after so many attempts and a failure of this class, lifted by a server's hint.
    fn draw(&self, py: Python<'_>, made: u32, code: u8, hint: Option<f64>) -> PyResult<f64> {
        let ask = Ask {
            backoff: &self.settings.retry.backoff,
            pushback: &self.settings.retry.pushback,
            target: self.settings.objective.target,
            max: self.settings.objective.max,
            class: class(code),
        };
        let hint = span_if(hint);
        self.inner.with(py, |(series, stream)| told_span(series.draw(&ask, made, hint, stream)))
    }

    /// Puts a script of fractions of 2^32 in the place of the stream, for tests.
    fn script_fractions(&self, py: Python<'_>, fractions: Vec<u32>) -> PyResult<()> {
        self.inner.with(py, |(_, stream)| *stream = Stream::from_fractions(fractions))
    }
}

/// What retries and hedges ask before they are sent.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Budget(Guarded<hedgerow::Budget>);

#[pymethods]
impl Budget {
    /// Starts by the `budget` settings of a document.
    #[new]
    fn new(config: &Bound<'_, PyAny>, now: f64) -> PyResult<Self> {
        let settings = document::config(config)?.budget.settings;
        Ok(Self(Guarded::new(hedgerow::Budget::new(settings, at(now)))))
    }

    /// Takes other settings and keeps the level.
    fn reconfigure(&self, py: Python<'_>, config: &Bound<'_, PyAny>, now: f64) -> PyResult<()> {
        let settings = document::config(config)?.budget.settings;
        self.0.with(py, |inner| inner.reconfigure(settings, at(now)))
    }

    /// A first attempt is sent.
    fn deposit(&self, py: Python<'_>, now: f64) -> PyResult<()> {
        self.0.with(py, |inner| inner.deposit(at(now)))
    }

    /// Asks for one more attempt after a failure of this class: what it cost, `None` when it is denied.
    fn withdraw(&self, py: Python<'_>, code: u8, now: f64) -> PyResult<Option<u32>> {
        self.0.with(py, |inner| inner.withdraw(class(code), at(now)))
    }

    /// An attempt failed.
    fn on_failure(&self, py: Python<'_>, code: u8, never: bool, now: f64) -> PyResult<()> {
        self.0.with(py, |inner| inner.on_failure(class(code), never, at(now)))
    }

    /// An attempt answered; with the cost of the last retry, if there was one.
    fn on_success(&self, py: Python<'_>, cost: Option<u32>, now: f64) -> PyResult<()> {
        self.0.with(py, |inner| inner.on_success(cost, at(now)))
    }

    /// What it holds, in millionths of a token.
    fn level(&self, py: Python<'_>, now: f64) -> PyResult<u64> {
        self.0.with(py, |inner| inner.level(at(now)))
    }
}

/// One call of a retry policy.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct RetryCall(Guarded<Asked>);

struct Asked {
    call: hedgerow::RetryCall,
    answer: Option<Result<Granted, Refused>>,
}

#[pymethods]
impl RetryCall {
    /// Attempts made.
    fn made(&self, py: Python<'_>) -> PyResult<u32> {
        self.0.with(py, |asked| asked.call.made())
    }

    /// Whether an attempt sent now could still be answered in time.
    fn in_time(&self, py: Python<'_>, average: f64, now: f64) -> PyResult<bool> {
        self.0.with(py, |asked| asked.call.in_time(span(average), at(now)))
    }

    /// What the last granted retry cost; `None` when the last answer was a refusal.
    fn cost(&self, py: Python<'_>) -> PyResult<Option<u32>> {
        self.0.with(py, |asked| Some(asked.answer?.ok()?.cost))
    }

    /// The delay that was drawn before time or budget refused.
    fn refused_delay(&self, py: Python<'_>) -> PyResult<Option<f64>> {
        self.0.with(py, |asked| asked.answer?.err()?.delay.map(told_span))
    }
}

impl RetryCall {
    /// Asks a policy; the delay before the next attempt, or the negative code of the reason why there is none.
    fn ask(
        &self,
        py: Python<'_>,
        policy: &RetryPolicy,
        ask: impl FnOnce(&mut hedgerow::RetryPolicy, &mut hedgerow::RetryCall) -> Result<Granted, Refused>,
    ) -> PyResult<f64> {
        policy.inner.with(py, |policy| {
            self.0.with(py, |asked| {
                let answer = ask(policy, &mut asked.call);
                asked.answer = Some(answer);
                let delay = answer.map(|granted| told_span(granted.delay));
                or_reason(delay.map_err(|refused| refused.reason))
            })
        })?
    }
}

/// Retries alone: settings, one budget and one stream.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct RetryPolicy {
    inner: Guarded<hedgerow::RetryPolicy>,
    settings: ClassSettings,
}

#[pymethods]
impl RetryPolicy {
    /// Takes the `retry`, `budget` and `objective` settings of a document.
    #[new]
    fn new(py: Python<'_>, config: &Bound<'_, PyAny>, seed: &[u8], now: f64) -> PyResult<Self> {
        let config = document::config(config)?;
        let settings = config.class(0, 0);
        let budget = hedgerow::Budget::new(config.budget.settings, at(now));
        let inner = hedgerow::RetryPolicy::new(settings.retry, budget, &document::seed(py, seed)?);
        Ok(Self { inner: Guarded::new(inner), settings })
    }

    /// Puts a script of fractions of 2^32 in the place of the stream, for tests; the budget stays as it is.
    fn script_fractions(&self, py: Python<'_>, fractions: Vec<u32>) -> PyResult<()> {
        self.inner.with(py, |inner| {
            let budget = inner.clone().into_budget();
            let stream = Stream::from_fractions(fractions);
            *inner = hedgerow::RetryPolicy::with_stream(*inner.settings(), budget, stream);
        })
    }

    /// Tells how long an answer takes on average.
    fn set_average(&self, py: Python<'_>, average: f64) -> PyResult<()> {
        self.inner.with(py, |inner| inner.set_average(span(average)))
    }

    /// A call begins, perhaps with a deadline.
    fn start(
        &self,
        py: Python<'_>,
        idempotent: bool,
        deadline: Option<f64>,
        now: f64,
    ) -> PyResult<RetryCall> {
        let objective = self.settings.objective;
        let deadline = deadline.and_then(|deadline| S.deadline(deadline));
        let terms = Terms { idempotent, target: objective.target, max: objective.max, deadline };
        let call = self.inner.with(py, |inner| inner.start(terms, at(now)))?;
        Ok(RetryCall(Guarded::new(Asked { call, answer: None })))
    }

    /// An attempt failed: the delay before the next one, or the negative code of the reason why there is none.
    #[expect(clippy::too_many_arguments, reason = "what a server said of a failure is numbers")]
    fn handle_failure(
        &self,
        py: Python<'_>,
        call: &Bound<'_, RetryCall>,
        code: u8,
        retry_after: Option<f64>,
        never: bool,
        max_retries: Option<u8>,
        now: f64,
    ) -> PyResult<f64> {
        let said = Pushback { retry_after: span_if(retry_after), never, max_retries };
        call.get().ask(py, self, |policy, call| policy.handle_failure(call, class(code), said, at(now)))
    }

    /// An attempt ended by the client's own pause; answers as `handle_failure`.
    fn handle_paused(&self, py: Python<'_>, call: &Bound<'_, RetryCall>, now: f64) -> PyResult<f64> {
        call.get().ask(py, self, |policy, call| policy.handle_paused(call, at(now)))
    }

    /// The call was answered.
    fn handle_success(&self, py: Python<'_>, call: &Bound<'_, RetryCall>, now: f64) -> PyResult<()> {
        self.inner
            .with(py, |policy| call.get().0.with(py, |asked| policy.handle_success(&asked.call, at(now))))?
    }

    /// What the budget holds, in millionths of a token.
    fn level(&self, py: Python<'_>, now: f64) -> PyResult<u64> {
        self.inner.with(py, |inner| inner.level(at(now)))
    }
}
