//! What is told of a call: its plan, its decisions, what each gate saw.

use std::string::ToString;
use std::vec::Vec;

use serde_json::json;

use super::{add, at, client, operation, plain, sent, two_endpoints};
use crate::client::action::{Failure, Response, Start, TopologyChange};
use crate::id::CallId;
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;
use crate::time::Duration;

#[test]
fn the_explanation_of_a_call_tells_plan_decisions_and_what_the_gates_saw() {
    let mut client = plain();
    let get = operation(&mut client, "get");
    let call = client.start(&Start { operation: get, ..Start::default() }, at(0)).unwrap();
    client.handle_timeout(at(10_000));
    let attempts = sent(&mut client);
    client.handle_response(attempts[1], Response::default(), at(11_000));
    client.handle_cancelled(attempts[0], at(12_000));
    assert!(client.is_idle());
    let told = client.explain(call).unwrap();
    let slugs: Vec<_> = told.events.iter().map(|event| event.reason.slug()).collect();
    assert_eq!(slugs, ["primary", "hedge_due", "response", "lost_race"]);
    assert_eq!((told.plan.len(), told.finished, told.truncated), (2, true, false));
    let levels = told.events[1].levels.unwrap();
    assert_eq!((levels.delay, levels.hedge_limit), (Duration::from_millis(10), 50));
    assert!(client.explain(CallId::from_number(77)).is_none());
}

#[test]
fn a_plan_tells_who_is_in_the_zone_of_the_client_where_zones_count() {
    let factors = |zone: Option<&str>, policy: &str| {
        let mut client = client(json!({"locality": {"zone": zone}, "balance": {"policy": policy}}));
        let mut endpoints = add(&["a", "b", "c"]);
        for (change, zone) in endpoints.iter_mut().zip([Some("z"), Some("y"), None]) {
            if let TopologyChange::Add(spec) = change {
                spec.zone = zone.map(ToString::to_string);
            }
        }
        client.handle_topology(&endpoints, at(0)).unwrap();
        let call = client.start(&Start::default(), at(1)).unwrap();
        let mut plan = client.explain(call).unwrap().plan;
        plan.sort_by(|one, other| one.name.cmp(&other.name));
        plan.into_iter().map(|line| line.factors).collect::<Vec<_>>()
    };
    let (near, far) = (std::vec![Reason::InZone], std::vec![Reason::OtherZone]);
    assert_eq!(factors(Some("z"), "weighted"), [near, far.clone(), far], "an unknown zone is another one");
    assert!(factors(None, "weighted").iter().all(Vec::is_empty), "a client without a zone");
    assert!(factors(Some("z"), "round_robin").iter().all(Vec::is_empty), "a policy without zones");
}

#[test]
fn at_the_retry_gate_the_drawn_backoff_is_told_and_none_where_none_was_drawn() {
    let mut client = two_endpoints(json!({
        "objective": {"target_us": 10_000, "max_us": 500_000},
        "operations": {"get": {"idempotency": "natural"}}, "hedge": {"after_failure": false},
        "retry": {"max_attempts": 2, "backoff": {"jitter": "none"}},
    }));
    let get = operation(&mut client, "get");
    let call = client.start(&Start { operation: get, ..Start::default() }, at(0)).unwrap();
    for now in [1000, 20_000] {
        client.handle_timeout(at(now));
        let attempt = sent(&mut client)[0];
        client.handle_failure(attempt, Failure::new(FailureClass::Transient), at(now));
    }
    let told = client.explain(call).unwrap().events;
    let asked = told.iter().filter_map(|event| Some((event.reason.slug(), event.levels?.delay.as_micros())));
    assert_eq!(asked.collect::<Vec<_>>(), [("retry_scheduled", 10_000), ("attempts_exhausted", 0)]);
}
