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
