//! Outcomes: what an answer or a failure means for the call, and what a server asks for.

#![allow(clippy::needless_pass_by_value, reason = "lists and texts of JavaScript arrive owned")]

use alloc::string::String;
use alloc::vec::Vec;

use hedgerow::retry::http::Response;
use hedgerow::retry::pushback::Hint;
use hedgerow::retry::{http, server_delay};
use hedgerow::signal::capabilities::ClientField;
use hedgerow::wire::id;
use hedgerow::{Duration, Ended, Fault};

use super::{MS, told_span, wall, wasm_bindgen};

/// What an answer means.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Outcome {
    pub(super) ended: Ended,
    pub(super) hint: Hint,
    pub(super) unclassified: bool,
}

#[wasm_bindgen]
impl Outcome {
    /// The failure class, 0 for success, −1 for cancelled.
    #[wasm_bindgen(getter, js_name = failureClass)]
    pub fn failure_class(&self) -> i8 {
        class_code(self.ended)
    }

    /// The delay that the server asks for, or −1.
    #[wasm_bindgen(getter, js_name = retryAfter)]
    pub fn retry_after(&self) -> f64 {
        self.hint.pushback.retry_after.map_or(-1.0, told_span)
    }

    /// Whether the server asks not to be tried again.
    #[wasm_bindgen(getter)]
    pub fn never(&self) -> bool {
        self.hint.pushback.never
    }

    /// The retries that the server grants, or −1.
    #[wasm_bindgen(getter, js_name = maxRetries)]
    pub fn max_retries(&self) -> i8 {
        self.hint.pushback.max_retries.map_or(-1, u8::cast_signed)
    }

    /// Whether the delay was cut to an hour.
    #[wasm_bindgen(getter)]
    pub fn clamped(&self) -> bool {
        self.hint.clamped
    }

    /// Whether the status is one of no range.
    #[wasm_bindgen(getter)]
    pub fn unclassified(&self) -> bool {
        self.unclassified
    }
}

pub(super) fn class_code(ended: Ended) -> i8 {
    match ended {
        Ended::Success => 0,
        Ended::Failed(class) => class.code().cast_signed(),
        Ended::Cancelled => -1,
    }
}

/// Reads a final HTTP answer; headers are names and values in turn, the wall time may be −1.
#[wasm_bindgen(js_name = readHttp)]
pub fn read_http(status: u16, headers: Vec<String>, repeats_token: bool, wall_time: f64) -> Outcome {
    let mut response = Response { status, repeats_token, wall: wall(wall_time), ..Response::default() };
    let (pairs, _) = headers.as_chunks::<2>();
    for [name, value] in pairs {
        response.headers.set(name, value);
    }
    let reading = response.read();
    Outcome { ended: reading.ended, hint: reading.hint, unclassified: reading.unclassified }
}

/// Names of the headers that [`read_http`] looks at, in order of precedence.
#[wasm_bindgen(js_name = delayHeaders)]
pub fn delay_headers() -> Vec<String> {
    server_delay::DelayHeaders::NAMES.map(String::from).into()
}

/// How often a request with this method may be sent: 0 once, 1 again, 2 also at the same time, 3 with its token.
#[wasm_bindgen(js_name = httpIdempotency)]
pub fn http_idempotency(method: &str, token: bool) -> u8 {
    http::idempotency(method, token).code()
}

/// The failure class of a failure without a status, −1 for cancelled: 0 connection refused, 1 name resolution,
/// 2 TLS before the request, 3 stream refused, 4 reset after sending, 5 the attempt's own timer, 6 the caller's abort,
/// 7 anything else.
#[wasm_bindgen(js_name = faultClass)]
pub fn fault_class(fault: u8) -> i8 {
    class_code(Fault::from_number(fault).ended())
}

/// The request field that tells a server of an attempt; −1 and the empty text where nothing is to be told. Empty when a
/// value breaks its rule.
#[wasm_bindgen(js_name = clientField)]
pub fn client_field(
    seen: f64,
    attempt: u32,
    hedge: bool,
    left: f64,
    priority: u8,
    call: f64,
    client: String,
) -> String {
    let told = |number: f64| (number >= 0.0).then(|| id(number));
    let field = ClientField {
        seen: told(seen),
        attempt: Some(attempt),
        hedge,
        // A call that is late already is still sent, and must not claim to have no time.
        left: MS.span(left).map(|left| left.max(Duration::from_micros(1))),
        priority: Some(priority),
        call: told(call),
        client: (!client.is_empty()).then_some(client),
        ..ClientField::default()
    };
    field.to_text().unwrap_or_default()
}
