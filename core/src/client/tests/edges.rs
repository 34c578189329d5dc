//! Edges of the machine, one sentence each.

use std::string::ToString;
use std::vec::Vec;

use serde_json::json;

use super::{add, at, client, drain, notes, operation, plain, reasons, sent, two_endpoints};
use crate::client::Client;
use crate::client::action::{
    Action, AttemptKind, Failure, Namespace, Operation, Outcome, Response, Start, TopologyChange,
};
use crate::client::call::CallState;
use crate::id::{AttemptId, CallId};
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;
use crate::retry::pushback::Pushback;
use crate::signal::record::Record;
use crate::stats::CallEvent;
use crate::time::{Duration, Instant, Wall};

fn completed(actions: &[Action]) -> (Outcome, Reason) {
    let done = actions.iter().find_map(|action| match action {
        Action::Complete { outcome, reason, .. } => Some((*outcome, *reason)),
        _ => None,
    });
    done.expect("a completion")
}

#[test]
fn each_denied_start_names_its_reason_and_changes_nothing() {
    let mut client = client(json!({
        "objective": {"max_us": 1000}, "limits": {"calls": 1}, "capacity": {"calls": 1},
        "operations": {"put": {"idempotency": "token"}},
    }));
    let put = operation(&mut client, "put");
    let start =
        |client: &mut Client, request: Start<'_>| client.start(&request, at(10)).map_err(Reason::slug);
    assert_eq!(start(&mut client, Start::default()), Err("no_endpoint"));
    client.handle_topology(&add(&["a"]), at(10)).unwrap();
    let foreign = Start { namespace: Namespace(9), ..Start::default() };
    assert_eq!(start(&mut client, foreign), Err("unknown_namespace"));
    let foreign = Start { operation: Operation(9), ..Start::default() };
    assert_eq!(start(&mut client, foreign), Err("unknown_operation"));
    let past = Start { deadline: Some(at(10)), ..Start::default() };
    assert_eq!(start(&mut client, past), Err("deadline_passed"));
    assert_eq!(start(&mut client, Start { operation: put, ..Start::default() }), Err("no_clock"));
    assert!(client.is_idle() && client.poll_timeout().is_none() && client.poll_action().is_none());
    start(&mut client, Start::default()).unwrap();
    assert_eq!(start(&mut client, Start::default()), Err("capacity"));
    client.drain(None, at(10));
    assert_eq!(start(&mut client, Start::default()), Err("draining"));
    assert_eq!((client.stats().started, client.stats().count(Reason::Capacity)), (1, 1));
}

#[test]
fn calls_beyond_the_limit_of_the_namespace_are_denied_and_other_namespaces_are_not() {
    let mut client = two_endpoints(json!({"limits": {"calls": 2, "hedges": 0}}));
    let other = client.namespace("other").unwrap();
    assert!((0..2).all(|_| client.start(&Start::default(), at(1)).is_ok()));
    assert_eq!(client.start(&Start::default(), at(1)), Err(Reason::CallLimit));
    assert!(client.start(&Start { namespace: other, ..Start::default() }, at(1)).is_ok());
}

#[test]
fn reports_for_attempts_never_sent_are_stale_and_change_nothing() {
    let mut client = plain();
    for number in [0, 1, 1 << 24, 1 << 52, u64::MAX] {
        client.handle_response(AttemptId::from_number(number), Response::default(), at(5));
        client.handle_cancelled(AttemptId::from_number(number), at(5));
        client.cancel(CallId::from_number(number), at(5));
    }
    assert!(client.poll_action().is_none() && client.poll_timeout().is_none());
    assert_eq!((client.stats().stale_attempts, client.stats().stale_calls), (10, 5));
}

#[test]
fn time_that_goes_back_is_clamped_and_counted() {
    let mut client = plain();
    client.start(&Start::default(), at(1000)).unwrap();
    let attempt = sent(&mut client)[0];
    client.handle_response(attempt, Response::default(), at(400));
    let actions = drain(&mut client);
    let Action::Complete { wall, .. } = actions[0] else { panic!("{actions:?}") };
    assert_eq!((wall, client.stats().clock_steps_back), (Duration::ZERO, 1));
    client.handle_timeout(Instant::MAX);
    assert_eq!(client.stats().clock_bad, 1);
}

#[test]
fn a_hedge_is_not_sent_while_a_server_asks_the_namespace_to_wait() {
    for never in [false, true] {
        let mut client = plain();
        let get = operation(&mut client, "get");
        let start = Start { operation: get, ..Start::default() };
        client.start(&start, at(0)).unwrap();
        client.start(&start, at(0)).unwrap();
        let attempts = sent(&mut client);
        let pushback =
            Pushback { retry_after: Some(Duration::from_millis(50)), never, ..Pushback::default() };
        client.handle_failure(attempts[0], Failure { class: FailureClass::Overloaded, pushback }, at(1000));
        assert_eq!(client.stats().count(Reason::PushbackStop), u64::from(never), "its own call ends");
        drain(&mut client);
        client.handle_timeout(at(10_000));
        assert!(reasons(&mut client).contains(&"hedge_pushback".to_string()));
        assert!(sent(&mut client).is_empty());
    }
}

#[test]
fn an_answer_after_the_attempt_timeout_still_wins_and_drops_the_scheduled_retry() {
    let mut client = two_endpoints(json!({
        "objective": {"target_us": 10_000, "max_us": 500_000},
        "operations": {"get": {"idempotency": "natural"}},
        "hedge": {"strategy": "off"}, "attempt": {"timeout_us": 40_000}, "timer": {"resolution_us": 0},
        "budget": {"mode": "off"}, "trace": {"notes": 100},
    }));
    let get = operation(&mut client, "get");
    let call = client.start(&Start { operation: get, ..Start::default() }, at(0)).unwrap();
    let first = sent(&mut client)[0];
    for due in [10_000, 20_000, 30_000, 40_000] {
        client.handle_timeout(at(due));
    }
    let actions = drain(&mut client);
    assert!(
        matches!(actions[..], [Action::Cancel { reason: Reason::CancelAttemptTimeout, .. }]),
        "{actions:?}"
    );
    assert_eq!(client.state(call), CallState::Waiting);
    client.handle_response(first, Response::default(), at(40_500));
    assert_eq!(completed(&drain(&mut client)), (Outcome::Ok, Reason::Response));
    assert!(client.is_idle() && client.poll_timeout().is_none());
    let _ = notes(&mut client);
}

#[test]
fn an_attempt_timeout_that_may_not_be_followed_keeps_the_attempt() {
    let mut client = two_endpoints(json!({
        "objective": {"target_us": 10_000, "max_us": 500_000},
        "operations": {"get": {"idempotency": "natural"}},
        "hedge": {"strategy": "off"}, "attempt": {"timeout_us": 40_000}, "timer": {"resolution_us": 0, "stages": 1},
        "budget": {"mode": "ratio", "cap": 1, "ratio": 0, "min_rate": 0, "initial": 0}, "trace": {"notes": 100},
    }));
    let get = operation(&mut client, "get");
    let call = client.start(&Start { operation: get, ..Start::default() }, at(0)).unwrap();
    client.handle_timeout(at(40_000));
    assert!(reasons(&mut client).contains(&"attempt_timeout_kept".to_string()));
    assert_eq!((client.state(call), client.stats().completed_failed), (CallState::One, 0));
}

#[test]
fn a_call_without_hedges_or_retries_sends_the_other_kind_alone() {
    use AttemptKind::{Hedge, Primary, Retry};
    let kinds = |no_hedges, no_retries| {
        let mut client = two_endpoints(json!({
            "operations": {"get": {"idempotency": "natural"}}, "retry": {"max_attempts": 2},
            "hedge": {"strategy": "fixed", "delay_us": 10_000, "after_failure": true},
            "budget": {"mode": "off"},
        }));
        let get = operation(&mut client, "get");
        client.start(&Start { operation: get, no_hedges, no_retries, ..Start::default() }, at(0)).unwrap();
        let mut kinds = Vec::new();
        for _ in 0..4 {
            for action in drain(&mut client) {
                if let Action::Send { attempt, kind, .. } = action {
                    kinds.push(kind);
                    client.handle_failure(
                        attempt,
                        Failure::new(FailureClass::Transient),
                        client.clock.last(),
                    );
                }
            }
            if let Some(wake) = client.poll_timeout() {
                client.handle_timeout(wake.at);
            }
        }
        kinds
    };
    assert_eq!(kinds(false, false), [Primary, Hedge, Retry]);
    assert_eq!(kinds(true, false), [Primary, Retry]);
    assert_eq!(kinds(false, true), [Primary, Hedge]);
    assert_eq!(kinds(true, true), [Primary]);
}

#[test]
fn a_call_without_retries_arms_no_attempt_timeout() {
    let sent_in_all = |no_retries| {
        let mut client = two_endpoints(json!({
            "objective": {"max_us": 500_000}, "operations": {"get": {"idempotency": "natural"}},
            "hedge": {"strategy": "off"}, "attempt": {"timeout_us": 40_000}, "budget": {"mode": "off"},
        }));
        let get = operation(&mut client, "get");
        client.start(&Start { operation: get, no_retries, ..Start::default() }, at(0)).unwrap();
        let mut attempts = Vec::new();
        while let Some(wake) = client.poll_timeout() {
            client.handle_timeout(wake.at);
            attempts.extend(sent(&mut client));
            if wake.at > at(10_000_000) {
                break;
            }
        }
        attempts.len()
    };
    assert_eq!((sent_in_all(true), sent_in_all(false)), (1, 3));
}

#[test]
fn a_used_up_plan_is_drawn_anew_without_the_endpoint_used_last() {
    let mut client = two_endpoints(json!({
        "operations": {"get": {"idempotency": "natural"}}, "hedge": {"strategy": "off"},
        "retry": {"max_attempts": 4}, "budget": {"mode": "off"},
    }));
    let get = operation(&mut client, "get");
    client.start(&Start { operation: get, ..Start::default() }, at(0)).unwrap();
    let mut used = Vec::new();
    for _ in 0..4 {
        for action in drain(&mut client) {
            if let Action::Send { attempt, endpoint, .. } = action {
                used.push(endpoint);
                client.handle_failure(attempt, Failure::new(FailureClass::Transient), client.clock.last());
            }
        }
        if let Some(wake) = client.poll_timeout() {
            client.handle_timeout(wake.at);
        }
    }
    assert_eq!(used.len(), 4);
    assert!(used.windows(2).all(|pair| pair[0] != pair[1]), "{used:?}");
}

#[test]
fn a_pool_may_be_hedged_to_itself() {
    let mut client = client(json!({
        "operations": {"get": {"idempotency": "natural"}},
        "hedge": {"strategy": "fixed", "delay_us": 0}, "budget": {"mode": "off"},
    }));
    let mut pool = add(&["pool"]);
    if let TopologyChange::Add(spec) = &mut pool[0] {
        spec.pool = true;
    }
    client.handle_topology(&pool, at(0)).unwrap();
    let get = operation(&mut client, "get");
    client.start(&Start { operation: get, ..Start::default() }, at(0)).unwrap();
    assert_eq!(sent(&mut client).len(), 2);
}

#[test]
fn every_attempt_of_a_call_carries_the_token_that_was_minted_for_it() {
    let mut client = plain();
    let put = operation(&mut client, "put");
    let start =
        Start { operation: put, wall: Some(Wall::from_micros(1_700_000_000_000_000)), ..Start::default() };
    let call = client.start(&start, at(0)).unwrap();
    client.handle_timeout(at(10_000));
    let token = client.token(call).unwrap();
    let tokens: Vec<_> = drain(&mut client)
        .into_iter()
        .filter_map(|action| if let Action::Send { token, .. } = action { Some(token) } else { None })
        .collect();
    assert_eq!(tokens, [Some(token), Some(token)]);
    let other = client.start(&start, at(20_000)).unwrap();
    assert_ne!(client.token(other).unwrap(), token);
}

#[test]
fn an_endpoint_removed_during_a_call_may_still_answer_and_is_freed_afterwards() {
    let mut client = plain();
    client.start(&Start::default(), at(0)).unwrap();
    let Action::Send { attempt, endpoint, .. } = drain(&mut client)[0] else { panic!() };
    let name = client.endpoint_name(endpoint).unwrap().to_string();
    client.handle_topology(&[TopologyChange::Remove(name.clone())], at(10)).unwrap();
    assert_eq!((client.in_flight(endpoint), client.endpoint(&name)), (1, None));
    client.handle_response(attempt, Response::default(), at(20));
    assert_eq!(completed(&drain(&mut client)).0, Outcome::Ok);
    assert_eq!(client.endpoint_name(endpoint), None);
    client.handle_topology(&add(&[name.as_str()]), at(30)).unwrap();
    assert_ne!(client.endpoint(&name), Some(endpoint));
}

#[test]
fn a_topology_that_breaks_a_rule_changes_nothing_and_names_the_path() {
    let mut client = plain();
    let error = client.handle_topology(&add(&["c", "d", "c"]), at(0)).unwrap_err();
    assert_eq!(error.path, "endpoints[2].name");
    assert_eq!(client.endpoint("c"), None);
    let mut bad = add(&["c"]);
    if let TopologyChange::Add(spec) = &mut bad[0] {
        spec.factor = Some(0);
    }
    let error = client.handle_topology(&bad, at(0)).unwrap_err();
    assert_eq!((error.path.as_str(), error.value.as_str()), ("endpoints[0].factor", "0"));
    client.handle_topology(&[TopologyChange::Remove("nobody".to_string())], at(0)).unwrap();
    assert_eq!(client.stats().topology_unknown, 1);
}

#[test]
fn handshakes_come_at_first_use_and_then_at_each_refresh() {
    let mut client = two_endpoints(json!({"signal": {"handshake": true, "jitter": 0}}));
    client.start(&Start::default(), at(0)).unwrap();
    let attempt = sent(&mut client)[0];
    client.handle_response(attempt, Response::default(), at(1));
    drain(&mut client);
    assert_eq!(client.poll_timeout().unwrap().reason, Reason::WakeHandshake);
    client.handle_timeout(at(30_000_000));
    let actions = drain(&mut client);
    assert!(
        matches!(actions[..], [Action::Handshake { reason: Reason::HandshakeRefresh, .. }]),
        "{actions:?}"
    );
    let record = Record { version: 1, ..Record::default() };
    client.handle_signal(None, None, &record, at(50_000_000));
    client.handle_timeout(at(79_999_999));
    assert!(client.poll_action().is_none(), "a record restarts the refresh time");
}

#[test]
fn a_lowered_hedge_limit_of_a_signal_acts_on_running_calls() {
    let mut client = plain();
    let get = operation(&mut client, "get");
    client.start(&Start { operation: get, ..Start::default() }, at(0)).unwrap();
    let record = Record { version: 1, hedges: Some(0), ..Record::default() };
    client.handle_signal(Some(Namespace(0)), None, &record, at(5000));
    client.handle_timeout(at(10_000));
    assert!(reasons(&mut client).contains(&"hedge_limit".to_string()));
}

#[test]
fn where_pushback_is_ignored_a_refusal_with_a_delay_is_retried_after_our_own() {
    let mut client = two_endpoints(json!({
        "objective": {"target_us": 10_000, "max_us": 500_000},
        "operations": {"get": {"idempotency": "natural"}}, "hedge": {"strategy": "off"},
        "retry": {"backoff": {"jitter": "none"}, "pushback": {"mode": "ignore"}}, "trace": {"notes": 100},
    }));
    let get = operation(&mut client, "get");
    client.start(&Start { operation: get, ..Start::default() }, at(0)).unwrap();
    let refuse = |client: &mut Client, retry_after: Option<u64>, now| {
        let attempt = sent(client)[0];
        let pushback =
            Pushback { retry_after: retry_after.map(Duration::from_micros), ..Pushback::default() };
        client.handle_failure(attempt, Failure { class: FailureClass::Refused, pushback }, at(now));
    };
    refuse(&mut client, Some(400_000), 0);
    assert_eq!(client.poll_timeout().unwrap().at, at(10_000));
    client.handle_timeout(at(10_000));
    refuse(&mut client, None, 10_000);
    assert_eq!(completed(&drain(&mut client)), (Outcome::Failed, Reason::PushbackStop));
}

#[test]
fn timeouts_are_counted_by_their_cause_reported_ones_as_the_servers() {
    let mut client = plain();
    client.start(&Start::default(), at(0)).unwrap();
    let attempt = sent(&mut client)[0];
    client.handle_failure(attempt, Failure::new(FailureClass::Timeout), at(1000));
    assert_eq!((client.stats().timeouts_server, client.stats().timeouts_client_pause), (1, 0));
    client.start(&Start::default(), at(2000)).unwrap();
    drain(&mut client);
    while client.stats().timeouts_server < 2 {
        let due = client.poll_timeout().unwrap().at;
        client.handle_timeout(due);
        drain(&mut client);
    }
    assert_eq!(client.stats().completed_failed, 2);
}

#[test]
fn a_plan_drawn_anew_still_prefers_the_replicas_that_were_named() {
    let mut client = client(json!({
        "operations": {"get": {"idempotency": "natural"}}, "hedge": {"strategy": "off"},
        "balance": {"n": 2}, "retry": {"max_attempts": 10}, "budget": {"mode": "off"},
    }));
    let names: Vec<_> = (0..12).map(|index| std::format!("e{index}")).collect();
    let names: Vec<_> = names.iter().map(std::string::String::as_str).collect();
    let ids = client.handle_topology(&add(&names), at(0)).unwrap();
    let get = operation(&mut client, "get");
    client.start(&Start { operation: get, replicas: &ids[3..5], ..Start::default() }, at(0)).unwrap();
    let mut used = Vec::new();
    for _ in 0..10 {
        for action in drain(&mut client) {
            if let Action::Send { attempt, endpoint, .. } = action {
                used.push(endpoint);
                client.handle_failure(attempt, Failure::new(FailureClass::Transient), client.clock.last());
            }
        }
        if let Some(wake) = client.poll_timeout() {
            client.handle_timeout(wake.at);
        }
    }
    // A plan of two holds both replicas first; drawn anew without the one used last, it holds the other and a stranger.
    assert!(used.len() >= 6 && used[..2].iter().all(|endpoint| ids[3..5].contains(endpoint)));
    assert!(ids[3..5].contains(&used[2]), "the first of the new plan is the other replica: {used:?}");
}

#[test]
fn a_record_for_one_operation_of_every_namespace_is_no_scope_and_widens_nothing() {
    let mut client = plain();
    let get = operation(&mut client, "get");
    let record = Record { version: 1, calls: Some(1), ..Record::default() };
    client.handle_signal(None, Some(get), &record, at(0));
    assert_eq!(reasons(&mut client), ["signal_invalid"]);
    assert!((0..3).all(|_| client.start(&Start::default(), at(1)).is_ok()));
}

#[test]
fn a_drain_whose_deadline_has_passed_ends_what_is_undecided_at_once() {
    let mut client = plain();
    client.start(&Start::default(), at(5)).unwrap();
    drain(&mut client);
    client.drain(Some(at(5)), at(5));
    assert_eq!(completed(&drain(&mut client)), (Outcome::Failed, Reason::Shutdown));
}

#[test]
fn a_hedge_limit_that_outlived_its_record_is_noted_once_and_stays_in_force() {
    let mut client = plain();
    let get = operation(&mut client, "get");
    let start = |client: &mut Client, now| {
        client.start(&Start { operation: get, ..Start::default() }, at(now)).unwrap();
        for attempt in sent(client) {
            client.handle_response(attempt, Response::default(), at(now));
        }
        drain(client);
        reasons(client).iter().filter(|reason| *reason == "signal_stale").count()
    };
    let record =
        |version| Record { version, hedges: Some(3), ttl: Some(Duration::from_secs(5)), ..Record::default() };
    client.handle_signal(None, None, &record(1), at(1000));
    assert_eq!([5_001_000, 5_001_001, 9_000_000].map(|now| start(&mut client, now)), [0, 1, 0]);
    client.handle_signal(None, None, &record(1), at(9_000_001));
    assert_eq!([9_000_002, 20_000_000, 30_000_000].map(|now| start(&mut client, now)), [0, 1, 0]);
    client.handle_signal(
        None,
        None,
        &Record { version: 2, util: Some(5), ..Record::default() },
        at(30_000_001),
    );
    assert_eq!(start(&mut client, 30_000_002), 0, "any record of the scope renews its age");
}

#[test]
fn a_second_drain_moves_the_deadline_earlier_and_never_later() {
    let mut client = plain();
    client.start(&Start::default(), at(0)).unwrap();
    drain(&mut client);
    client.drain(Some(at(50_000)), at(1));
    for (told, due) in [(Some(90_000), 50_000), (None, 50_000), (Some(20_000), 20_000)] {
        client.drain(told.map(at), at(2));
        let wake = client.poll_timeout().unwrap();
        assert_eq!((wake.at, wake.reason), (at(due), Reason::WakeDrain), "after {told:?}");
    }
}

#[test]
fn of_more_notes_than_the_ring_holds_the_oldest_are_dropped_and_counted() {
    let mut client = client(json!({"trace": {"notes": 2}}));
    for number in 1..=5 {
        client.handle_cancelled(AttemptId::from_number(number << 30), at(number));
    }
    let kept: Vec<_> = notes(&mut client).iter().map(|note| note.at).collect();
    assert_eq!((kept, client.stats().notes_lost), (std::vec![at(4), at(5)], 3));
}

#[test]
fn names_are_numbered_in_byte_order_and_taken_in_until_the_capacity() {
    let mut client =
        client(json!({"capacity": {"namespaces": 3, "operations": 1}, "namespaces": {"b": {}, "B": {}}}));
    let numbers = ["", "B", "b", "a", "B"].map(|name| client.namespace(name).map(|number| number.0).ok());
    assert_eq!(numbers, [Some(0), Some(1), Some(2), Some(3), Some(1)]);
    assert_eq!(client.namespace("c").unwrap_err().path, "capacity.namespaces");
    assert_eq!(client.operation("").map(|number| number.0).ok(), Some(0));
    assert!(client.operation("get").is_ok() && client.operation("put").is_err());
}

#[test]
fn a_timed_out_attempt_may_end_while_its_call_races_again() {
    let racing = || {
        let mut client = two_endpoints(json!({
            "objective": {"target_us": 10_000, "max_us": 60_000_000},
            "operations": {"get": {"idempotency": "natural"}},
            "hedge": {"strategy": "fixed", "delay_us": 30_000},
            "retry": {"max_attempts": 2, "backoff": {"jitter": "none"}},
            "attempt": {"timeout_us": 20_000, "orphan_ttl_us": 1_000_000}, "budget": {"mode": "off"},
        }));
        client.handle_topology(&add(&["c"]), at(0)).unwrap();
        let get = operation(&mut client, "get");
        client.start(&Start { operation: get, ..Start::default() }, at(0)).unwrap();
        let mut attempts = sent(&mut client);
        while attempts.len() < 3 {
            let due = client.poll_timeout().unwrap().at;
            client.handle_timeout(due);
            attempts.extend(sent(&mut client));
        }
        (client, attempts[0])
    };
    let taken = |client: &Client, event| client.stats().arrow(CallState::Racing, event, CallState::Racing);
    let (mut client, first) = racing();
    client.handle_cancelled(first, at(100_000));
    assert_eq!((taken(&client, CallEvent::CancelConfirmed), client.is_idle()), (1, false));
    let (mut client, _) = racing();
    client.handle_timeout(at(1_020_000));
    assert_eq!((taken(&client, CallEvent::Orphan), client.is_idle()), (1, false));
}
