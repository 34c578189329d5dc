//! Retrying: delays, budgets, and both with one series of attempts.

use alloc::vec::Vec;

use hedgerow::config::ClassSettings;
use hedgerow::retry::gate::{Granted, Refused, Terms};
use hedgerow::retry::series::Ask;
use hedgerow::wire::float;
use hedgerow::{FailureClass, Pushback, Series, Stream, StreamKind};

use super::{JsValue, MS, document, now, span, told_span, wasm_bindgen};

/// A class by its code; one that does not exist reads as transient, as the machine reads it.
fn class(code: u8) -> FailureClass {
    FailureClass::from_code(code).unwrap_or(FailureClass::Transient)
}

/// What a server said; −1 where it said nothing.
fn pushback(retry_after: f64, never: bool, max_retries: i32) -> Pushback {
    Pushback { retry_after: MS.span(retry_after), never, max_retries: u8::try_from(max_retries).ok() }
}

/// The delays of one call.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Backoff {
    settings: ClassSettings,
    series: Series,
    stream: Stream,
}

#[wasm_bindgen]
impl Backoff {
    /// Starts a series by the `retry` and `objective` settings of a document; draws come from the seed's backoff stream.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, seed: &[u8]) -> Result<Self, JsValue> {
        let stream = Stream::derive(&document::seed(seed)?, StreamKind::Backoff, 0);
        Ok(Self { settings: document::config(config)?.class(0, 0), series: Series::new(), stream })
    }

    /// Starts the series of the next call.
    pub fn restart(&mut self) {
        self.series = Series::new();
    }

    /// The delay after so many attempts, lifted by a server's hint (−1 for none).
    pub fn draw(&mut self, made: u32, code: u8, hint: f64) -> f64 {
        let ask = Ask {
            backoff: &self.settings.retry.backoff,
            pushback: &self.settings.retry.pushback,
            target: self.settings.objective.target,
            max: self.settings.objective.max,
            class: class(code),
        };
        told_span(self.series.draw(&ask, made, MS.span(hint), &mut self.stream))
    }

    /// Puts a script of fractions of 2^32 in the place of the stream, for tests.
    #[wasm_bindgen(js_name = scriptFractions)]
    pub fn script_fractions(&mut self, fractions: Vec<u32>) {
        self.stream = Stream::from_fractions(fractions);
    }
}

/// What retries and hedges ask before they are sent.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Budget {
    inner: hedgerow::Budget,
}

#[wasm_bindgen]
impl Budget {
    /// Starts by the `budget` settings of a document.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, at: f64) -> Result<Self, JsValue> {
        let settings = document::config(config)?.budget.settings;
        Ok(Self { inner: hedgerow::Budget::new(settings, now(at)) })
    }

    /// Takes other settings and keeps the level.
    pub fn reconfigure(&mut self, config: JsValue, at: f64) -> Result<(), JsValue> {
        let settings = document::config(config)?.budget.settings;
        self.inner.reconfigure(settings, now(at));
        Ok(())
    }

    /// A first attempt is sent.
    pub fn deposit(&mut self, at: f64) {
        self.inner.deposit(now(at));
    }

    /// Asks for one more attempt after a failure of this class: what it cost, or −1.
    pub fn withdraw(&mut self, code: u8, at: f64) -> f64 {
        self.inner.withdraw(class(code), now(at)).map_or(-1.0, f64::from)
    }

    /// An attempt failed.
    #[wasm_bindgen(js_name = onFailure)]
    pub fn on_failure(&mut self, code: u8, never: bool, at: f64) {
        self.inner.on_failure(class(code), never, now(at));
    }

    /// An attempt answered; the cost of the last retry, −1 without one.
    #[wasm_bindgen(js_name = onSuccess)]
    pub fn on_success(&mut self, cost: i32, at: f64) {
        self.inner.on_success(u32::try_from(cost).ok(), now(at));
    }

    /// What it holds, in millionths of a token.
    pub fn level(&mut self, at: f64) -> f64 {
        float(self.inner.level(now(at)))
    }
}

/// One call of a [`RetryPolicy`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct RetryCall {
    inner: hedgerow::RetryCall,
    answer: Option<Result<Granted, Refused>>,
}

#[wasm_bindgen]
impl RetryCall {
    /// Attempts made.
    pub fn made(&self) -> u32 {
        self.inner.made()
    }

    /// Whether an attempt sent now could still be answered in time.
    #[wasm_bindgen(js_name = inTime)]
    pub fn in_time(&self, average: f64, at: f64) -> bool {
        self.inner.in_time(span(average), now(at))
    }

    /// What the last granted retry cost; −1 when the last answer was a refusal.
    pub fn cost(&self) -> f64 {
        let granted = self.answer.and_then(Result::ok);
        granted.map_or(-1.0, |granted| f64::from(granted.cost))
    }

    /// The delay that was drawn before time or budget refused, or −1.
    #[wasm_bindgen(js_name = refusedDelay)]
    pub fn refused_delay(&self) -> f64 {
        let refused = self.answer.and_then(Result::err);
        refused.and_then(|refused| refused.delay).map_or(-1.0, told_span)
    }
}

/// Retries alone: settings, one budget and one stream.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RetryPolicy {
    inner: hedgerow::RetryPolicy,
    settings: ClassSettings,
}

#[wasm_bindgen]
impl RetryPolicy {
    /// Takes the `retry`, `budget` and `objective` settings of a document.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, seed: &[u8], at: f64) -> Result<Self, JsValue> {
        let config = document::config(config)?;
        let settings = config.class(0, 0);
        let budget = hedgerow::Budget::new(config.budget.settings, now(at));
        let inner = hedgerow::RetryPolicy::new(settings.retry, budget, &document::seed(seed)?);
        Ok(Self { inner, settings })
    }

    /// Puts a script of fractions of 2^32 in the place of the stream, for tests; the budget stays as it is.
    #[wasm_bindgen(js_name = scriptFractions)]
    pub fn script_fractions(&mut self, fractions: Vec<u32>) {
        let budget = self.inner.clone().into_budget();
        let stream = Stream::from_fractions(fractions);
        self.inner = hedgerow::RetryPolicy::with_stream(*self.inner.settings(), budget, stream);
    }

    /// Tells how long an answer takes on average.
    #[wasm_bindgen(js_name = setAverage)]
    pub fn set_average(&mut self, average: f64) {
        self.inner.set_average(span(average));
    }

    /// A call begins; its deadline may be −1.
    pub fn start(&mut self, idempotent: bool, deadline: f64, at: f64) -> RetryCall {
        let objective = self.settings.objective;
        let deadline = MS.deadline(deadline);
        let terms = Terms { idempotent, target: objective.target, max: objective.max, deadline };
        RetryCall { inner: self.inner.start(terms, now(at)), answer: None }
    }

    /// An attempt failed: the delay before the next one, or the negative code of the reason why there is none.
    #[wasm_bindgen(js_name = handleFailure)]
    pub fn handle_failure(
        &mut self,
        call: &mut RetryCall,
        code: u8,
        retry_after: f64,
        never: bool,
        max_retries: i32,
        at: f64,
    ) -> f64 {
        let said = pushback(retry_after, never, max_retries);
        answer(call, |inner| self.inner.handle_failure(inner, class(code), said, now(at)))
    }

    /// An attempt ended by the client's own pause; answers as [`Self::handle_failure`].
    #[wasm_bindgen(js_name = handlePaused)]
    pub fn handle_paused(&mut self, call: &mut RetryCall, at: f64) -> f64 {
        answer(call, |inner| self.inner.handle_paused(inner, now(at)))
    }

    /// The call was answered.
    #[wasm_bindgen(js_name = handleSuccess)]
    pub fn handle_success(&mut self, call: &RetryCall, at: f64) {
        self.inner.handle_success(&call.inner, now(at));
    }

    /// What the budget holds, in millionths of a token.
    pub fn level(&mut self, at: f64) -> f64 {
        float(self.inner.level(now(at)))
    }
}

fn answer(
    call: &mut RetryCall,
    ask: impl FnOnce(&mut hedgerow::RetryCall) -> Result<Granted, Refused>,
) -> f64 {
    let answer = ask(&mut call.inner);
    call.answer = Some(answer);
    match answer {
        Ok(granted) => told_span(granted.delay),
        Err(refused) => -f64::from(refused.reason.code()),
    }
}
