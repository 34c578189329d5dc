//! Outcomes: what an answer or a failure means for the call, and what a server asks for.

use hedgerow::retry::http::{Body, Response};
use hedgerow::retry::pushback::Hint;
use hedgerow::retry::{grpc, http, http_date, server_delay};
use hedgerow::signal::capabilities::ClientField;
use hedgerow::{Duration, Ended, Fault, Pushback};
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::{S, span_if, told_span, wall_if};
use crate::error;

/// What an answer means.
#[pyclass(frozen, get_all, module = "hedgerow._native")]
pub(crate) struct Outcome {
    /// The failure class, 0 for success, −1 for cancelled.
    failure_class: i8,
    /// The delay that the server asks for.
    retry_after: Option<f64>,
    /// Whether the server asks not to be tried again.
    never: bool,
    /// The retries that the server grants.
    max_retries: Option<u8>,
    /// Whether the delay was cut to an hour.
    clamped: bool,
    /// Whether the status is one of no range.
    unclassified: bool,
}

impl Outcome {
    fn new(ended: Ended, hint: Hint, unclassified: bool) -> Self {
        let Pushback { retry_after, never, max_retries } = hint.pushback;
        Self {
            failure_class: class_code(ended),
            retry_after: retry_after.map(told_span),
            never,
            max_retries,
            clamped: hint.clamped,
            unclassified,
        }
    }
}

fn class_code(ended: Ended) -> i8 {
    match ended {
        Ended::Success => 0,
        Ended::Failed(class) => class.code().cast_signed(),
        Ended::Cancelled => -1,
    }
}

/// Reads a final HTTP answer; headers are pairs of name and value.
#[pyfunction]
pub(crate) fn read_http(
    status: u16,
    headers: Vec<(Bound<'_, PyString>, Bound<'_, PyString>)>,
    repeats_token: bool,
    wall: Option<f64>,
) -> Outcome {
    // Hosts hand over bytes that are no text as lone surrogates; no header that is looked at has any.
    let texts = |(name, value): (Bound<'_, PyString>, Bound<'_, PyString>)| {
        (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
    };
    let headers: Vec<(String, String)> = headers.into_iter().map(texts).collect();
    let mut response = Response { status, repeats_token, wall: wall_if(wall), ..Response::default() };
    for (name, value) in &headers {
        response.headers.set(name, value);
    }
    let reading = response.read();
    Outcome::new(reading.ended, reading.hint, reading.unclassified)
}

/// Names of the headers that `read_http` looks at, in order of precedence.
#[pyfunction]
pub(crate) fn delay_headers() -> Vec<&'static str> {
    server_delay::DelayHeaders::NAMES.into()
}

/// How often a request with this method may be sent: 0 once, 1 again, 2 also at the same time, 3 with its token.
#[pyfunction]
pub(crate) fn http_idempotency(method: &str, token: bool) -> u8 {
    http::idempotency(method, token).code()
}

/// Whether a body can be sent again: 0 none, 1 bytes, 2 text, 3 factory, 4 stream.
#[pyfunction]
pub(crate) fn is_repeatable_body(py: Python<'_>, kind: u8) -> PyResult<bool> {
    const KINDS: [Body; 5] = [Body::None, Body::Bytes, Body::Text, Body::Factory, Body::Stream];
    let kind = KINDS.get(usize::from(kind)).ok_or_else(|| error::invalid(py, "no body of this kind"))?;
    Ok(kind.is_repeatable())
}

/// The failure class of a gRPC status, 0 for success.
#[pyfunction]
pub(crate) fn grpc_status(code: u32) -> i8 {
    class_code(grpc::status(code))
}

/// What the values of a gRPC pushback trailer say.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "texts of a list are taken out of it")]
pub(crate) fn grpc_pushback(values: Vec<String>) -> Outcome {
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    Outcome::new(Ended::Success, grpc::pushback(&values), false)
}

/// The failure class of a failure without a status, −1 for cancelled: 0 connection refused, 1 name resolution,
/// 2 TLS before the request, 3 stream refused, 4 reset after sending, 5 the attempt's own timer, 6 the caller's abort,
/// 7 anything else.
#[pyfunction]
pub(crate) fn fault_class(fault: u8) -> i8 {
    class_code(Fault::from_number(fault).ended())
}

/// What a server's map `{maxRetries, retryAfterSeconds}` says, from the texts of its numbers.
#[pyfunction]
pub(crate) fn pushback_from_map(
    py: Python<'_>,
    max_retries: Option<&str>,
    seconds: Option<&str>,
) -> PyResult<Outcome> {
    let hint = Pushback::from_map(max_retries, seconds);
    let hint = hint.map_err(|found| error::invalid(py, &found.to_string()))?;
    Ok(Outcome::new(Ended::Success, hint, false))
}

/// The delay of a `Retry-After` text; `None` when it is unusable.
#[pyfunction]
pub(crate) fn retry_after(text: &str, wall: Option<f64>) -> Option<f64> {
    server_delay::retry_after(text, wall_if(wall)).map(told_span)
}

/// The delay of a `Retry-After-Ms` text; `None` when it is unusable.
#[pyfunction]
pub(crate) fn retry_after_ms(text: &str) -> Option<f64> {
    server_delay::retry_after_ms(text).map(told_span)
}

/// The delay of a rate limit's reset; `None` when it is unusable.
#[pyfunction]
pub(crate) fn ratelimit_reset(text: &str, wall: Option<f64>) -> Option<f64> {
    server_delay::ratelimit_reset(text, wall_if(wall)).map(told_span)
}

/// The time of an HTTP date, `None` when it is none; the wall time tells the century of a short year.
#[pyfunction]
pub(crate) fn parse_http_date(text: &str, wall: Option<f64>) -> Option<f64> {
    let date = wall_if(wall).and_then(|wall| http_date::parse(text, wall))?;
    Some(S.tell(date.as_micros()))
}

/// The request field that tells a server of an attempt; `None` where nothing is to be told. Empty when a value breaks
/// its rule.
#[pyfunction]
pub(crate) fn client_field(
    seen: Option<u64>,
    attempt: u32,
    hedge: bool,
    left: Option<f64>,
    priority: u8,
    call: Option<u64>,
    client: Option<String>,
) -> String {
    let field = ClientField {
        seen,
        attempt: Some(attempt),
        hedge,
        // A call that is late already is still sent, and must not claim to have no time.
        left: span_if(left).map(|left| left.max(Duration::from_micros(1))),
        priority: Some(priority),
        call,
        client,
        ..ClientField::default()
    };
    field.to_text().unwrap_or_default()
}
