//! Readings one by one: a header, a trailer, a status. Adapters ask for whole answers instead.

#![allow(clippy::needless_pass_by_value, reason = "lists and texts of JavaScript arrive owned")]

use alloc::string::String;
use alloc::vec::Vec;

use hedgerow::retry::http::Body;
use hedgerow::retry::pushback::Hint;
use hedgerow::retry::{grpc, http_date, server_delay};
use hedgerow::{Ended, Pushback};

use super::http::{Outcome, class_code};
use super::{JsValue, MS, error, told_span, wall, wasm_bindgen};

fn said(hint: Hint) -> Outcome {
    Outcome { ended: Ended::Success, hint, unclassified: false }
}

/// Whether a body can be sent again: 0 none, 1 bytes, 2 text, 3 factory, 4 stream.
#[wasm_bindgen(js_name = isRepeatableBody)]
pub fn is_repeatable_body(kind: u8) -> Result<bool, JsValue> {
    const KINDS: [Body; 5] = [Body::None, Body::Bytes, Body::Text, Body::Factory, Body::Stream];
    let kind = KINDS.get(usize::from(kind)).ok_or_else(|| error::invalid("no body of this kind"))?;
    Ok(kind.is_repeatable())
}

/// The failure class of a gRPC status, 0 for success.
#[wasm_bindgen(js_name = grpcStatus)]
pub fn grpc_status(code: u32) -> i8 {
    class_code(grpc::status(code))
}

/// What the values of a gRPC pushback trailer say.
#[wasm_bindgen(js_name = grpcPushback)]
pub fn grpc_pushback(values: Vec<String>) -> Outcome {
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    said(grpc::pushback(&values))
}

/// What a server's map `{maxRetries, retryAfterSeconds}` says, from the texts of its numbers.
#[wasm_bindgen(js_name = pushbackFromMap)]
pub fn pushback_from_map(max_retries: Option<String>, seconds: Option<String>) -> Result<Outcome, JsValue> {
    let hint = Pushback::from_map(max_retries.as_deref(), seconds.as_deref());
    hint.map(said).map_err(|found| error::shown(&found))
}

/// The delay of a `Retry-After` text, or −1 when it is unusable; the wall time may be −1.
#[wasm_bindgen(js_name = retryAfter)]
pub fn retry_after(text: &str, wall_time: f64) -> f64 {
    server_delay::retry_after(text, wall(wall_time)).map_or(-1.0, told_span)
}

/// The delay of a `Retry-After-Ms` text, or −1 when it is unusable.
#[wasm_bindgen(js_name = retryAfterMs)]
pub fn retry_after_ms(text: &str) -> f64 {
    server_delay::retry_after_ms(text).map_or(-1.0, told_span)
}

/// The delay of a rate limit's reset, or −1 when it is unusable; the wall time may be −1.
#[wasm_bindgen(js_name = ratelimitReset)]
pub fn ratelimit_reset(text: &str, wall_time: f64) -> f64 {
    server_delay::ratelimit_reset(text, wall(wall_time)).map_or(-1.0, told_span)
}

/// The time of an HTTP date, or −1 when it is none; the wall time tells the century of a short year.
#[wasm_bindgen(js_name = parseHttpDate)]
pub fn parse_http_date(text: &str, wall_time: f64) -> f64 {
    let date = wall(wall_time).and_then(|wall| http_date::parse(text, wall));
    date.map_or(-1.0, |date| MS.tell(date.as_micros()))
}
