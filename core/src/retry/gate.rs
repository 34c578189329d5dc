//! The retry gate: whether a failed attempt is followed by another, and when.
//!
//! Every question is asked in one fixed order and the first refusal names the reason: the class, the server's word,
//! whether retries are on, whether the operation may run twice, attempts left, time left, and last the budget, so that
//! no token is spent on a refusal. The delay is drawn before time and budget are asked, so that the sequence of draws
//! depends on events alone. Pure but for what it is handed: a call's series, a budget, a stream.
//!
//! The gate never sleeps, never sends, and never lets an operation that may not run twice be repeated. The token is
//! taken here and not given back, even when the call ends during the wait.

use super::{
    budget::Budget,
    outcome::FailureClass,
    pushback::Pushback,
    series::{Ask, Series},
};
use crate::{
    config::RetrySettings,
    reason::Reason,
    rng::Stream,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retry::{
        budget::BudgetSettings,
        preset::Preset,
        pushback::{PushbackMode, PushbackSettings},
    };

    const OPEN: Terms = Terms { idempotent: true, target: None, max: Duration::MAX, deadline: None };
    const QUESTION: Question = Question {
        terms: OPEN,
        class: FailureClass::Transient,
        pushback: Pushback::NONE,
        made: 1,
        average: Duration::ZERO,
    };

    #[test]
    fn as_many_retries_are_made_as_the_server_grants() {
        let settings = RetrySettings { max_attempts: 10, ..Preset::Netflix.retry() };
        let asked = |made| {
            let pushback = Pushback { max_retries: Some(2), ..Pushback::NONE };
            stop(&settings, &Question { pushback, made, ..QUESTION })
        };
        assert_eq!([asked(1), asked(2), asked(3)], [None, None, Some(Reason::PushbackStop)]);
    }

    #[test]
    fn a_server_that_is_ignored_stops_nothing_but_its_own_refusal() {
        let pushback = PushbackSettings { mode: PushbackMode::Ignore, ..Preset::Netflix.pushback() };
        let settings = RetrySettings { pushback, ..Preset::Netflix.retry() };
        let said = Pushback { never: true, max_retries: Some(0), ..Pushback::NONE };
        assert_eq!(stop(&settings, &Question { pushback: said, ..QUESTION }), None);
        let refused = Question { class: FailureClass::Refused, ..QUESTION };
        assert_eq!(stop(&settings, &refused), Some(Reason::PushbackStop));
    }

    #[test]
    fn the_first_reason_in_the_order_is_told() {
        let settings = RetrySettings { max_attempts: 1, ..Preset::Netflix.retry() };
        let terms = Terms { idempotent: false, ..OPEN };
        let fatal = Question { terms, class: FailureClass::Fatal, pushback: Pushback::NEVER, ..QUESTION };
        let pushed_back = Question { class: FailureClass::Transient, ..fatal };
        let off = Question { pushback: Pushback::NONE, ..pushed_back };
        assert_eq!(stop(&settings, &fatal), Some(Reason::Fatal));
        assert_eq!(stop(&settings, &pushed_back), Some(Reason::PushbackStop));
        assert_eq!(stop(&settings, &off), Some(Reason::RetryOff));
        let settings = RetrySettings { max_attempts: 2, ..settings };
        assert_eq!(stop(&settings, &Question { made: 2, ..off }), Some(Reason::NotIdempotent));
        assert_eq!(stop(&settings, &Question { made: 2, ..QUESTION }), Some(Reason::AttemptsExhausted));
    }

    #[test]
    fn a_refusal_for_lack_of_time_has_drawn_and_taken_no_token() {
        let settings = Preset::Aws21.retry();
        let mut budget = Budget::new(BudgetSettings::AWS, Instant::ZERO);
        let mut rng = Stream::from_fractions(alloc::vec![u32::MAX]);
        let terms = Terms { deadline: Some(Instant::from_micros(49_999)), ..OPEN };
        let question = Question { terms, ..QUESTION };
        let result = gate(&settings, &question, &mut Series::new(), &mut budget, &mut rng, Instant::ZERO);
        let delay = Some(Duration::from_millis(50));
        assert_eq!(result, Err(Refused { reason: Reason::RetryNoTime, delay }));
        assert_eq!((rng.remaining(), budget.level(Instant::ZERO)), (0, 500_000_000));
    }
}
