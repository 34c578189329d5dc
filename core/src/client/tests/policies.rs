//! What the machine tells the comparison policies that learn.

use std::vec::Vec;

use serde_json::json;

use super::{add, at, client, drain};
use crate::client::Client;
use crate::client::action::{Action, Failure, Response, ServerLoad, Start, TopologyChange};
use crate::id::{AttemptId, EndpointId};
use crate::retry::outcome::FailureClass;
use crate::time::Duration;

fn by(policy: &str) -> Client {
    let mut client = client(json!({"balance": {"policy": policy}, "ejection": {"enabled": false}}));
    client.handle_topology(&add(&["a", "b", "c"]), at(0)).unwrap();
    client
}

fn send(client: &mut Client, now: u64) -> (AttemptId, EndpointId) {
    client.start(&Start::default(), at(now)).unwrap();
    let send = |action| match action {
        Action::Send { attempt, endpoint, .. } => Some((attempt, endpoint)),
        _ => None,
    };
    drain(client).into_iter().find_map(send).unwrap()
}

/// Asks each endpoint once and lets it answer after a time of its own; answers them by that time.
fn measure(client: &mut Client, took: [u64; 3], now: u64) -> Vec<EndpointId> {
    let sent: Vec<_> = took.iter().map(|_| send(client, now)).collect();
    for ((attempt, _), took) in sent.iter().zip(took) {
        client.handle_response(*attempt, Response::default(), at(now + took));
    }
    drain(client);
    sent.into_iter().map(|(_, endpoint)| endpoint).collect()
}

#[test]
fn by_peak_cost_each_endpoint_is_tried_once_and_then_the_fast_one_is_preferred() {
    let mut client = by("peak_ewma");
    let measured = measure(&mut client, [1000, 3000, 9000], 0);
    let mut distinct = measured.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 3, "an unmeasured busy endpoint stands behind an unmeasured idle one");
    let [fast, second, slow] = measured[..] else { panic!("three were measured") };
    assert_eq!([send(&mut client, 9000).1, send(&mut client, 9000).1], [fast, fast]);
    // With two in flight its cost ties with that of the second.
    let tied = [send(&mut client, 9000).1, send(&mut client, 9000).1];
    assert!(tied.contains(&second) && !tied.contains(&slow), "{tied:?}");
}

#[test]
fn a_fast_failure_does_not_lower_the_cost_and_a_slow_one_raises_it() {
    let mut client = by("peak_ewma");
    let measured = measure(&mut client, [1000, 3000, 9000], 0);
    let fail = |client: &mut Client, now: u64, after: u64| {
        let (attempt, endpoint) = send(client, now);
        client.handle_failure(attempt, Failure::new(FailureClass::Fatal), at(now + after));
        drain(client);
        endpoint
    };
    assert_eq!(fail(&mut client, 9000, 0), measured[0]);
    assert_eq!(fail(&mut client, 9000, 5000), measured[0], "3 ms and 9 ms are still slower than 1 ms");
    assert_eq!(send(&mut client, 14_000).1, measured[1], "now it costs 5 ms");
}

#[test]
fn by_reports_the_cold_endpoint_of_the_least_latency_is_sent_to() {
    let mut client = by("hot_cold");
    let names = ["a", "b", "c"].map(|name| client.endpoint(name).unwrap());
    let mut told = Vec::new();
    let mut now = 0;
    // Until two have reported the choice is random.
    while told.len() < 3 {
        let (attempt, endpoint) = send(&mut client, now);
        let nth = names.iter().position(|name| *name == endpoint).unwrap() as u64;
        let load = ServerLoad { in_flight: 2, latency: Some(Duration::from_millis(9 - nth)) };
        client.handle_response(attempt, Response::with_load(load), at(now));
        drain(&mut client);
        told.push(endpoint);
        now += 1;
    }
    let best = *told.iter().max_by_key(|endpoint| names.iter().position(|name| name == *endpoint)).unwrap();
    assert_eq!(send(&mut client, now).1, best);
    assert!(
        client.start(&Start::default(), at(now + 5_000_000)).is_ok(),
        "with old reports alone it is random"
    );
}

#[test]
fn a_late_report_of_a_removed_endpoint_is_not_taken_for_that_of_its_successor() {
    let mut client = by("hot_cold");
    let (attempt, gone) = send(&mut client, 0);
    let name = client.endpoint_name(gone).unwrap().into();
    client.handle_topology(&[TopologyChange::Remove(name)], at(1)).unwrap();
    let load = ServerLoad { in_flight: 0, latency: None };
    client.handle_response(attempt, Response::with_load(load), at(2));
    drain(&mut client);
    assert!((0..50).all(|n| send(&mut client, 3 + n).1 != gone));
}
