//! Every policy of the core as a class of its own, texts of reasons, and tools for traces.
//!
//! What is given to a policy may be `None` where the core takes an `Option`; a question that may be refused is answered
//! by a number, negative for the code of the reason.

pub(crate) mod balance;
pub(crate) mod breaker;
pub(crate) mod hedge;
pub(crate) mod histogram;
pub(crate) mod http;
pub(crate) mod latency;
pub(crate) mod limit;
pub(crate) mod meter;
pub(crate) mod offset;
pub(crate) mod peak;
pub(crate) mod phi;
pub(crate) mod picker;
pub(crate) mod pool;
pub(crate) mod random;
pub(crate) mod reason;
pub(crate) mod retry;
pub(crate) mod signal;
pub(crate) mod stall;
pub(crate) mod timer;
pub(crate) mod token;
pub(crate) mod trace;

use hedgerow::{Duration, Instant, Reason, Wall};

use super::S;

fn at(seconds: f64) -> Instant {
    S.now(seconds)
}

fn span(seconds: f64) -> Duration {
    S.span(seconds).unwrap_or_default()
}

fn span_if(seconds: Option<f64>) -> Option<Duration> {
    seconds.and_then(|seconds| S.span(seconds))
}

fn wall_if(seconds: Option<f64>) -> Option<Wall> {
    seconds.and_then(|seconds| S.wall(seconds))
}

fn told(at: Instant) -> f64 {
    S.tell(at.as_micros())
}

fn told_span(span: Duration) -> f64 {
    S.tell_span(span)
}

/// A number, or the negative code of the reason why there is none.
fn or_reason(answer: Result<f64, Reason>) -> f64 {
    answer.unwrap_or_else(|reason| -f64::from(reason.code()))
}
