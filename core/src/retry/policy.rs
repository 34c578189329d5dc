//! The retry decision: whether a failed attempt is followed by another, and when.
//!
//! [`gate`] asks every question in one fixed order and the first refusal names the reason: the class, the server's
//! word, whether retries are on, whether the operation may run twice, attempts left, time left, and last the budget,
//! so that no token is spent on a refusal. The delay is drawn before time and budget are asked, so that the sequence
//! of draws depends on events alone. [`RetryPolicy`] is the same decision with budget and stream of its own, for hosts
//! that take only retries.
//!
//! A decision never sleeps, never sends, and never retries an operation that may not run twice. The token is taken here
//! and not given back, even when the call ends during the wait.

use super::{
    backoff::{Ask, Series},
    budget::Budget,
    outcome::FailureClass,
    preset::Preset,
    pushback::Pushback,
};
use crate::{
    config::RetrySettings,
    reason::Reason,
    rng::{Seed, Stream, StreamKind},
    time::{Duration, Instant},
};

/// What a call is bound to, settled at its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Whether the operation may be sent twice.
    pub idempotent: bool,
    /// The latency target, if one is known.
    pub target: Option<Duration>,
    /// The time after which the call is given up.
    pub max: Duration,
    /// The instant after which an answer is of no use; `None` means never.
    pub deadline: Option<Instant>,
}

impl Terms {
    /// Whether an attempt sent after `delay` would, on average, be answered by the deadline.
    ///
    /// An answer exactly at the deadline is in time; the sum saturates. Asked again, with no delay, when the retry is due.
    pub fn in_time(&self, delay: Duration, average: Duration, now: Instant) -> bool {
        self.deadline.is_none_or(|deadline| now + delay + average <= deadline)
    }
}

/// What the gate is asked, when an attempt ended and nothing of the call is outstanding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// What the call is bound to.
    pub terms: Terms,
    /// The failure just seen.
    pub class: FailureClass,
    /// The server's word: the delay of this failure, `never` of any attempt of the call, the least `max_retries`.
    pub pushback: Pushback,
    /// Primary and retries sent so far, hedges not counted; ≥ 1.
    pub made: u32,
    /// The class's average time to an answer, zero without samples.
    pub average: Duration,
}

/// A retry that may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// How long to wait, in real time; a pause of the client only makes it later.
    pub delay: Duration,
    /// What the budget took, for [`Budget::on_success`].
    pub cost: u32,
}

/// A retry that may not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub reason: Reason,
    /// The delay that was drawn before time or budget refused.
    ///
    /// A long-polling operation refused by the budget sleeps this long before it fails, so that its caller's loop does
    /// not spin (AWS 2.1).
    pub delay: Option<Duration>,
}

/// Decides about a retry: the delay and the cost, or why not.
///
/// In this order: `fatal`, `pushback_stop`, `retry_off`, `not_idempotent`, `attempts_exhausted`, then the draw, then
/// `retry_no_time` and `retry_budget`. Report the failure to the budget before. At most two draws. O(1) for the ten
/// attempts that a configuration allows.
pub fn gate(
    settings: &RetrySettings,
    question: &Question,
    series: &mut Series,
    budget: &mut Budget,
    rng: &mut Stream,
    now: Instant,
) -> Result<Granted, Refused> {
    if let Some(reason) = stop(settings, question) {
        return Err(Refused { reason, delay: None });
    }
    let Question { terms, class, .. } = *question;
    let RetrySettings { backoff, pushback, .. } = settings;
    let ask = Ask { backoff, pushback, target: terms.target, max: terms.max, class };
    let delay = series.draw(&ask, question.made, question.pushback.retry_after, rng);
    if !terms.in_time(delay, question.average, now) {
        return Err(Refused { reason: Reason::RetryNoTime, delay: Some(delay) });
    }
    match budget.withdraw(class, now) {
        Some(cost) => Ok(Granted { delay, cost }),
        None => Err(Refused { reason: Reason::RetryBudget, delay: Some(delay) }),
    }
}

/// The part of the gate that needs neither chance nor time nor a budget: why no retry can follow, if so.
pub fn stop(settings: &RetrySettings, question: &Question) -> Option<Reason> {
    let not_sent = question.class == FailureClass::NotSent && settings.resend_not_sent;
    if question.class == FailureClass::Fatal {
        Some(Reason::Fatal)
    } else if is_pushed_back(settings, question) {
        Some(Reason::PushbackStop)
    } else if settings.max_attempts <= 1 {
        Some(Reason::RetryOff)
    } else if !question.terms.idempotent && !not_sent {
        Some(Reason::NotIdempotent)
    } else if question.made >= u32::from(settings.max_attempts) {
        Some(Reason::AttemptsExhausted)
    } else {
        None
    }
}

/// Whether the server's word ends the call. A refusal without a delay ends it even where pushback is ignored.
fn is_pushed_back(settings: &RetrySettings, question: &Question) -> bool {
    let Pushback { retry_after, never, max_retries } = question.pushback;
    let used_up = max_retries.is_some_and(|most| question.made.saturating_sub(1) >= u32::from(most));
    let refused = question.class == FailureClass::Refused && retry_after.is_none();
    refused || (settings.pushback.is_heard() && (never || used_up))
}

/// One call of a [`RetryPolicy`]; made by [`RetryPolicy::start`].
#[derive(Clone, Copy, Debug)]
pub struct RetryCall {
    terms: Terms,
    made: u32,
    series: Series,
    never: bool,
    max_retries: Option<u8>,
    last_cost: Option<u32>,
}

impl RetryCall {
    /// Attempts so far, the first included.
    pub const fn made(&self) -> u32 {
        self.made
    }

    /// Whether an attempt sent now could still be answered in time; to be asked when the retry is due.
    pub fn in_time(&self, average: Duration, now: Instant) -> bool {
        self.terms.in_time(Duration::ZERO, average, now)
    }
}

/// Retries alone: settings, one budget and one stream, for hosts that bring their own calls.
///
/// ```
/// use hedgerow::{Duration, Instant, Seed, reason::Reason};
/// use hedgerow::retry::{outcome::FailureClass, policy::{RetryPolicy, Terms}, preset::Preset, pushback::Pushback};
/// let now = Instant::ZERO;
/// let mut policy = RetryPolicy::from_preset(Preset::Aws21, &Seed::new([7; 32]), now);
/// let max = Duration::from_secs(60);
/// let mut call = policy.start(Terms { idempotent: true, target: None, max, deadline: None }, now);
/// let retry = policy.handle_failure(&mut call, FailureClass::Transient, Pushback::NONE, now).unwrap();
/// assert!(retry.delay <= Duration::from_millis(50));
/// assert_eq!(policy.handle_failure(&mut call, FailureClass::Fatal, Pushback::NONE, now).unwrap_err().reason, Reason::Fatal);
/// ```
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    settings: RetrySettings,
    budget: Budget,
    rng: Stream,
    average: Duration,
}

impl RetryPolicy {
    /// Makes a policy; draws come from the backoff stream of this seed.
    pub fn new(settings: RetrySettings, budget: Budget, seed: &Seed) -> Self {
        Self::with_stream(settings, budget, Stream::derive(seed, StreamKind::Backoff, 0))
    }

    /// Makes a policy of a published design.
    pub fn from_preset(preset: Preset, seed: &Seed, now: Instant) -> Self {
        Self::new(preset.retry(), Budget::new(preset.budget(), now), seed)
    }

    /// Makes a policy that draws from this stream, for tests with scripted draws and for several policies on one seed.
    pub const fn with_stream(settings: RetrySettings, budget: Budget, rng: Stream) -> Self {
        Self { settings, budget, rng, average: Duration::ZERO }
    }

    /// Tells how long an answer takes on average; zero, as at the start, asks only that the retry be sent in time.
    pub fn set_average(&mut self, average: Duration) {
        self.average = average;
    }

    /// A call begins and its first attempt is sent; this asks nobody.
    pub fn start(&mut self, terms: Terms, now: Instant) -> RetryCall {
        self.budget.deposit(now);
        RetryCall { terms, made: 1, series: Series::new(), never: false, max_retries: None, last_cost: None }
    }

    /// An attempt of the call failed: when to send the next one, or why there is none.
    ///
    /// A granted retry counts as made.
    pub fn handle_failure(
        &mut self,
        call: &mut RetryCall,
        class: FailureClass,
        pushback: Pushback,
        now: Instant,
    ) -> Result<Granted, Refused> {
        let pushback = pushback.normalized().pushback;
        self.budget.on_failure(class, pushback.never, now);
        self.ask(call, class, pushback, now)
    }

    /// An attempt timed out because this client was paused: as a timeout, but no failure of the server.
    pub fn handle_paused(&mut self, call: &mut RetryCall, now: Instant) -> Result<Granted, Refused> {
        self.ask(call, FailureClass::Timeout, Pushback::NONE, now)
    }

    /// The call was answered.
    pub fn handle_success(&mut self, call: &RetryCall, now: Instant) {
        self.budget.on_success(call.last_cost, now);
    }

    /// What the budget holds, in micro-tokens.
    pub fn level(&mut self, now: Instant) -> u64 {
        self.budget.level(now)
    }

    /// Gives the budget back, to share it or to keep it beyond this policy.
    pub fn into_budget(self) -> Budget {
        self.budget
    }

    /// The settings in force.
    pub const fn settings(&self) -> &RetrySettings {
        &self.settings
    }

    fn ask(
        &mut self,
        call: &mut RetryCall,
        class: FailureClass,
        said: Pushback,
        now: Instant,
    ) -> Result<Granted, Refused> {
        call.never |= said.never;
        call.max_retries = match (call.max_retries, said.max_retries) {
            (Some(old), Some(new)) => Some(old.min(new)),
            (old, new) => old.or(new),
        };
        let question = Question {
            terms: call.terms,
            class,
            pushback: Pushback {
                retry_after: said.retry_after,
                never: call.never,
                max_retries: call.max_retries,
            },
            made: call.made,
            average: self.average,
        };
        let granted =
            gate(&self.settings, &question, &mut call.series, &mut self.budget, &mut self.rng, now)?;
        call.made = call.made.saturating_add(1);
        call.last_cost = Some(granted.cost);
        Ok(granted)
    }
}
