//! The commands that check documents and explain traces, as a person calls them.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

fn hedgerow(words: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hedgerow")).args(words.split_whitespace()).output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A file of this test's own.
fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_document_is_checked_and_every_fault_is_told() {
    let bad = file("bad.json", r#"{"hedge": {"max": 9}, "limits": {"calls": 0}}"#);
    let check = hedgerow(&format!("check {}", bad.display()));
    assert_eq!(check.status.code(), Some(1));
    let want = "hedge.max: 9, want 0..=4\nlimits.calls: 0, want 1..=1000000\nrefused: 2 faults\n";
    assert_eq!(printed(&check), want);
    let json = printed(&hedgerow(&format!("check {} --json -", bad.display())));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["faults"][0]["path"], "hedge.max");
    let idle = file("idle.json", r#"{"trace": {"buffer": 64}}"#);
    let check = hedgerow(&format!("check {}", idle.display()));
    assert_eq!(check.status.code(), Some(0));
    assert_eq!(printed(&check), "without effect: trace.buffer: trace.enabled is false\nvalid\n");
    assert_eq!(hedgerow("check no/such.json").status.code(), Some(2));
    let _ = told(&check);
}

#[test]
fn a_document_is_bounded_in_words_and_as_a_document() {
    let text = r#"{"objective": {"target_us": 10000, "max_us": 500000},
        "operations": {"get": {"idempotency": "natural"}}}"#;
    let document = file("bounded.json", text);
    let words = printed(&hedgerow(&format!("bounds {}", document.display())));
    for want in [
        "Operation get\n  attempts of a call                 4: the primary, 2 retries and 1 hedge\n",
        "  longest call                       515.625 ms, of a client that does not pause\n",
        "  waits before retries               5 ms to 10 ms, then 0 to 20 ms\n",
        "  in any 10 s                        111, when 1000 calls begin\n",
    ] {
        assert!(words.contains(want), "{words}");
    }
    let json = printed(&hedgerow(&format!("bounds {} --json -", document.display())));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["classes"][1]["operation"], "get");
    assert_eq!(json["classes"][1]["amplification_ppm"], 1_100_000);
    let refused =
        hedgerow(&format!("bounds {}", file("unbounded.json", r#"{"hedge": {"max": 9}}"#).display()));
    assert_eq!((refused.status.code(), told(&refused).as_str()), (Some(1), "hedge.max: 9, want 0..=4\n"));
}

const TRACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/traces/scripted.trace.jsonl");

/// The document under which the scripted trace was recorded.
fn scripted(name: &str) -> PathBuf {
    let script = include_str!("../../tests/traces/scripted.json");
    let script: Value = serde_json::from_str(script).unwrap();
    file(name, &script["config"].to_string())
}

#[test]
fn a_call_is_explained_as_a_timeline() {
    let words = printed(&hedgerow(&format!("explain {TRACE} 33554432")));
    let want = "Call 33554432 (cookie 10)\n            +0  <- start: operation number 7, 3 replicas named\n";
    assert!(words.starts_with(want), "{words}");
    assert!(
        words.contains("         +3 ms  == complete after 3 ms. response: An attempt answered."),
        "{words}"
    );
    let config = scripted("explained.json");
    let known = format!("explain {TRACE} 10 --cookie --config {}", config.display());
    let words = printed(&hedgerow(&known));
    assert!(words.contains("<- start: operation get") && words.contains("  plan  "), "{words}");
    let json: Value = serde_json::from_str(&printed(&hedgerow(&format!("{known} --json -")))).unwrap();
    assert_eq!(
        (json["call"].as_u64(), json["moments"][1]["reason"].as_str()),
        (Some(33554432), Some("primary"))
    );
    assert_eq!(hedgerow(&format!("explain {TRACE} 5")).status.code(), Some(2));
}

#[test]
fn a_replay_agrees_or_tells_the_first_difference_with_both_sides() {
    let config = scripted("replayed.json");
    let replay = |trace: &str| hedgerow(&format!("replay {trace} --config {}", config.display()));
    let same = replay(TRACE);
    assert_eq!(same.status.code(), Some(0), "{}", told(&same));
    assert!(printed(&same).starts_with("the same: "));
    let other = hedgerow(&format!("replay {TRACE}"));
    assert_eq!(other.status.code(), Some(2));
    assert!(
        told(&other).contains("--config: missing, recorded under the document of hash "),
        "{}",
        told(&other)
    );
    let differs = replay(&another(TRACE).display().to_string());
    assert_eq!(differs.status.code(), Some(1), "{}", told(&differs));
    let words = printed(&differs);
    for want in [
        "record 25 at ",
        "recorded:\n  [80,",
        "replayed:\n  [80,",
        "== complete after 3.001 ms",
        "== complete after 3 ms",
    ] {
        assert!(words.contains(want), "{want}: {words}");
    }
}

/// The trace of a library that reckons one wall time otherwise.
fn another(trace: &str) -> PathBuf {
    let trace = hedgerow_why::lines::from_lines(&std::fs::read_to_string(trace).unwrap()).unwrap();
    let mut other = hedgerow_why::hedgerow::trace::Trace::new(trace.header().clone());
    for mut record in trace.records() {
        if record.index == 25 {
            record.decisions[0].value += 1;
        }
        other.push(&record);
    }
    let lines: String = other.lines().map(|line| line + "\n").collect();
    file("another.jsonl", &lines)
}

#[test]
fn a_replay_with_another_document_tells_what_would_have_differed_and_what_nobody_knows() {
    let config = scripted("recorded.json");
    let with = |other: &PathBuf, more: &str| {
        let (config, other) = (config.display(), other.display());
        hedgerow(&format!("replay {TRACE} --config {config} --with {other} {more}"))
    };
    let same = with(&config, "");
    assert_eq!(same.status.code(), Some(0), "{}", told(&same));
    assert!(printed(&same).ends_with("\nno decision differs\n"), "{}", printed(&same));
    let mut document: Value = serde_json::from_str(&std::fs::read_to_string(&config).unwrap()).unwrap();
    document["hedge"]["strategy"] = "off".into();
    for (_, operation) in document["operations"].as_object_mut().unwrap() {
        operation.as_object_mut().unwrap().remove("hedge");
    }
    let unhedged = file("unhedged.json", &document.to_string());
    let told = with(&unhedged, "--json -");
    assert_eq!(told.status.code(), Some(0));
    let json: Value = serde_json::from_str(&printed(&told)).unwrap();
    assert!(json["unknown_outcomes"].as_u64() > Some(0) && json["same"] == false, "{json}");
    let words = printed(&with(&unhedged, ""));
    assert!(
        words.contains(" 40 hedge_off ") && words.contains("a what-if with many is not evidence"),
        "{words}"
    );
    let assumed = printed(&with(&unhedged, "--unknown latency_us=4000"));
    assert!(assumed.contains(" outcomes are assumed, not recorded"), "{assumed}");
    assert_eq!(with(&file("odd.json", r#"{"hedge": 1}"#), "").status.code(), Some(2));
}

#[test]
fn every_help_has_an_example() {
    for command in ["check", "bounds", "explain", "replay"] {
        assert!(printed(&hedgerow(&format!("{command} --help"))).contains("Example"), "{command}");
    }
}

#[test]
fn what_is_no_trace_is_misuse_and_named() {
    let broken = std::fs::read_to_string(TRACE).unwrap().replace(r#""t":10,"#, r#""t":11,"#);
    let refused = hedgerow(&format!("replay {}", file("broken.jsonl", &broken).display()));
    assert_eq!(refused.status.code(), Some(2));
    assert!(told(&refused).contains("broken.jsonl: line 16: altered, or a line before it is missing"));
    assert_eq!(hedgerow("explain Cargo.toml 1").status.code(), Some(2));
}
