//! What no reason tells is counted all the same: extensions, ceilings, halvings, forbidden ejections, the budget.

use serde_json::json;

use super::{add, at, client, drain};
use crate::client::Client;
use crate::client::action::{Action, Failure, Namespace, Start};
use crate::id::AttemptId;
use crate::retry::outcome::FailureClass;
use crate::signal::record::Record;
use crate::time::Duration;

fn send(client: &mut Client, now: u64) -> AttemptId {
    client.start(&Start::default(), at(now)).unwrap();
    let send = |action| match action {
        Action::Send { attempt, .. } => Some(attempt),
        _ => None,
    };
    drain(client).into_iter().find_map(send).unwrap()
}

#[test]
fn a_late_last_stage_is_an_extension_and_the_hard_end_a_ceiling() {
    let timer = json!({"stages": 1, "max_ext": 1, "ceiling_factor": 3});
    let mut client = client(json!({"objective": {"max_us": 100_000}, "timer": timer}));
    client.handle_topology(&add(&["a"]), at(0)).unwrap();
    send(&mut client, 0);
    client.handle_timeout(at(150_000));
    assert_eq!((client.stats().timers_extended, client.stats().timers_ceiling), (1, 0));
    client.handle_timeout(at(400_000));
    assert_eq!((client.stats().timers_extended, client.stats().timers_ceiling), (1, 1));
    assert_eq!(client.stats().completed_failed, 1);
}

#[test]
fn each_refresh_after_a_long_silence_halves_the_hedges() {
    let mut client = client(json!({"signal": {"handshake": true}}));
    client.handle_topology(&add(&["a"]), at(0)).unwrap();
    send(&mut client, 0);
    let record = Record { version: 1, ttl: Some(Duration::from_secs(1)), ..Record::default() };
    client.handle_signal(Some(Namespace(0)), None, &record, at(0));
    client.handle_timeout(at(9_000_000));
    assert_eq!(client.stats().hedges_halved, 0, "a refresh is not due yet");
    for halvings in 1..=2 {
        let due = client.poll_timeout().unwrap().at;
        client.handle_timeout(due.max(at(halvings * 40_000_000)));
        drain(&mut client);
        assert_eq!(client.stats().hedges_halved, halvings);
    }
}

#[test]
fn an_ejection_that_the_cap_forbids_is_counted() {
    let mut client = client(json!({
        "ejection": {"consecutive": 1, "max_percent": 50}, "retry": {"max_attempts": 1},
    }));
    client.handle_topology(&add(&["a", "b"]), at(0)).unwrap();
    for now in 0..40 {
        let attempt = send(&mut client, now);
        client.handle_failure(attempt, Failure::new(FailureClass::Transient), at(now));
        drain(&mut client);
    }
    let stats = client.stats();
    assert_eq!(stats.ejections, 1);
    assert!(stats.ejections_denied > 0);
}

#[test]
fn the_level_of_a_budget_is_seen_without_settling_it() {
    let budget = json!({"mode": "ratio", "ratio": 0.5, "initial": 1, "cap": 3, "min_rate": 0});
    let operations = json!({"get": {"idempotency": "natural"}});
    let mut client = client(json!({"budget": budget, "operations": operations}));
    client.handle_topology(&add(&["a"]), at(0)).unwrap();
    let get = client.operation("get").unwrap();
    let mut levels = std::vec::Vec::new();
    for now in 0..5 {
        let request = Start { operation: get, ..Start::default() };
        client.start(&request, at(now)).unwrap();
        levels.push(client.budget_level(Namespace(0)));
    }
    assert_eq!(levels, [1_500_000, 2_000_000, 2_500_000, 3_000_000, 3_000_000]);
    assert_eq!(client.budget_level(Namespace(7)), 0, "of a namespace that is not there");
}
