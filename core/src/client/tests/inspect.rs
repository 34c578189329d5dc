//! What hosts ask of calls that are not over, and inputs made of others.

use std::vec;

use serde_json::json;

use super::{add, at, client, drain};
use crate::client::Client;
use crate::client::action::{Action, Failure, Namespace, Operation, Response, Start};
use crate::client::call::CallState;
use crate::config::Idempotency;
use crate::id::{AttemptId, CallId};
use crate::retry::outcome::FailureClass;
use crate::time::Wall;
use crate::token::text::{TextForm, TokenText};

/// A call that is hedged after 10 ms and may take 100, and its first attempt.
fn started(cookie: u64) -> (Client, CallId, AttemptId) {
    let mut client = client(json!({
        "hedge": {"strategy": "fixed", "delay_us": 10_000},
        "objective": {"max_us": 100_000},
        "timer": {"stages": 1},
    }));
    client.handle_topology(&add(&["a", "b"]), at(0)).unwrap();
    let idempotency = Some(Idempotency::Token);
    let request = Start { cookie, idempotency, wall: Some(Wall::from_micros(5)), ..Start::default() };
    let call = client.start(&request, at(1000)).unwrap();
    let attempt = sent(&mut client);
    (client, call, attempt)
}

fn sent(client: &mut Client) -> AttemptId {
    let mut sends = drain(client).into_iter().filter_map(|action| match action {
        Action::Send { attempt, .. } => Some(attempt),
        _ => None,
    });
    sends.next_back().unwrap()
}

#[test]
fn the_deadline_of_a_call_is_the_earliest_of_its_timers() {
    let (mut client, call, first) = started(5);
    assert_eq!(client.call_deadline(call), Some(at(11_000)));
    client.handle_timeout(at(11_000));
    let hedge = sent(&mut client);
    assert_eq!(client.call_deadline(call), Some(at(101_000)));
    client.handle_response(hedge, Response::default(), at(20_000));
    // It lingers until the end of the attempt that lost is known or not waited for.
    assert_eq!(client.state(call), CallState::Lingering);
    assert!(client.call_deadline(call).is_some());
    client.handle_cancelled(first, at(21_000));
    assert_eq!(client.call_deadline(call), None);
}

#[test]
fn a_wait_for_a_retry_is_a_deadline_of_its_call() {
    let (mut client, call, first) = started(5);
    client.handle_failure(first, Failure::new(FailureClass::Overloaded), at(2000));
    assert_eq!(client.state(call), CallState::Waiting);
    assert_eq!(client.call_deadline(call), client.poll_timeout().map(|wake| wake.at));
}

#[test]
fn calls_are_found_by_their_cookies_and_attempts_by_their_calls() {
    let (mut client, call, first) = started(5);
    assert_eq!((client.call_of(first), client.cookie_of(call)), (Some(call), Some(5)));
    assert_eq!(client.calls_between(5, 5), [call]);
    assert_eq!((client.calls_between(0, 4), client.calls_between(6, u64::MAX)), (vec![], vec![]));
    client.handle_timeout(at(11_000));
    let hedge = sent(&mut client);
    assert_eq!(client.open_attempts(call), [first, hedge]);
    client.handle_cancelled(first, at(12_000));
    assert_eq!(client.open_attempts(call), [hedge]);
    client.handle_response(hedge, Response::default(), at(13_000));
    assert_eq!((client.call_of(hedge), client.cookie_of(call)), (None, None));
    assert_eq!((client.open_attempts(call), client.calls_between(0, u64::MAX)), (vec![], vec![]));
}

#[test]
fn a_signal_field_is_applied_where_it_reaches_and_one_that_is_none_is_not() {
    let (mut client, ..) = started(5);
    let (namespace, operation) = (Namespace(0), Operation(0));
    let seen = client.handle_signal_field(
        "v=3, target=9000, max=50000, calls=7, hedges=2",
        namespace,
        operation,
        at(2000),
    );
    assert_eq!((seen, client.signal_version(namespace, operation)), (Some(3), Some(3)));
    assert_eq!(client.calls_allowed(namespace, operation), Some(7));
    for bad in ["", "v=?", "v=4, target=-1"] {
        assert_eq!(client.handle_signal_field(bad, namespace, operation, at(3000)), None, "{bad}");
    }
}

#[test]
fn a_tick_is_a_pause_from_the_slack_on() {
    let (mut client, ..) = started(5);
    let slack = client.config().stall.slack.as_micros();
    client.handle_late_tick(at(2000), at(2000 + slack));
    assert_eq!(client.calm_until, at(0));
    client.handle_late_tick(at(2000), at(2001 + slack));
    assert_eq!(client.calm_until, at(2001 + slack) + client.config().health.window);
}

#[test]
fn the_text_of_a_token_has_the_configured_form() {
    let (mut client, call, _) = started(5);
    let uuid7 = TokenText::new(client.token(call).unwrap(), TextForm::Uuid7).unwrap();
    assert_eq!(client.token_text(call), Some(uuid7));
    client.cancel(call, at(2000));
    assert!(client.token_text(CallId::from_number(1)).is_none());
}
