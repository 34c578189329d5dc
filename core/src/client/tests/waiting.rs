//! Hedges that wait for a slot: how long, how many, in which order, and what their turn asks again.

use std::vec::Vec;

use serde_json::json;

use super::{add, at, client, drain, reasons};
use crate::client::Client;
use crate::client::action::{Action, Operation, Response, Start};
use crate::id::AttemptId;
use crate::signal::record::Record;

/// One hedge at a time, 1 ms after its primary; a target of 10 ms.
fn waiting() -> Client {
    let mut client = client(json!({
        "objective": {"target_us": 10_000, "max_us": 500_000}, "limits": {"hedges": 1},
        "hedge": {"strategy": "fixed", "delay_us": 1000, "denied": "wait"},
        "operations": {"get": {"idempotency": "natural"}}, "trace": {"notes": 100},
    }));
    client.handle_topology(&add(&["a", "b"]), at(0)).unwrap();
    client
}

/// Starts so many calls at once and lets their hedge timers fire at 1 ms; the attempts sent, in order.
fn racing(client: &mut Client, calls: usize) -> Vec<AttemptId> {
    let get: Operation = client.operation("get").unwrap();
    for _ in 0..calls {
        client.start(&Start { operation: get, ..Start::default() }, at(0)).unwrap();
    }
    client.handle_timeout(at(1000));
    sent(client)
}

fn sent(client: &mut Client) -> Vec<AttemptId> {
    let attempt = |action| if let Action::Send { attempt, .. } = action { Some(attempt) } else { None };
    drain(client).into_iter().filter_map(attempt).collect()
}

#[test]
fn a_freed_slot_goes_to_the_call_that_waits() {
    let mut client = waiting();
    let attempts = racing(&mut client, 2);
    assert_eq!(attempts.len(), 3, "two primaries and one hedge");
    assert_eq!(reasons(&mut client), ["hedge_waiting"]);
    client.handle_response(attempts[2], Response::default(), at(3000));
    assert_eq!(sent(&mut client).len(), 1, "the hedge of the other call");
}

#[test]
fn a_wait_ends_at_half_of_what_was_left_of_the_target() {
    let mut client = waiting();
    let attempts = racing(&mut client, 2);
    client.handle_timeout(at(5499));
    assert_eq!(reasons(&mut client), ["hedge_waiting"]);
    client.handle_timeout(at(5500));
    assert_eq!(reasons(&mut client), ["hedge_limit"]);
    client.handle_response(attempts[2], Response::default(), at(6000));
    assert_eq!(sent(&mut client).len(), 0, "it was dropped for good");
}

#[test]
fn no_more_calls_wait_than_the_limit_has_places() {
    let mut client = waiting();
    racing(&mut client, 3);
    assert_eq!(reasons(&mut client), ["hedge_waiting", "hedge_limit"]);
}

#[test]
fn a_call_that_is_answered_leaves_its_place() {
    let mut client = waiting();
    let attempts = racing(&mut client, 2);
    client.handle_response(attempts[1], Response::default(), at(2000));
    drain(&mut client);
    client.handle_response(attempts[2], Response::default(), at(3000));
    assert_eq!(sent(&mut client).len(), 0, "nobody waits any more");
}

#[test]
fn a_wait_that_ended_early_leaves_no_timer_that_hedges_once_more() {
    let mut client = client(json!({
        "objective": {"target_us": 10_000, "max_us": 500_000}, "limits": {"hedges": 1},
        "hedge": {"strategy": "fixed", "delay_us": 0, "max": 3, "denied": "wait"},
        "operations": {"get": {"idempotency": "natural"}},
    }));
    client.handle_topology(&add(&["a", "b", "c", "d", "e", "f"]), at(0)).unwrap();
    assert_eq!(racing(&mut client, 1).len(), 2, "the second hedge waits");
    let record = Record { version: 1, hedges: Some(9), ..Record::default() };
    client.handle_signal(None, None, &record, at(1000));
    assert_eq!(sent(&mut client).len(), 2, "it and the third");
    client.handle_timeout(at(6000));
    assert_eq!(sent(&mut client).len(), 0, "there are no more than three");
}
