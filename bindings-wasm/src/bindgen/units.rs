//! Times of JavaScript, and answers that are a number or a reason.

use hedgerow::wire::Units;
use hedgerow::{Duration, Instant, Reason, Wall};

/// The unit of JavaScript.
pub(crate) const MS: Units = Units::Millis;

pub(crate) fn now(value: f64) -> Instant {
    MS.now(value)
}

#[allow(dead_code, reason = "a module with the client alone does not ask for it")]
pub(crate) fn span(value: f64) -> Duration {
    MS.span(value).unwrap_or_default()
}

pub(crate) fn wall(value: f64) -> Option<Wall> {
    MS.wall(value)
}

#[allow(dead_code, reason = "a module with the client alone does not ask for it")]
pub(crate) fn told(at: Instant) -> f64 {
    MS.tell(at.as_micros())
}

pub(crate) fn told_span(span: Duration) -> f64 {
    MS.tell_span(span)
}

/// A number, or the negative code of the reason why there is none.
pub(crate) fn or_reason(answer: Result<f64, Reason>) -> f64 {
    answer.unwrap_or_else(|reason| -f64::from(reason.code()))
}
