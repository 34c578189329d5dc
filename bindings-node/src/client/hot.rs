//! What is asked for every call: numbers, and the buffer.

use hedgerow::token::text::TokenText;
use hedgerow::wire::{RECORD, input};
use napi::Env;
use napi::bindgen_prelude::Float64ArraySlice;

use super::turn;
use crate::error;
use crate::guard::guarded;

/// Starts a call with `replicas` ids at the head of the buffer: its id, the negative code of a denial, or NaN when an
/// argument is no number that it may be.
#[napi_derive::napi(js_name = "Client#start*")]
#[allow(clippy::too_many_arguments, reason = "a hot call carries numbers, the same as a start's record")]
pub fn client_start(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    cookie: f64,
    namespace: f64,
    operation: f64,
    replicas: u32,
    deadline: f64,
    wall: f64,
    packed: f64,
    now: f64,
) -> napi::Result<f64> {
    let record = input::start(cookie, namespace, operation, deadline, wall, packed);
    turn(env, handle, buffer, |shared, worker, buffer| {
        shared.start(worker, buffer, &record, replicas as usize, None, now)
    })
}

/// Starts a call in the same way, with a token of this library's form that the caller brings.
#[napi_derive::napi(js_name = "Client#startWithToken*")]
#[allow(clippy::too_many_arguments, reason = "the same numbers as a start's, and the token")]
pub fn client_start_with_token(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    token: String,
    cookie: f64,
    namespace: f64,
    operation: f64,
    replicas: u32,
    deadline: f64,
    wall: f64,
    packed: f64,
    now: f64,
) -> napi::Result<f64> {
    let text = guarded(env, || {
        let text = TokenText::parse(&token);
        Ok(text.map_err(|found| error::error(found.reason().slug(), &found.to_string()))?)
    })?;
    let record = input::start(cookie, namespace, operation, deadline, wall, packed);
    turn(env, handle, buffer, |shared, worker, buffer| {
        shared.start(worker, buffer, &record, replicas as usize, Some(text.token()), now)
    })
}

/// An attempt answered.
#[napi_derive::napi(js_name = "Client#handleResponse*")]
pub fn client_handle_response(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    attempt: f64,
    now: f64,
) -> napi::Result<u32> {
    push(env, handle, buffer, input::response(attempt), now)
}

/// An attempt answered, and the server told requests in flight there, latency and wall time, −1 where it said nothing.
#[napi_derive::napi(js_name = "Client#handleResponseWithLoad*")]
#[allow(clippy::too_many_arguments, reason = "a hot call carries numbers")]
pub fn client_handle_response_with_load(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    attempt: f64,
    in_flight: f64,
    latency: f64,
    wall: f64,
    now: f64,
) -> napi::Result<u32> {
    push(env, handle, buffer, input::response_with_load(attempt, in_flight, latency, wall), now)
}

/// An attempt failed; `packed` is the class + 256 if the server said never.
#[napi_derive::napi(js_name = "Client#handleFailure*")]
#[allow(clippy::too_many_arguments, reason = "a hot call carries numbers")]
pub fn client_handle_failure(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    attempt: f64,
    packed: f64,
    retry_after: f64,
    max_retries: f64,
    now: f64,
) -> napi::Result<u32> {
    push(env, handle, buffer, input::failure(attempt, retry_after, max_retries, packed), now)
}

/// An attempt is over and produced nothing.
#[napi_derive::napi(js_name = "Client#handleCancelled*")]
pub fn client_handle_cancelled(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    attempt: f64,
    now: f64,
) -> napi::Result<u32> {
    push(env, handle, buffer, input::cancelled(attempt), now)
}

/// The caller gives a call up.
#[napi_derive::napi(js_name = "Client#cancel*")]
pub fn client_cancel(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    call: f64,
    now: f64,
) -> napi::Result<u32> {
    push(env, handle, buffer, input::give_up(call), now)
}

/// Fires every timer that is due, whosoever it is.
#[napi_derive::napi(js_name = "Client#handleTimeout*")]
pub fn client_handle_timeout(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    now: f64,
) -> napi::Result<u32> {
    push(env, handle, buffer, input::timeout(), now)
}

/// The worker's own timer fired, or it was woken: fires what is due if something of its own is.
#[napi_derive::napi(js_name = "Client#tick*")]
pub fn client_tick(env: Env, handle: u32, buffer: Float64ArraySlice<'_>, now: f64) -> napi::Result<u32> {
    turn(env, handle, buffer, |shared, worker, buffer| {
        shared.tick(worker, buffer, now).map(|written| written as u32)
    })
}

/// Takes `count` records of inputs from the buffer; answers how many it took, which is fewer when the next is none.
#[napi_derive::napi(js_name = "Client#pushEvents*")]
pub fn client_push_events(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    count: u32,
    now: f64,
) -> napi::Result<u32> {
    turn(env, handle, buffer, |shared, worker, buffer| {
        shared.push_events(worker, buffer, count as usize, now).map(|taken| taken as u32)
    })
}

/// Moves actions that wait for this worker into the buffer; answers how many.
#[napi_derive::napi(js_name = "Client#pollActions*")]
pub fn client_poll_actions(env: Env, handle: u32, buffer: Float64ArraySlice<'_>) -> napi::Result<u32> {
    turn(env, handle, buffer, |shared, worker, buffer| shared.poll(worker, buffer).map(|count| count as u32))
}

/// Moves notes that wait for this worker into the buffer; answers how many.
#[napi_derive::napi(js_name = "Client#pollNotes*")]
pub fn client_poll_notes(env: Env, handle: u32, buffer: Float64ArraySlice<'_>) -> napi::Result<u32> {
    turn(env, handle, buffer, |shared, worker, buffer| {
        shared.poll_notes(worker, buffer).map(|count| count as u32)
    })
}

fn push(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    record: [f64; RECORD],
    now: f64,
) -> napi::Result<u32> {
    turn(env, handle, buffer, |shared, worker, buffer| {
        shared.push(worker, buffer, &record, now).map(|written| written as u32)
    })
}
