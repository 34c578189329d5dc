//! What is asked rarely: endpoints, names, signals, pauses, figures, traces.

use hedgerow::client::action::{Namespace, Operation, StallReport};
use hedgerow::wire::{float, id};
use hedgerow::{CallId, Client, EndpointId, Instant, Stream, StreamKind, config};
use napi::Env;
use napi::bindgen_prelude::{Float64Array, Float64ArraySlice, Uint8Array, Uint32ArraySlice};

use super::{turn, with};
use crate::guard::guarded;
use crate::policies::{MS, told_span};
use crate::value::JsValue;
use crate::{document, error};

const NONE: f64 = -1.0;

/// Applies a list of changes of the endpoints, all or none; answers the ids of added and updated ones.
#[napi_derive::napi(js_name = "Client#handleTopology*")]
pub fn client_handle_topology(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    changes: JsValue,
    now: f64,
) -> napi::Result<Float64Array> {
    let changes = guarded(env, || Ok(config::topology(&document::read(changes)?)?))?;
    let ids = input(env, handle, buffer, now, |client, now| client.handle_topology(&changes, now))?;
    let ids = guarded(env, || Ok(ids?))?;
    Ok(Float64Array::new(ids.iter().map(|endpoint| float(endpoint.number())).collect()))
}

/// Hands in the signal header of an answer to a request of this namespace and operation; answers the record's version, or
/// −1 when there is none to read.
#[napi_derive::napi(js_name = "Client#handleSignalHeader*")]
pub fn client_handle_signal_header(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    text: String,
    namespace: u32,
    operation: u32,
    now: f64,
) -> napi::Result<f64> {
    let (namespace, operation) = (Namespace(namespace), Operation(operation));
    let seen = input(env, handle, buffer, now, |client, now| {
        client.handle_signal_field(&text, namespace, operation, now)
    })?;
    Ok(seen.map_or(NONE, float))
}

/// Hands in one record for a class, for a namespace (operation −1) or for all (both −1).
#[napi_derive::napi(js_name = "Client#handleSignal*")]
pub fn client_handle_signal(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    record: JsValue,
    namespace: i32,
    operation: i32,
    now: f64,
) -> napi::Result<()> {
    let record = guarded(env, || Ok(config::record(&document::read(record)?)?))?;
    let namespace = u32::try_from(namespace).ok().map(Namespace);
    let operation = u32::try_from(operation).ok().map(Operation);
    input(env, handle, buffer, now, |client, now| client.handle_signal(namespace, operation, &record, now))
}

/// Hands in the document `{records: […]}` of a handshake; answers how many records were invalid.
#[napi_derive::napi(js_name = "Client#handleSignals*")]
pub fn client_handle_signals(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    records: JsValue,
    now: f64,
) -> napi::Result<u32> {
    let records = guarded(env, || Ok(config::records(&document::read(records)?)?))?;
    input(env, handle, buffer, now, |client, now| client.handle_signals(&records, now))?;
    Ok(records.invalid)
}

/// The client did not run from `from` to `to`.
#[napi_derive::napi(js_name = "Client#handlePause")]
pub fn client_handle_pause(env: Env, handle: u32, from: f64, to: f64, now: f64) -> napi::Result<()> {
    let pause = StallReport::Paused { from: MS.now(from), to: MS.now(to) };
    report(env, handle, now, |client, now| client.handle_stall(pause, now))
}

/// A timer that was due at one time fired at another: a pause, when it is later than the configured slack.
#[napi_derive::napi(js_name = "Client#handleLateTick")]
pub fn client_handle_late_tick(env: Env, handle: u32, due: f64, now: f64) -> napi::Result<()> {
    report(env, handle, now, |client, now| client.handle_late_tick(MS.now(due), now))
}

/// Timers are throttled from now on.
#[napi_derive::napi(js_name = "Client#handleThrottled")]
pub fn client_handle_throttled(env: Env, handle: u32, now: f64) -> napi::Result<()> {
    report(env, handle, now, |client, now| client.handle_stall(StallReport::Throttled, now))
}

/// The throttling has ended.
#[napi_derive::napi(js_name = "Client#handleResumed")]
pub fn client_handle_resumed(env: Env, handle: u32, now: f64) -> napi::Result<()> {
    report(env, handle, now, |client, now| client.handle_stall(StallReport::Resumed, now))
}

/// Forgets the stall debt.
#[napi_derive::napi(js_name = "Client#resetStall")]
pub fn client_reset_stall(env: Env, handle: u32, now: f64) -> napi::Result<()> {
    report(env, handle, now, |client, now| client.handle_stall(StallReport::Reset, now))
}

/// The machine slept, and its clock may have stood still: samples of a server's clock are dropped.
#[napi_derive::napi(js_name = "Client#handleSuspended")]
pub fn client_handle_suspended(env: Env, handle: u32, now: f64) -> napi::Result<()> {
    report(env, handle, now, |client, now| client.handle_stall(StallReport::Suspended, now))
}

/// Takes a reading of a server's wall clock within a round trip; whether the three are times.
#[napi_derive::napi(js_name = "Client#handleClock")]
pub fn client_handle_clock(
    env: Env,
    handle: u32,
    sent: f64,
    received: f64,
    server: f64,
    now: f64,
) -> napi::Result<bool> {
    let sample = MS.clock_sample(sent, received, server);
    report(env, handle, now, |client, now| sample.map(|sample| client.handle_clock(sample, now)).is_some())
}

/// Takes a lease of `count` timestamps from `from` on (µs since 1970), good until `expires`; whether the three are such
/// numbers.
#[napi_derive::napi(js_name = "Client#handleLease")]
pub fn client_handle_lease(
    env: Env,
    handle: u32,
    from: f64,
    count: f64,
    expires: f64,
    now: f64,
) -> napi::Result<bool> {
    let lease = MS.lease(from, count, expires);
    report(env, handle, now, |client, now| lease.map(|lease| client.handle_lease(lease, now)).is_some())
}

/// Denies later starts of every worker; with a deadline (−1 for none) what is undecided then ends.
#[napi_derive::napi(js_name = "Client#drain*")]
pub fn client_drain(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    deadline: f64,
    now: f64,
) -> napi::Result<()> {
    input(env, handle, buffer, now, |client, now| client.drain(MS.deadline(deadline), now))
}

/// Denies later starts of this worker; what of its calls is undecided at the deadline (−1 for none) is shut down.
#[napi_derive::napi(js_name = "Client#shutDown*")]
pub fn client_shut_down(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    deadline: f64,
    now: f64,
) -> napi::Result<u32> {
    turn(env, handle, buffer, |shared, worker, buffer| {
        shared.shut_down(worker, buffer, deadline, now).map(|written| written as u32)
    })
}

/// When the next timer of anybody is due, infinity for never.
#[napi_derive::napi(js_name = "Client#pollTimeout")]
pub fn client_poll_timeout(env: Env, handle: u32) -> napi::Result<f64> {
    look(env, handle, |client| client.poll_deadline(MS))
}

/// What waits there, a code; 0 for nothing.
#[napi_derive::napi(js_name = "Client#pollTimeoutReason")]
pub fn client_poll_timeout_reason(env: Env, handle: u32) -> napi::Result<u16> {
    look(env, handle, |client| client.poll_timeout().map_or(0, |wake| wake.reason.code()))
}

/// The number of a namespace.
#[napi_derive::napi(js_name = "Client#namespace")]
pub fn client_namespace(env: Env, handle: u32, name: String) -> napi::Result<u32> {
    let found = change(env, handle, |client| client.namespace(&name))?;
    guarded(env, || Ok(found?.0))
}

/// The number of an operation.
#[napi_derive::napi(js_name = "Client#operation")]
pub fn client_operation(env: Env, handle: u32, name: String) -> napi::Result<u32> {
    let found = change(env, handle, |client| client.operation(&name))?;
    guarded(env, || Ok(found?.0))
}

/// The id of a live endpoint, or −1.
#[napi_derive::napi(js_name = "Client#endpoint")]
pub fn client_endpoint(env: Env, handle: u32, name: String) -> napi::Result<f64> {
    look(env, handle, |client| client.endpoint(&name).map_or(NONE, |found| float(found.number())))
}

/// The name of an endpoint that is live or has attempts in flight.
#[napi_derive::napi(js_name = "Client#endpointName")]
pub fn client_endpoint_name(env: Env, handle: u32, endpoint: f64) -> napi::Result<Option<String>> {
    look(env, handle, |client| client.endpoint_name(EndpointId::from_number(id(endpoint))).map(Into::into))
}

/// The token of a call in the form that headers carry, if it has one.
#[napi_derive::napi(js_name = "Client#token")]
pub fn client_token(env: Env, handle: u32, call: f64) -> napi::Result<Option<String>> {
    look(env, handle, |client| client.token_text(call_id(call)).map(|text| text.as_str().into()))
}

/// Attempts at an endpoint whose end is not known.
#[napi_derive::napi(js_name = "Client#inFlight")]
pub fn client_in_flight(env: Env, handle: u32, endpoint: f64) -> napi::Result<u32> {
    look(env, handle, |client| client.in_flight(EndpointId::from_number(id(endpoint))))
}

/// Call slots that a namespace holds.
#[napi_derive::napi(js_name = "Client#callsHeld")]
pub fn client_calls_held(env: Env, handle: u32, namespace: u32) -> napi::Result<u32> {
    look(env, handle, |client| client.calls_held(Namespace(namespace)))
}

/// The limit that the next call of a class is compared with, −1 for a class not used yet.
#[napi_derive::napi(js_name = "Client#callsAllowed")]
pub fn client_calls_allowed(env: Env, handle: u32, namespace: u32, operation: u32) -> napi::Result<f64> {
    let (namespace, operation) = (Namespace(namespace), Operation(operation));
    look(env, handle, |client| client.calls_allowed(namespace, operation).map_or(NONE, f64::from))
}

/// Hedges of a namespace in flight.
#[napi_derive::napi(js_name = "Client#hedgesInFlight")]
pub fn client_hedges_in_flight(env: Env, handle: u32, namespace: u32) -> napi::Result<u32> {
    look(env, handle, |client| client.hedges_in_flight(Namespace(namespace)))
}

/// Where a call stands: 0 one outstanding, 1 racing, 2 waiting, 3 lingering, 4 gone.
#[napi_derive::napi(js_name = "Client#state")]
pub fn client_state(env: Env, handle: u32, call: f64) -> napi::Result<u8> {
    look(env, handle, |client| client.state(call_id(call)) as u8)
}

/// Whether no call of anybody is undecided and none lingers.
#[napi_derive::napi(js_name = "Client#isIdle")]
pub fn client_is_idle(env: Env, handle: u32) -> napi::Result<bool> {
    look(env, handle, Client::is_idle)
}

/// The lateness above which a host lets its event loop turn once more before the timeout.
#[napi_derive::napi(js_name = "Client#lateTolerance")]
pub fn client_late_tolerance(env: Env, handle: u32) -> napi::Result<f64> {
    look(env, handle, |client| told_span(client.late_tolerance()))
}

/// The configuration in force, as canonical JSON.
#[napi_derive::napi(js_name = "Client#configJson")]
pub fn client_config_json(env: Env, handle: u32) -> napi::Result<String> {
    look(env, handle, |client| client.config().to_json())
}

/// Every counter.
#[napi_derive::napi(js_name = "Client#stats")]
pub fn client_stats(env: Env, handle: u32) -> napi::Result<JsValue> {
    look(env, handle, |client| JsValue::Json(client.stats().to_document().to_json()))
}

/// What this client has learned until now, as a plain object that JSON keeps.
#[napi_derive::napi(js_name = "Client#snapshot")]
pub fn client_snapshot(env: Env, handle: u32, now: f64) -> napi::Result<JsValue> {
    look(env, handle, |client| JsValue::Json(client.snapshot(MS.now(now)).to_json()))
}

/// What happened to a call and why; `undefined` when it is forgotten.
#[napi_derive::napi(js_name = "Client#explain")]
pub fn client_explain(env: Env, handle: u32, call: f64) -> napi::Result<JsValue> {
    look(env, handle, |client| {
        let told = client.explain(call_id(call));
        told.map_or(JsValue::UNDEFINED, |told| JsValue::Json(told.to_document().to_json()))
    })
}

/// The waiting records of the trace in their compact form; joined, all answers are one trace. It holds the seed.
#[napi_derive::napi(js_name = "Client#takeTrace")]
pub fn client_take_trace(env: Env, handle: u32) -> napi::Result<Uint8Array> {
    let mut bytes = Vec::new();
    change(env, handle, |client| client.poll_trace_bytes(&mut bytes))?;
    Ok(Uint8Array::new(bytes))
}

/// Puts a script of words in the place of the stream of this kind, for tests.
#[napi_derive::napi(js_name = "Client#scriptWords")]
pub fn client_script_words(
    env: Env,
    handle: u32,
    kind: u16,
    words: Uint32ArraySlice<'_>,
) -> napi::Result<()> {
    script(env, handle, kind, Stream::from_words(words.to_vec()))
}

/// Puts a script of fractions of 2^32 in the place of the stream of this kind, for tests.
#[napi_derive::napi(js_name = "Client#scriptFractions")]
pub fn client_script_fractions(
    env: Env,
    handle: u32,
    kind: u16,
    fractions: Uint32ArraySlice<'_>,
) -> napi::Result<()> {
    script(env, handle, kind, Stream::from_fractions(fractions.to_vec()))
}

fn script(env: Env, handle: u32, kind: u16, stream: Stream) -> napi::Result<()> {
    let kind = StreamKind::from_number(kind);
    let kind = guarded(env, || Ok(kind.ok_or_else(|| error::invalid("no stream of this kind"))?))?;
    change(env, handle, |client| client.script(kind, stream))
}

fn call_id(call: f64) -> CallId {
    CallId::from_number(id(call))
}

/// Hands in an input of any kind.
fn input<R>(
    env: Env,
    handle: u32,
    buffer: Float64ArraySlice<'_>,
    now: f64,
    input: impl FnOnce(&mut Client, Instant) -> R,
) -> napi::Result<R> {
    turn(env, handle, buffer, |shared, worker, buffer| shared.input(worker, buffer, now, input))
}

/// Hands in an input that a turn follows.
fn report<R>(
    env: Env,
    handle: u32,
    now: f64,
    input: impl FnOnce(&mut Client, Instant) -> R,
) -> napi::Result<R> {
    with(env, handle, |found| Ok(found.shared.report(found.worker, now, input)?))
}

fn look<R>(env: Env, handle: u32, look: impl FnOnce(&Client) -> R) -> napi::Result<R> {
    with(env, handle, |found| Ok(found.shared.read(look)?))
}

fn change<R>(env: Env, handle: u32, change: impl FnOnce(&mut Client) -> R) -> napi::Result<R> {
    with(env, handle, |found| Ok(found.shared.change(change)?))
}
