//! Snapshots: what comes back, what is forgotten, how old it is, and what a foreign document is told.

use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use serde_json::{Value, json};

use super::{add, at, client, drain};
use crate::client::Client;
use crate::client::action::{
    Action, ClockSample, Failure, Lease, Namespace, Operation, Response, ServerLoad, StallReport, Start,
    TopologyChange,
};
use crate::config::{Config, ConfigError, Document, Idempotency};
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;
use crate::rng::Seed;
use crate::signal::record::Record;
use crate::time::{Duration, Instant, Wall};

const FRESH: Seed = Seed::new([9; 32]);

/// Everything that can be learned is asked for.
fn rich() -> Value {
    json!({
        "objective": {"target_us": 10_000, "max_us": 500_000},
        "limits": {"adaptive": {"algorithm": "vegas", "window": {"min_samples": 1}}},
        "operations": {"get": {"idempotency": "natural"}, "put": {"idempotency": "token"}},
        "namespaces": {"cart": {"limits": {"calls": 7}}},
        "balance": {"policy": "peak_ewma", "n": 2},
        "breaker": {"min_requests": 3, "sleep_us": 4_000_000},
        "ejection": {"consecutive": 3, "max_percent": 50},
        "token": {"max_drift_us": 1000},
    })
}

fn config(document: Value) -> Config {
    serde_json::from_value(document).unwrap_or_else(|error| panic!("{error}"))
}

/// A client of four endpoints that has seen answers, failures, signals and a pause; nothing is under way at the end.
fn experienced(document: Value) -> Client {
    let mut client = client(document);
    client.handle_topology(&add(&["a", "b", "c", "d"]), at(0)).unwrap();
    let later = client.namespace("later").unwrap();
    let (cart, get, put) = (Namespace(1), Operation(1), Operation(2));
    client.handle_signal(Some(cart), Some(get), &record(3), at(500));
    client.handle_signal(None, None, &Record { version: 9, calls: Some(400), ..Record::default() }, at(600));
    for turn in 0..60_u64 {
        let now = 10_000 + turn * 7_000;
        let namespace = [Namespace(0), cart, later][turn as usize % 3];
        let wall = Some(Wall::from_micros(1_700_000_000_000_000 - turn * 100));
        let request =
            Start { namespace, operation: if turn % 5 == 0 { put } else { get }, wall, ..Start::default() };
        client.start(&request, at(now)).unwrap();
        settle(&mut client, |name, kind| (name == "b" && kind < 50, now + 900 + turn * 3), turn, now);
    }
    client.handle_stall(StallReport::Paused { from: at(430_000), to: at(480_000) }, at(500_000));
    client
}

/// Ends every attempt: by a failure where the rule says so, else by an answer at the time that it names.
fn settle(client: &mut Client, rule: impl Fn(&str, u64) -> (bool, u64), turn: u64, mut now: u64) {
    for _ in 0..200 {
        for action in drain(client) {
            let Action::Send { attempt, endpoint, .. } = action else { continue };
            let name = client.endpoint_name(endpoint).unwrap().to_string();
            let (fails, then) = rule(&name, turn);
            now = now.max(then);
            if fails {
                client.handle_failure(attempt, Failure::new(FailureClass::Transient), at(now));
            } else {
                client.handle_response(attempt, Response::default(), at(now));
            }
        }
        let Some(wake) = client.poll_timeout() else { return };
        now = now.max(wake.at.as_micros());
        client.handle_timeout(at(now));
    }
    panic!("the client comes to rest");
}

fn record(version: u64) -> Record {
    Record {
        version,
        origin: Some("one".into()),
        target: Some(Duration::from_millis(8)),
        hedges: Some(5),
        compress: Some(vec!["zstd".into()]),
        util: Some(4000),
        ..Record::default()
    }
}

fn restored(kept: &Document, document: Value, elapsed: u64, now: u64) -> Client {
    Client::restore(kept, config(document), Some(&FRESH), Duration::from_micros(elapsed), at(now))
        .unwrap_or_else(|error| panic!("{error}"))
}

fn refused(kept: &Document) -> ConfigError {
    Client::restore(kept, config(rich()), Some(&FRESH), Duration::ZERO, at(0)).expect_err("a refusal")
}

/// The document with the value at a path of names and places replaced, or taken away.
fn changed(kept: &Document, path: &[&str], value: Option<Document>) -> Document {
    let Some((first, rest)) = path.split_first() else { return value.unwrap_or(Document::Null) };
    match kept {
        Document::Map(entries) => {
            let mut entries = entries.clone();
            if let Some((_, found)) = entries.iter_mut().find(|(name, _)| name == first) {
                *found = changed(found, rest, value);
            } else {
                entries.push((first.to_string(), value.unwrap_or(Document::Null)));
            }
            Document::Map(entries)
        }
        Document::List(list) => {
            let mut list = list.clone();
            let place: usize = first.parse().unwrap();
            list[place] = changed(&list[place], rest, value);
            Document::List(list)
        }
        _ => panic!("no {first}"),
    }
}

#[test]
fn what_is_restored_at_once_is_what_was_kept() {
    let mut client = experienced(rich());
    client.handle_lease(Lease { from_t: 5, count: 5, expires_at: at(9_000_000) }, at(500_000));
    let kept = client.snapshot(at(600_000));
    for now in [0, 600_000, 77_000_000_000] {
        let mut again = restored(&kept, rich(), 0, now);
        assert_eq!(again.snapshot(at(now)), kept, "before any topology");
        again.handle_topology(&add(&["d", "b", "c", "a"]), at(now)).unwrap();
        assert_eq!(again.snapshot(at(now)), kept, "with its endpoints, in whatever order they come");
        assert_eq!(again.stats().snapshot_dropped, 0);
    }
    let text = kept.to_json();
    let read: Document = serde_json::from_str(&text).unwrap();
    assert_eq!(read, kept, "JSON keeps it");
}

#[test]
fn every_part_that_can_be_learned_was() {
    let kept = experienced(rich()).snapshot(at(600_000));
    for part in
        ["streams", "token", "balance", "stall", "namespaces", "operations", "signals", "classes", "order"]
    {
        assert!(kept.get(part).is_some(), "{part}");
    }
    let text = kept.to_json();
    for field in [
        "warned_age_us",
        "\"cost\"",
        "\"breaker\"",
        "left_us",
        "\"ejection\"",
        "vegas",
        "\"window\"",
        "later",
    ] {
        assert!(text.contains(field), "{field} in {text}");
    }
}

#[test]
fn a_restored_client_decides_as_the_original_would() {
    let mut original = experienced(rich());
    let kept = original.snapshot(at(600_000));
    let mut again = restored(&kept, rich(), 0, 100);
    again.handle_topology(&add(&["a", "b", "c", "d"]), at(100)).unwrap();
    // The same events on two clocks, 599 900 µs apart.
    let run = |client: &mut Client, shift: u64| -> Vec<String> {
        let mut told = Vec::new();
        for turn in 0..80_u64 {
            let now = 700_000 + turn * 90_000 - shift;
            let wall = Some(Wall::from_micros(1_700_000_000_000_000 + turn * 90_000));
            let (namespace, operation) = (Namespace(turn as u32 % 3), Operation(1 + turn as u32 % 2));
            let deadline = (turn % 4 == 0).then(|| at(now + 50_000));
            let request = Start { namespace, operation, wall, deadline, cookie: turn, ..Start::default() };
            told.push(format!("{:?}", client.start(&request, at(now)).map(|_| ())));
            let mut clock = now;
            for round in 0..20_u64 {
                for action in drain(client) {
                    let Action::Send { attempt, endpoint, reason, kind, remaining, deadline, token, .. } =
                        action
                    else {
                        let plain = match action {
                            Action::Complete { reason, wall, cause, .. } => {
                                format!("{reason:?} {wall:?} {cause:?}")
                            }
                            Action::Cancel { reason, .. } => format!("{reason:?}"),
                            other => format!("{other:?}"),
                        };
                        told.push(plain);
                        continue;
                    };
                    let name = client.endpoint_name(endpoint).unwrap().to_string();
                    let t = token.map(|token| token.t);
                    let deadline = deadline.as_micros() + shift;
                    told.push(format!("{name} {reason:?} {kind:?} {remaining:?} {deadline} {t:?}"));
                    if (turn + round) % 3 == 0 {
                        let load = ServerLoad { in_flight: 3, latency: None };
                        clock += 700 + turn * 11;
                        client.handle_response(attempt, Response::with_load(load), at(clock));
                    } else if (turn + round) % 7 != 0 {
                        clock += 300;
                        client.handle_failure(attempt, Failure::new(FailureClass::Transient), at(clock));
                    }
                }
                let Some(wake) = client.poll_timeout() else { break };
                told.push(format!("wake {} {:?}", wake.at.as_micros() + shift, wake.reason));
                clock = clock.max(wake.at.as_micros());
                client.handle_timeout(at(clock));
            }
        }
        told
    };
    let (first, second) = (run(&mut original, 0), run(&mut again, 599_900));
    assert_eq!(first, second);
    assert!(
        first.iter().any(|line| line.contains("HedgeDue"))
            && first.iter().any(|line| line.contains("RetryDue"))
    );
}

#[test]
fn ages_grow_by_what_passed_whatever_the_clock_of_the_host() {
    let client = experienced(rich());
    let kept = client.snapshot(at(600_000));
    let waited = client.snapshot(at(600_000 + 3_000_000));
    for now in [0, 1 << 50] {
        let again = restored(&kept, rich(), 3_000_000, now);
        assert_eq!(again.snapshot(at(now)), waited);
    }
    let mut fresh = restored(&kept, rich(), 61_000_000, 0);
    let text = fresh.snapshot(at(0)).to_json();
    assert!(!text.contains("\"window\""), "all of the histogram has left its window: {text}");
    assert!(text.contains("\"average\""), "what is forgotten later is still told with its age");
    fresh.handle_topology(&add(&["a", "b"]), at(0)).unwrap();
    fresh.start(&Start { operation: Operation(1), ..Start::default() }, at(5)).unwrap();
    drain(&mut fresh);
    let wake = fresh.poll_timeout().unwrap();
    assert_eq!((wake.at, wake.reason), (at(10_005), Reason::WakeHedge), "no average is left to subtract");
}

#[test]
fn nothing_that_was_under_way_comes_back() {
    let mut client = experienced(json!({"operations": {"get": {"idempotency": "natural"}, "put": {}},
        "namespaces": {"cart": {}}, "token": {"clock": "estimated"}}));
    let sample =
        ClockSample { sent: at(1), received: at(2), server: Wall::from_micros(1_700_000_000_000_000) };
    client.handle_clock(sample, at(600_000));
    let running = client.start(&Start { operation: Operation(1), ..Start::default() }, at(700_000)).unwrap();
    drain(&mut client);
    let again = |seed: Option<&Seed>| {
        let document = config(json!({"operations": {"get": {"idempotency": "natural"}, "put": {}},
            "namespaces": {"cart": {}}, "token": {"clock": "estimated"}}));
        let mut again =
            Client::restore(&client.snapshot(at(700_001)), document, seed, Duration::ZERO, at(0)).unwrap();
        again.handle_topology(&add(&["a", "b", "c", "d"]), at(0)).unwrap();
        again
    };
    let mut restored = again(Some(&FRESH));
    assert!(restored.is_idle() && restored.poll_timeout().is_none());
    assert_eq!(restored.calls_held(Namespace(0)), 0);
    assert_eq!(restored.in_flight(restored.endpoint("a").unwrap()), 0);
    assert!(restored.explain(running).is_none());
    let minting = Start { idempotency: Some(Idempotency::Token), ..Start::default() };
    assert_eq!(restored.start(&minting, at(1)), Err(Reason::NoClock), "samples of a clock are forgotten");
    assert_eq!(again(None).start(&minting, at(1)), Err(Reason::NoClock));
}

#[test]
fn without_a_fresh_seed_nothing_is_minted_and_with_one_no_nonce_comes_again() {
    let document = json!({"operations": {"put": {"idempotency": "token"}}});
    let mut first = client(document.clone());
    first.handle_topology(&add(&["a"]), at(0)).unwrap();
    let mint = |client: &mut Client, micros: u64| {
        let wall = Some(Wall::from_micros(micros));
        let call = client.start(&Start { operation: Operation(1), wall, ..Start::default() }, at(1))?;
        Ok::<_, Reason>(client.token(call).unwrap())
    };
    let last = mint(&mut first, 1_700_000_000_000_000).unwrap();
    let kept = first.snapshot(at(2));
    let seedless = Client::restore(&kept, config(document.clone()), None, Duration::ZERO, at(0));
    let mut seedless = seedless.unwrap();
    seedless.handle_topology(&add(&["a"]), at(0)).unwrap();
    assert_eq!(mint(&mut seedless, 1_700_000_000_000_000), Err(Reason::NoNonceSeed));
    let tokens: Vec<_> = [[1; 32], [2; 32]]
        .map(|bytes| {
            let seed = Seed::new(bytes);
            let again = Client::restore(&kept, config(document.clone()), Some(&seed), Duration::ZERO, at(0));
            let mut again = again.unwrap();
            again.handle_topology(&add(&["a"]), at(0)).unwrap();
            mint(&mut again, 5).unwrap()
        })
        .to_vec();
    assert_eq!([tokens[0].t, tokens[1].t], [last.t + 1; 2], "times go on, whatever the clock says now");
    assert!(tokens[0].nonce != tokens[1].nonce && tokens[0].nonce != last.nonce);
}

#[test]
fn what_the_first_topology_does_not_name_is_dropped_and_a_stranger_has_just_come_up() {
    let kept = experienced(rich()).snapshot(at(600_000));
    let mut again = restored(&kept, rich(), 0, 0);
    let known = again.handle_topology(&add(&["new", "b", "a"]), at(5)).unwrap();
    assert_eq!(known.len(), 3);
    assert_eq!(again.stats().snapshot_dropped, 2);
    assert_eq!(again.endpoint_name(known[0]), Some("new"));
    let text = again.snapshot(at(5)).to_json();
    assert!(text.contains(r#"{"name":"new","up_age_us":0}"#), "{text}");
    again.handle_topology(&add(&["c"]), at(6)).unwrap();
    let text = again.snapshot(at(6)).to_json();
    assert!(text.contains(r#"{"name":"c","up_age_us":0}"#), "one that comes back later begins anew: {text}");
    again.handle_topology(&[TopologyChange::Remove("b".into())], at(7)).unwrap();
    assert!(again.endpoint("b").is_none());
}

#[test]
fn parts_that_do_not_fit_the_configuration_are_dropped_and_counted() {
    let kept = experienced(rich()).snapshot(at(600_000));
    let classes = 6;
    let dropped = |change: &[(&str, Value)]| {
        let mut document = rich();
        for (name, value) in change {
            document[name] = value.clone();
        }
        restored(&kept, document, 0, 0).stats().snapshot_dropped
    };
    assert_eq!(dropped(&[]), 0);
    assert_eq!(dropped(&[("budget", json!({"mode": "grpc"}))]), 3, "of three namespaces");
    assert_eq!(dropped(&[("budget", json!({"window_us": 5_000_000}))]), 3);
    assert_eq!(dropped(&[("budget", json!({"scope": "service"}))]), 3);
    assert_eq!(dropped(&[("estimator", json!({"half_us": 5_000_000}))]), classes);
    assert_eq!(dropped(&[("limits", json!({"adaptive": {"algorithm": "gradient2"}}))]), 3);
    assert_eq!(dropped(&[("limits", json!({"adaptive": null}))]), 3);
    // The name, its two classes and its budget stay outside.
    assert_eq!(dropped(&[("capacity", json!({"namespaces": 1}))]), 3);
    assert_eq!(dropped(&[("capacity", json!({"endpoints": 1}))]), 3);
}

#[test]
fn under_another_configuration_counters_of_endpoints_begin_anew_and_ejections_stay() {
    let kept = experienced(rich()).snapshot(at(600_000));
    assert!(kept.to_json().contains("\"consecutive\"") || kept.to_json().contains("\"requests\""));
    let mut document = rich();
    document["service"] = json!("another");
    let mut again = restored(&kept, document, 0, 0);
    again.handle_topology(&add(&["a", "b", "c", "d"]), at(0)).unwrap();
    let text = again.snapshot(at(0)).to_json();
    assert!(!text.contains("\"requests\"") && !text.contains("\"buckets\""), "{text}");
    assert!(text.contains("\"multiplier\"") && text.contains("left_us"), "{text}");
    assert_eq!(again.stats().snapshot_dropped, 0);
}

#[test]
fn another_version_is_dropped_whole() {
    let kept = changed(&experienced(rich()).snapshot(at(600_000)), &["version"], Some(Document::Integer(2)));
    let again = restored(&kept, rich(), 0, 5);
    assert_eq!((again.stats().snapshot_dropped, again.stats().started), (1, 0));
    let error = Client::restore(&kept, config(rich()), None, Duration::ZERO, at(0)).unwrap_err();
    assert_eq!(error.to_string(), "snapshot.version: 2, want 1, or a seed for a new client");
}

#[test]
fn a_document_that_is_none_is_refused_with_path_value_and_range() {
    let kept = experienced(rich()).snapshot(at(600_000));
    let text = |value: &str| Some(Document::Text(value.into()));
    let cases: [(&[&str], Option<Document>, &str); 14] = [
        (&["at_us"], None, "snapshot.at_us: none, want 0..=4503599627370496"),
        (
            &["at_us"],
            Some(Document::Integer((1 << 53) - 1)),
            "snapshot.at_us: 9007199254740991, want 0..=4503599627370496",
        ),
        (&["what"], text("else"), "snapshot: \"what\", want version, config, at_us"),
        (&["streams", "coin"], text("beef"), "snapshot.streams.coin: \"beef\", want 64 hexadecimal digits"),
        (
            &["token", "last"],
            Some(Document::Negative(-5)),
            "snapshot.token.last: -5, want 0..=18446744073709551615",
        ),
        (&["stall", "level"], Some(Document::Integer(3)), "snapshot.stall.level: 3, want 0..=2"),
        (
            &["endpoints", "0", "name"],
            text(""),
            "snapshot.endpoints[0].name: \"\", want a text of 1 to 64 bytes",
        ),
        (&["endpoints"], text("a"), "snapshot.endpoints: \"a\", want a list"),
        (&["endpoints", "1"], text("a"), "snapshot.endpoints[1]: \"a\", want a map"),
        (&["order", "0"], Some(Document::Integer(4)), "snapshot.order[0]: 4, want 0..=3"),
        (
            &["order"],
            Some(Document::List(vec![1u64.into(), 1u64.into()])),
            "snapshot.order: 1, want each place",
        ),
        (
            &["classes", "0", "operation"],
            Some(Document::Integer(9)),
            "snapshot.classes[0].operation: 9, want 0..=2",
        ),
        (
            &["counters", "started"],
            text("many"),
            "snapshot.counters.started: \"many\", want 0..=18446744073709551615",
        ),
        (&["signals", "0", "record", "v"], text("x"), "snapshot.signals[0].record"),
    ];
    for (path, value, told) in cases {
        let error = refused(&changed(&kept, path, value)).to_string();
        assert!(error.starts_with(told), "{path:?}: {error}");
    }
    assert_eq!(refused(&Document::Null).to_string(), "snapshot.version: none, want a number");
    assert_eq!(
        refused(&changed(&kept, &["version"], text("new"))).to_string(),
        "snapshot.version: \"new\", want a number"
    );
}

#[test]
fn a_restored_client_records_no_trace_and_says_how_much_it_did_not_record() {
    let document = json!({"trace": {"enabled": true}});
    let kept = client(document.clone()).snapshot(at(5));
    let mut again = restored(&kept, document, 0, 0);
    again.handle_topology(&add(&["a"]), at(1)).unwrap();
    assert!(again.trace_header().is_none() && again.poll_trace().is_none());
    assert_eq!(again.stats().trace_lost, 1);
}

#[test]
fn a_snapshot_may_be_taken_of_a_client_that_was_restored_and_never_used() {
    let kept = client(json!({})).snapshot(at(0));
    let again = restored(&kept, json!({}), 0, 0);
    assert_eq!(again.snapshot(at(0)), kept);
    let _ = Instant::ZERO;
}
