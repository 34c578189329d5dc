//! Conformance of chain, ids and slots, and the shape of each line.

use std::string::{String, ToString};
use std::vec::Vec;

use serde_json::{Value, json};

use crate::Reason;
use crate::client::action::{
    EndpointSpec, Failure, GivenToken, Namespace, Operation, Response, ServerLoad, StallReport, Start,
    TopologyChange,
};
use crate::config::{Idempotency, Priority};
use crate::id::{AttemptId, CallId, EndpointId, Id, Table};
use crate::retry::outcome::FailureClass;
use crate::retry::pushback::Pushback;
use crate::rng::Seed;
use crate::signal::record::Record;
use crate::time::{Duration, Instant, Wall};
use crate::token::Token;
use crate::trace::{
    Chain, Decision, Event, Lines, StartEvent, Trace, TraceError, TraceFault, TraceHeader, TraceRecord,
};

fn vectors() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/09-trace.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect()
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

fn slots(operations: &[&str]) -> Value {
    let mut table = Table::new();
    let mut last = std::collections::BTreeMap::new();
    let answer = |operation: &&str| match operation.split_once(' ') {
        None if *operation == "alloc" => {
            let id = table.insert(()).unwrap();
            last.insert(id.index(), id);
            json!([id.index(), id.generation()])
        }
        Some(("free", index)) => {
            assert!(table.remove(last[&index.parse().unwrap()]));
            Value::Null
        }
        _ => panic!("unknown operation {operation}"),
    };
    operations.iter().map(answer).collect()
}

fn answer(step: &Value) -> Value {
    match step["do"].as_str().unwrap() {
        "chain" => {
            let mut chain = Chain::new();
            strings(&step["lines"])
                .iter()
                .map(|line| json!(std::format!("{:016x}", chain.append(line))))
                .collect()
        }
        "id" => {
            let pairs = step["pairs"].as_array().unwrap().iter().map(numbers);
            pairs.map(|pair| json!(Id::new(pair[0] as u32, pair[1] as u32).number())).collect()
        }
        "slots" => slots(&strings(&step["ops"])),
        other => panic!("unknown step {other}"),
    }
}

#[test]
fn every_case_of_the_trace_holds() {
    let file = vectors();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 4);
    for case in cases {
        std::println!("case {} ({}): {}", case["id"], case["source"], case["reading"]);
        let answers: Vec<_> = case["steps"].as_array().unwrap().iter().map(answer).collect();
        assert_eq!(&Value::from(answers), &case["expect"]);
    }
}

fn header() -> TraceHeader {
    TraceHeader { core: "0.1.0".into(), config: 0, seed: Seed::new([0; 32]), t0: Instant::ZERO }
}

fn at(micros: u64) -> Instant {
    Instant::from_micros(micros)
}

fn record(index: u64, told: u64, event: Event, decisions: &[[u64; 5]]) -> TraceRecord {
    let decision = |[code, call, attempt, endpoint, value]: [u64; 5]| {
        let reason = Reason::from_code(code as u16).unwrap();
        Decision { reason, call, attempt, endpoint, value }
    };
    TraceRecord { index, at: at(told), event, decisions: decisions.iter().copied().map(decision).collect() }
}

#[test]
fn the_lines_of_the_conformance_data_are_rendered_from_records() {
    let start = Start { namespace: Namespace(1), operation: Operation(1), cookie: 7, ..Start::default() };
    let (call, endpoint) = (1 << 24, (1 << 24) + 1);
    let mut trace = Trace::new(header());
    let start = Event::Start(StartEvent::new(&start));
    trace.push(&record(1, 0, start, &[[30, call, call, endpoint, 0]]));
    let response = Event::Response(AttemptId::from_number(call), Response::default());
    trace.push(&record(2, 4000, response, &[[80, call, call, endpoint, 4000]]));
    let file = vectors();
    let case = &file["cases"][0];
    let hashes = strings(&case["expect"][0]);
    let lines = strings(&case["steps"][0]["lines"]);
    let whole = lines
        .iter()
        .zip(&hashes)
        .map(|(line, hash)| std::format!("{},\"h\":\"{hash}\"}}", &line[..line.len() - 1]));
    assert_eq!(trace.lines().collect::<Vec<_>>(), whole.collect::<Vec<_>>());
    assert_eq!(std::format!("{:016x}", trace.hash()), hashes[2]);
}

fn endpoint_spec() -> EndpointSpec {
    EndpointSpec {
        name: "é\"1".into(),
        zone: Some("z".into()),
        region: Some(String::new()),
        factor: Some(3),
        up_since: Some(at(4)),
        pool: true,
    }
}

fn full_start() -> Event {
    Event::Start(StartEvent {
        replicas: [1u64 << 24, 5].map(EndpointId::from_number).to_vec(),
        arguments: Start {
            namespace: Namespace(2),
            operation: Operation(3),
            deadline: Some(Instant::MAX),
            idempotency: Some(Idempotency::Token),
            priority: Some(Priority::Bulk),
            token: Some(GivenToken::Token(Token { t: 16, nonce: 1 << 64 })),
            wall: Some(Wall::from_micros(9)),
            no_hedges: true,
            no_retries: true,
            cookie: 1,
            ..Start::default()
        },
    })
}

fn full_record() -> Record {
    let micros = |micros| Some(Duration::from_micros(micros));
    Record {
        version: 17,
        origin: Some("o".into()),
        target: micros(1),
        max: micros(2),
        calls: Some(3),
        hedges: Some(4),
        ttl: micros(5),
        util: Some(6),
        util_target: Some(7),
        util_max: Some(8),
        compute: Some(9),
        storage: Some(10),
        chunk: Some(11),
        page: Some(12),
        compress: Some(std::vec!["a".into(), "b".into()]),
        reset: true,
    }
}

/// Each input with everything given and with nothing given, and how its line reads after the time.
fn samples() -> Vec<(Event, &'static str)> {
    let attempt = AttemptId::from_number(1 << 24);
    let all = Pushback { retry_after: Some(Duration::from_micros(8)), never: true, max_retries: Some(2) };
    let none = Pushback::default();
    let held = Start { token: Some(GivenToken::HeldByHost), ..Start::default() };
    std::vec![
        (Event::Namespace("n".into()), r#""e":"namespace","name":"n""#),
        (Event::Operation(String::new()), r#""e":"operation","name":"""#),
        (
            full_start(),
            r#""e":"start","ns":2,"op":3,"replicas":[16777216,5],"deadline_us":"ffffffffffffffff","idempotency":3,"priority":3,"token":"0000000000000010-00000000000000010000000000000000","wall_us":9,"no_hedges":true,"no_retries":true,"cookie":1"#,
        ),
        (
            Event::Start(StartEvent::new(&held)),
            r#""e":"start","ns":0,"op":0,"replicas":[],"token":"host","cookie":0"#,
        ),
        (Event::Response(attempt, Response::default()), r#""e":"response","attempt":16777216"#),
        (
            Event::Response(attempt, Response::with_load(ServerLoad { in_flight: 3, latency: None })),
            r#""e":"response","attempt":16777216,"in_flight":3"#,
        ),
        (
            Event::Response(
                attempt,
                Response::with_load(ServerLoad { in_flight: 0, latency: Some(Duration::from_micros(9)) }),
            ),
            r#""e":"response","attempt":16777216,"in_flight":0,"latency_us":9"#,
        ),
        (
            Event::Failure(attempt, Failure { class: FailureClass::Refused, pushback: all }),
            r#""e":"failure","attempt":16777216,"class":6,"retry_after_us":8,"never":true,"max_retries":2"#,
        ),
        (
            Event::Failure(attempt, Failure { class: FailureClass::Fatal, pushback: none }),
            r#""e":"failure","attempt":16777216,"class":1"#,
        ),
        (Event::Cancelled(attempt), r#""e":"cancelled","attempt":16777216"#),
        (
            Event::Signal(Some(Namespace(1)), Some(Operation(2)), full_record()),
            r#""e":"signal","ns":1,"op":2,"record":{"v":17,"origin":"o","target":1,"max":2,"calls":3,"hedges":4,"ttl":5,"util":6,"util_target":7,"util_max":8,"compute":9,"storage":10,"compress":["a","b"],"chunk":11,"page":12,"reset":true}"#,
        ),
        (Event::Signal(None, None, Record::default()), r#""e":"signal","record":{"v":0}"#),
        (
            Event::Topology(std::vec![
                TopologyChange::Add(endpoint_spec()),
                TopologyChange::Update(EndpointSpec { name: "b".into(), ..EndpointSpec::default() }),
                TopologyChange::Remove("c".into()),
            ]),
            r#""e":"topology","changes":[{"do":"add","name":"\u00e9\"1","zone":"z","region":"","factor":3,"up_since_us":4,"pool":true},{"do":"update","name":"b"},{"do":"remove","name":"c"}]"#,
        ),
        (
            Event::Stall(StallReport::Paused { from: at(1), to: at(2) }),
            r#""e":"stall","kind":"paused","from_us":1,"to_us":2"#,
        ),
        (Event::Stall(StallReport::Throttled), r#""e":"stall","kind":"throttled""#),
        (Event::Stall(StallReport::Resumed), r#""e":"stall","kind":"resumed""#),
        (Event::Stall(StallReport::Reset), r#""e":"stall","kind":"reset""#),
        (Event::Timeout, r#""e":"timeout""#),
        (Event::Cancel(CallId::from_number(1 << 30)), r#""e":"cancel","call":1073741824"#),
        (Event::Drain(None), r#""e":"drain""#),
        (Event::Drain(Some(at(1 << 53))), r#""e":"drain","deadline_us":"0020000000000000""#),
    ]
}

#[test]
fn each_input_has_its_line_and_comes_back_from_its_bytes() {
    let mut trace = Trace::new(header());
    let times = [5, 3, u64::MAX, 0, 1 << 63];
    let records: Vec<_> = (1u64..)
        .zip(samples())
        .map(|(index, (event, _))| record(index, times[index as usize % 5], event, &[[0, 0, u64::MAX, 1, 2]]))
        .collect();
    for record in &records {
        trace.push(record);
    }
    assert_eq!(trace.records().collect::<Vec<_>>(), records);
    let back = Trace::from_bytes(&trace.to_bytes()).unwrap();
    assert_eq!((&back, back.len()), (&trace, records.len() as u64));
    for ((line, (_, want)), record) in trace.lines().skip(1).zip(samples()).zip(&records) {
        let told = record.at.as_micros();
        let told = if told < 1 << 53 { told.to_string() } else { std::format!("\"{told:016x}\"") };
        let head = std::format!("{{\"i\":{},\"t\":{told},{want},", record.index);
        let tail = r#""d":[[0,0,"ffffffffffffffff",1,2]],"h":""#;
        assert!(line.starts_with(&(head + tail)), "{line}");
        assert!(line.is_ascii() && serde_json::from_str::<Value>(&line).is_ok(), "{line}");
    }
}

#[test]
fn the_lines_differ_from_the_first_changed_record_on() {
    let (mut one, mut other) = (Lines::new(), Lines::new());
    assert_eq!(one.header(&header()), other.header(&header()));
    let same = record(1, 0, Event::Timeout, &[]);
    assert_eq!(one.record(&same), other.record(&same));
    let (a, b) = (record(2, 5, Event::Timeout, &[]), record(2, 6, Event::Timeout, &[]));
    assert_ne!(one.record(&a), other.record(&b));
    let same = record(3, 9, Event::Timeout, &[]);
    assert_ne!(one.record(&same), other.record(&same));
}

#[test]
fn a_trace_of_another_kind_or_version_is_refused_where_it_begins() {
    let mut bytes = Trace::new(header()).to_bytes();
    let refused = |bytes: &[u8]| Trace::from_bytes(bytes).unwrap_err();
    bytes[4] = 2;
    assert_eq!(refused(&bytes), TraceError { at: 5, fault: TraceFault::Version(2) });
    assert_eq!(refused(&bytes).to_string(), "trace, byte 5: version 2, want 1");
    bytes[0] = b'x';
    assert_eq!(refused(&bytes).fault, TraceFault::NotATrace);
    assert_eq!(refused(b"").fault, TraceFault::NotATrace);
}
