//! Times of JavaScript.

use hedgerow::wire::Units;
use hedgerow::{Duration, Instant, Wall};

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
