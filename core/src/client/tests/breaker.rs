//! The circuit breaker inside the machine.

use std::vec::Vec;

use serde_json::json;

use super::{add, at, client, drain, notes, reasons};
use crate::client::Client;
use crate::client::action::{Action, Failure, Response, Start, TopologyChange};
use crate::id::{AttemptId, EndpointId};
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;
use crate::time::Instant;

const SECOND: u64 = 1_000_000;

/// A client whose breakers open at the second failure and sleep for a second.
fn guarded(names: &[&str]) -> Client {
    let mut client = client(json!({
        "operations": {"get": {"idempotency": "retry"}},
        "retry": {"max_attempts": 3, "backoff": {"jitter": "none", "base_us": 10_000}},
        "budget": {"mode": "off"},
        "ejection": {"enabled": false},
        "breaker": {"min_requests": 2, "sleep_us": SECOND},
        "trace": {"notes": 100},
    }));
    client.handle_topology(&add(names), at(0)).unwrap();
    client
}

fn sends(client: &mut Client) -> Vec<(AttemptId, EndpointId)> {
    let send = |action| match action {
        Action::Send { attempt, endpoint, .. } => Some((attempt, endpoint)),
        _ => None,
    };
    drain(client).into_iter().filter_map(send).collect()
}

fn start(client: &mut Client, now: Instant) -> (AttemptId, EndpointId) {
    client.start(&Start::default(), now).unwrap();
    sends(client)[0]
}

fn fail(client: &mut Client, attempt: AttemptId, class: FailureClass, now: Instant) {
    client.handle_failure(attempt, Failure::new(class), now);
    drain(client);
}

/// Two failed calls, the second of which opens the breaker.
fn open(client: &mut Client, now: Instant) {
    for _ in 0..2 {
        let (attempt, _) = start(client, now);
        fail(client, attempt, FailureClass::Transient, now);
    }
}

#[test]
fn an_open_breaker_denies_a_start_when_no_other_endpoint_is_left() {
    let mut client = guarded(&["a"]);
    open(&mut client, at(5));
    let note = *notes(&mut client).last().unwrap();
    assert_eq!((note.reason, note.value), (Reason::Breaker, 5 + SECOND));
    assert_eq!(note.endpoint, client.endpoint("a"));
    assert_eq!(client.start(&Start::default(), at(4 + SECOND)), Err(Reason::BreakerOpen));
    assert!(client.poll_timeout().is_none() && client.poll_action().is_none() && client.is_idle());
    assert!(client.start(&Start::default(), at(5 + SECOND)).is_ok());
}

#[test]
fn one_probe_goes_alone_and_its_success_closes_the_breaker() {
    let mut client = guarded(&["a"]);
    open(&mut client, at(0));
    notes(&mut client);
    let (probe, _) = start(&mut client, at(SECOND));
    assert_eq!(client.start(&Start::default(), at(SECOND)), Err(Reason::BreakerOpen));
    client.handle_response(probe, Response::default(), at(SECOND + 9));
    assert!(client.start(&Start::default(), at(SECOND + 9)).is_ok());
    let told = reasons(&mut client);
    assert_eq!(told.iter().filter(|reason| reason.starts_with("breaker")).count(), 2, "{told:?}");
    assert!(told.contains(&"breaker_probe".into()) && told.contains(&"breaker_closed".into()));
}

#[test]
fn a_probe_that_fails_opens_it_for_another_sleep_and_overload_leaves_it_half_open() {
    let mut client = guarded(&["a"]);
    open(&mut client, at(0));
    let (probe, _) = start(&mut client, at(SECOND));
    fail(&mut client, probe, FailureClass::Overloaded, at(SECOND + 1));
    let (probe, _) = start(&mut client, at(SECOND + 1));
    fail(&mut client, probe, FailureClass::Transient, at(SECOND + 10));
    assert_eq!(client.start(&Start::default(), at(2 * SECOND + 9)), Err(Reason::BreakerOpen));
    assert!(client.start(&Start::default(), at(2 * SECOND + 10)).is_ok());
}

#[test]
fn a_cancelled_probe_keeps_others_out_until_its_end_is_known() {
    let mut client = guarded(&["a"]);
    open(&mut client, at(0));
    let call = client.start(&Start::default(), at(SECOND)).unwrap();
    let (probe, _) = sends(&mut client)[0];
    client.cancel(call, at(SECOND + 1));
    assert_eq!(client.start(&Start::default(), at(SECOND + 2)), Err(Reason::BreakerOpen));
    client.handle_cancelled(probe, at(SECOND + 3));
    assert!(client.start(&Start::default(), at(SECOND + 3)).is_ok());
}

#[test]
fn a_retry_skips_what_came_behind_a_breaker_after_its_plan_was_drawn() {
    let mut client = guarded(&["a", "b"]);
    let get = client.operation("get").unwrap();
    client.start(&Start { operation: get, ..Start::default() }, at(0)).unwrap();
    let (first, used) = sends(&mut client)[0];
    let other = ["a", "b"].iter().find_map(|name| client.endpoint(name).filter(|id| *id != used)).unwrap();
    // Meanwhile the other endpoint fails twice for calls of its own.
    for _ in 0..2 {
        client.start(&Start { replicas: &[other], ..Start::default() }, at(1)).unwrap();
        let (attempt, endpoint) = sends(&mut client)[0];
        assert_eq!(endpoint, other);
        fail(&mut client, attempt, FailureClass::NotSent, at(1));
    }
    client.handle_failure(first, Failure::new(FailureClass::Transient), at(2));
    let wake = client.poll_timeout().unwrap().at;
    client.handle_timeout(wake);
    assert_eq!(sends(&mut client)[0].1, used, "the plan is drawn anew, and only that endpoint is left");
}

#[test]
fn an_endpoint_that_is_removed_and_added_again_has_a_closed_breaker() {
    let mut client = guarded(&["a"]);
    open(&mut client, at(0));
    client.handle_topology(&[TopologyChange::Remove("a".into())], at(1)).unwrap();
    assert_eq!(client.start(&Start::default(), at(1)), Err(Reason::NoEndpoint));
    client.handle_topology(&add(&["a"]), at(1)).unwrap();
    assert!(client.start(&Start::default(), at(1)).is_ok());
}

#[test]
fn a_timeout_opens_it_when_the_server_caused_it_and_not_when_the_client_paused() {
    for (late, denied) in [(0, Err(Reason::BreakerOpen)), (30 * SECOND, Ok(()))] {
        let mut client = guarded(&["a"]);
        client.start(&Start::default(), at(0)).unwrap();
        client.start(&Start::default(), at(0)).unwrap();
        let mut now = at(0);
        while client.stats().completed_failed < 2 {
            drain(&mut client);
            now = at(client.poll_timeout().unwrap().at.as_micros().max(now.as_micros()) + late);
            client.handle_timeout(now);
        }
        drain(&mut client);
        assert_eq!(client.start(&Start::default(), now).map(drop), denied);
    }
}
