//! Adaptive limits in the machine: what lowers and raises them, who shares one, and what teaches them nothing.

use std::vec::Vec;

use serde_json::{Value, json};

use super::{add, at, client, drain};
use crate::client::Client;
use crate::client::action::{Action, Failure, Namespace, Operation, Response, StallReport, Start};
use crate::id::AttemptId;
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;

/// Ten calls are allowed at first and four at least; two samples make a window of 10 ms.
fn adaptive(adaptive: &Value) -> Client {
    let mut limits = json!({
        "algorithm": "aimd", "initial": 10, "min": 4, "max": 12,
        "window": {"min_us": 10_000, "max_us": 10_000, "min_samples": 2, "min_rtt_us": 0},
    });
    let given = adaptive.as_object().unwrap().clone();
    limits.as_object_mut().unwrap().extend(given);
    let mut client = client(json!({
        "objective": {"max_us": 1_000_000}, "limits": {"adaptive": limits}, "retry": {"max_attempts": 1},
        "operations": {"get": {}, "scan": {"limits": {"adaptive": null}}},
    }));
    client.handle_topology(&add(&["a"]), at(0)).unwrap();
    client
}

fn allowed(client: &Client) -> Option<u32> {
    client.calls_allowed(Namespace(0), Operation(0))
}

/// As many starts as are admitted; their attempts.
fn fill(client: &mut Client, now: u64) -> Vec<AttemptId> {
    while client.start(&Start::default(), at(now)).is_ok() {}
    let attempt = |action| if let Action::Send { attempt, .. } = action { Some(attempt) } else { None };
    drain(client).into_iter().filter_map(attempt).collect()
}

fn fail(client: &mut Client, attempts: &[AttemptId], class: FailureClass, now: u64) {
    for &attempt in attempts {
        client.handle_failure(attempt, Failure::new(class), at(now));
    }
    drain(client);
}

#[test]
fn refusals_because_of_load_lower_the_limit_and_answers_raise_it() {
    let mut client = adaptive(&json!({}));
    assert_eq!(allowed(&client), None);
    let first = fill(&mut client, 0);
    assert_eq!(first.len(), 10);
    assert_eq!(client.start(&Start::default(), at(0)), Err(Reason::CallLimit));
    fail(&mut client, &first[..1], FailureClass::Overloaded, 1);
    fail(&mut client, &first[1..], FailureClass::Refused, 20_000);
    assert_eq!(allowed(&client), Some(9));
    let second = fill(&mut client, 20_001);
    assert_eq!(second.len(), 9);
    for attempt in second {
        client.handle_response(attempt, Response::default(), at(40_000));
    }
    drain(&mut client);
    // Each window of answers near the limit adds one, up to the greatest.
    for round in 3..9 {
        for attempt in fill(&mut client, round * 20_000) {
            client.handle_response(attempt, Response::default(), at(round * 20_000 + 15_000));
        }
        drain(&mut client);
    }
    assert_eq!(fill(&mut client, 300_000).len(), 12);
}

#[test]
fn failures_that_say_nothing_of_load_are_no_samples() {
    for class in [FailureClass::Fatal, FailureClass::Transient, FailureClass::NotSent] {
        let mut client = adaptive(&json!({}));
        for round in 0..5 {
            let attempts = fill(&mut client, round * 50_000);
            fail(&mut client, &attempts, class, round * 50_000 + 1);
        }
        assert_eq!(allowed(&client), Some(10));
    }
}

#[test]
fn a_timeout_by_the_servers_fault_is_a_drop_and_one_by_our_own_pause_is_not() {
    for (late, limit) in [(0, 9), (900_000, 10)] {
        let mut client = adaptive(&json!({}));
        let attempts = fill(&mut client, 0);
        let mut now = 0;
        while let Some(wake) = client.poll_timeout().filter(|wake| wake.reason != Reason::WakeOrphan) {
            now = wake.at.as_micros().max(now) + late;
            client.handle_timeout(at(now));
            drain(&mut client);
        }
        for attempt in attempts {
            client.handle_cancelled(attempt, at(now));
        }
        // The window closes with the first sample after it, a drop for the one and an answer for the other.
        let again = fill(&mut client, now);
        fail(&mut client, &again[..1], FailureClass::Overloaded, now + 20_000);
        let found = allowed(&client);
        assert_eq!(found, Some(limit), "{late}");
    }
}

#[test]
fn what_spans_a_long_pause_teaches_nothing() {
    let mut client = adaptive(&json!({}));
    let attempts = fill(&mut client, 0);
    client.handle_stall(StallReport::Paused { from: at(0), to: at(100_000) }, at(100_000));
    fail(&mut client, &attempts, FailureClass::Overloaded, 200_000);
    let again = fill(&mut client, 200_001);
    fail(&mut client, &again[..1], FailureClass::Overloaded, 200_002);
    fail(&mut client, &again[1..2], FailureClass::Overloaded, 400_000);
    assert_eq!(allowed(&client), Some(9), "one window of two");
}

#[test]
fn operations_share_the_limit_of_their_namespace_and_one_without_has_none() {
    let mut client = adaptive(&json!({}));
    let [get, scan] = ["get", "scan"].map(|name| client.operation(name).unwrap());
    assert_eq!(fill(&mut client, 0).len(), 10);
    let of = |operation: Operation| Start { operation, ..Start::default() };
    assert_eq!(client.start(&of(get), at(0)), Err(Reason::CallLimit));
    assert!(client.start(&of(scan), at(0)).is_ok());
}

#[test]
fn each_algorithm_runs_in_the_machine() {
    for (settings, last) in [
        (json!({"algorithm": "fixed", "min": null, "max": null}), 10),
        (json!({"algorithm": "gradient2"}), 12),
        (json!({"algorithm": "vegas"}), 12),
    ] {
        let mut client = adaptive(&settings);
        for round in 0..10 {
            for attempt in fill(&mut client, round * 50_000) {
                client.handle_response(attempt, Response::default(), at(round * 50_000 + 20_000));
            }
            drain(&mut client);
        }
        assert_eq!(fill(&mut client, 900_000).len(), last, "{settings}");
    }
}
