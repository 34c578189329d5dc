//! The scripted scenario: its trace is committed and compared byte for byte, and its last hash stands in the document,
//! so that every language can check itself against it. `HEDGEROW_BLESS=1` writes both anew.

mod scripted;

use hedgerow::trace::{Divergence, Trace, TraceRecord, replay};
use hedgerow::{Config, Reason};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/traces/scripted.json");
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/traces/scripted.trace.jsonl");

/// Reasons that this one client cannot give: no breaker, no lease, no snapshot, a drift that is not refused, failure
/// classes that are all known; and a stale signal shows in the handshake.
const NOT_IN_THE_SCENARIO: [Reason; 7] = [
    Reason::BreakerOpen,
    Reason::ClockUntrusted,
    Reason::LeaseExhausted,
    Reason::NoNonceSeed,
    // One waits only where a document says so.
    Reason::HedgeWaiting,
    Reason::ClassUnknown,
    Reason::SignalStale,
];

fn document() -> Value {
    let text = fs::read_to_string(DOCUMENT).expect("the scenario exists");
    serde_json::from_str(&text).expect("the scenario is JSON")
}

fn lines(trace: &Trace) -> String {
    trace.lines().map(|line| line + "\n").collect()
}

fn bless(expected: &Value, trace: &Trace) {
    let text = fs::read_to_string(DOCUMENT).expect("the scenario exists");
    let records = |count: &dyn std::fmt::Display| format!("\"records\": {count}");
    let text = text
        .replace(expected["hash"].as_str().expect("hash"), &format!("{:016x}", trace.hash()))
        .replace(&records(&expected["records"]), &records(&trace.len()));
    fs::write(DOCUMENT, text).expect("the scenario is writable");
    fs::write(GOLDEN, lines(trace)).expect("the golden trace is writable");
}

#[test]
fn the_scripted_scenario_gives_the_committed_trace() {
    let document = document();
    let (_, trace) = scripted::play(&document);
    let expected = &document["expect"];
    if std::env::var_os("HEDGEROW_BLESS").is_some() {
        return bless(expected, &trace);
    }
    let golden = fs::read_to_string(GOLDEN).expect("the golden trace exists");
    for (number, (found, committed)) in lines(&trace).lines().zip(golden.lines()).enumerate() {
        assert_eq!(found, committed, "line {number}; HEDGEROW_BLESS=1 accepts the change");
    }
    assert_eq!(lines(&trace), golden);
    assert_eq!(expected["hash"], format!("{:016x}", trace.hash()));
    assert_eq!(expected["records"], trace.len());
}

#[test]
fn the_scripted_scenario_gives_every_reason_but_those_it_cannot() {
    let (_, trace) = scripted::play(&document());
    assert!(trace.len() >= 60);
    let given: BTreeSet<_> = trace.records().flat_map(|record| record.decisions).map(|d| d.reason).collect();
    // Decisions only: wake-ups and the parts of a score are no decisions.
    let decides = |reason: &Reason| matches!(reason.code(), 10..160 | 200);
    let missing: Vec<_> = Reason::ALL.iter().copied().filter(|r| decides(r) && !given.contains(r)).collect();
    assert_eq!(missing, NOT_IN_THE_SCENARIO);
}

#[test]
fn the_scripted_scenario_is_repeated_by_its_trace() {
    let (config, trace) = scripted::play(&document());
    let report = replay(&config, &trace).unwrap_or_else(|divergence| panic!("{divergence}"));
    assert_eq!((report.records, report.hash), (trace.len(), trace.hash()));
    assert_eq!(Trace::from_bytes(&trace.to_bytes()).as_ref(), Ok(&trace));
    let other = replay(&Config::default(), &trace).unwrap_err();
    assert!(matches!(other, Divergence::Config { recorded, .. } if recorded == config.canonical_hash()));
}

#[test]
fn the_first_decision_that_differs_is_told_with_both_sides_and_its_call() {
    let (config, trace) = scripted::play(&document());
    let hedged = |record: &TraceRecord| record.decisions.iter().any(|d| d.reason == Reason::HedgeDue);
    let at = trace.records().position(|record| hedged(&record)).expect("a hedge");
    let mut changed = Trace::new(trace.header().clone());
    for (number, mut record) in trace.records().enumerate() {
        if number >= at {
            record.decisions.clear();
        }
        changed.push(&record);
    }
    let Err(Divergence::Decisions(difference)) = replay(&config, &changed) else { panic!("a difference") };
    let record = trace.records().nth(at).expect("the record");
    assert_eq!((difference.index, &difference.event), (record.index, &record.event));
    assert_eq!((&difference.recorded, &difference.replayed), (&vec![], &record.decisions));
    let explanation = difference.explanation.as_ref().expect("the call is explained");
    assert_eq!(explanation.call.number(), record.decisions[0].call);
    let told = explanation.events.last().expect("its last event");
    assert_eq!((told.reason, told.at), (Reason::HedgeDue, record.at));
    let text = difference.to_string();
    assert!(text.contains("recorded:\n") && text.contains("replayed: [hedge_due "), "{text}");
}
