//! What a host asks.

use alloc::vec::Vec;

use hedgerow::client::action::Namespace;
use hedgerow::wire::{float, id};
use hedgerow::{CallId, EndpointId};

use super::NONE;
use super::client::{US, with};
use super::region::{put, with_text};

/// Drains waiting actions into the buffer; how many.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_poll_actions(handle: u32) -> usize {
    with(handle, 0, super::client::Session::turn)
}

/// Drains notes into the buffer; how many.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_poll_notes(handle: u32) -> usize {
    with(handle, 0, |session| session.client.poll_notes(&mut session.buffer, US))
}

/// When to wake, infinity for never.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_poll_timeout(handle: u32) -> f64 {
    with(handle, f64::INFINITY, |session| session.client.poll_deadline(US))
}

/// What waits there, a code; 0 for nothing.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_poll_timeout_reason(handle: u32) -> u32 {
    with(handle, 0, |session| session.client.poll_timeout().map_or(0, |wake| wake.reason.code().into()))
}

/// The id of the live endpoint named in the input, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_endpoint(handle: u32, length: usize) -> f64 {
    let found = with_text(length, |name| with(handle, None, |session| session.client.endpoint(name)));
    found.flatten().map_or(NONE, |endpoint| float(endpoint.number()))
}

/// Leaves the name of an endpoint in the output; its length.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_endpoint_name(handle: u32, endpoint: f64) -> usize {
    with(handle, 0, |session| {
        let name = session.client.endpoint_name(EndpointId::from_number(id(endpoint)));
        put(name.unwrap_or_default().into())
    })
}

/// Attempts at an endpoint whose end is not known.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_in_flight(handle: u32, endpoint: f64) -> u32 {
    with(handle, 0, |session| session.client.in_flight(EndpointId::from_number(id(endpoint))))
}

/// Call slots that a namespace holds.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_calls_held(handle: u32, namespace: u32) -> u32 {
    with(handle, 0, |session| session.client.calls_held(Namespace(namespace)))
}

/// Hedges of a namespace in flight.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_hedges_in_flight(handle: u32, namespace: u32) -> u32 {
    with(handle, 0, |session| session.client.hedges_in_flight(Namespace(namespace)))
}

/// Where a call stands: 0 one outstanding, 1 racing, 2 waiting, 3 lingering, 4 gone.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_state(handle: u32, call: f64) -> u32 {
    with(handle, 4, |session| session.client.state(CallId::from_number(id(call))) as u32)
}

/// 1 if no call is undecided and none lingers.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_is_idle(handle: u32) -> u32 {
    with(handle, 1, |session| u32::from(session.client.is_idle()))
}

/// The lateness above which a host lets its event loop turn once more before the timeout.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_late_tolerance(handle: u32) -> f64 {
    with(handle, NONE, |session| US.tell_span(session.client.late_tolerance()))
}

/// Leaves the token of a call in the output, in the form that headers carry; its length, 0 without one.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_token(handle: u32, call: f64) -> usize {
    with(handle, 0, |session| {
        let text = session.client.token_text(CallId::from_number(id(call)));
        put(text.map(|text| text.as_str().into()).unwrap_or_default())
    })
}

/// Leaves every counter in the output, as JSON; its length.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_stats(handle: u32) -> usize {
    with(handle, 0, |session| put(session.client.stats().to_document().to_json().into_bytes()))
}

/// Leaves what happened to a call in the output, as JSON; its length, 0 when it is forgotten.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_explain(handle: u32, call: f64) -> usize {
    with(handle, 0, |session| {
        let told = session.client.explain(CallId::from_number(id(call)));
        put(told.map(|told| told.to_document().to_json().into_bytes()).unwrap_or_default())
    })
}

/// Leaves the canonical configuration in the output, as JSON; its length.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_config_json(handle: u32) -> usize {
    with(handle, 0, |session| put(session.client.config().to_json().into_bytes()))
}

/// Leaves the waiting records of the trace in the output, in their compact form; their length. They hold the seed.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_take_trace(handle: u32) -> usize {
    with(handle, 0, |session| {
        let mut bytes = Vec::new();
        session.client.poll_trace_bytes(&mut bytes);
        put(bytes)
    })
}
