//! Records of inputs, written: what the hot functions of bindings hand in.
//!
//! The other side of the reader of inputs. Arguments are numbers as a host gives them and are not checked here; whoever
//! reads a record says what is none. What a record does not tell is [`NOT_GIVEN`]; times are in the host's unit.

use super::{Code, NOT_GIVEN, RECORD};

/// A start, for [`Client::start_record`](crate::Client::start_record), which takes replica ids beside it.
///
/// The last number is packed from the parts `START_…` of [`packed`](super::packed).
pub const fn start(
    cookie: f64,
    namespace: f64,
    operation: f64,
    deadline: f64,
    wall: f64,
    packed: f64,
) -> [f64; RECORD] {
    [Code::Start.as_float(), cookie, namespace, operation, NOT_GIVEN, deadline, wall, packed]
}

/// An attempt answered.
pub const fn response(attempt: f64) -> [f64; RECORD] {
    response_with_load(attempt, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN)
}

/// An attempt answered, and its server told its load or its time: requests in flight there, latency, wall time.
pub const fn response_with_load(attempt: f64, in_flight: f64, latency: f64, wall: f64) -> [f64; RECORD] {
    [Code::Response.as_float(), NOT_GIVEN, NOT_GIVEN, attempt, in_flight, latency, wall, NOT_GIVEN]
}

/// An attempt failed. The last number is packed from the parts `FAILURE_…` of [`packed`](super::packed).
pub const fn failure(attempt: f64, retry_after: f64, max_retries: f64, packed: f64) -> [f64; RECORD] {
    let code = Code::Failure.as_float();
    [code, NOT_GIVEN, NOT_GIVEN, attempt, NOT_GIVEN, retry_after, max_retries, packed]
}

/// An attempt is over and produced nothing.
pub const fn cancelled(attempt: f64) -> [f64; RECORD] {
    bare(Code::Cancelled, NOT_GIVEN, attempt)
}

/// The caller gives a call up.
pub const fn give_up(call: f64) -> [f64; RECORD] {
    bare(Code::GiveUp, call, NOT_GIVEN)
}

/// The host's timer fired.
pub const fn timeout() -> [f64; RECORD] {
    bare(Code::Timeout, NOT_GIVEN, NOT_GIVEN)
}

const fn bare(code: Code, call: f64, attempt: f64) -> [f64; RECORD] {
    [code.as_float(), NOT_GIVEN, call, attempt, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN]
}
