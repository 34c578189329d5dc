//! The commands for documents and traces over committed files, against what every language has to print.
//!
//! `tests/commands/cases.json` holds words, what goes to both outputs, the exit code and written files. It is what the
//! native command does; `npx hedgerow` and `python -m hedgerow` are compared with the same file. `HEDGEROW_BLESS=1` writes
//! it anew, and with it the files that are made of the scripted trace.

use std::path::{Path, PathBuf};
use std::process::Command;

use hedgerow_why::hedgerow::trace::Trace;
use hedgerow_why::lines::from_lines;
use serde_json::{Value, json};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/commands");
const TRACE: &str = include_str!("../../tests/traces/scripted.trace.jsonl");
const SCRIPT: &str = include_str!("../../tests/traces/scripted.json");

/// Every command, each way to be right and each way to be wrong.
const WORDS: [&str; 43] = [
    "--version",
    "fly",
    "chek client.json",
    "check --help",
    "check",
    "check client.json more.json",
    "check client.json --fast",
    "check client.json",
    "check faulty.json",
    "check faulty.json --json -",
    "check faulty.json --json out/faults.json",
    "check idle.json",
    "check text.json",
    "check bytes.json",
    "check nothing.json",
    "check .",
    "check client.json/more",
    "check client.json --json client.json/more",
    "bounds --help",
    "bounds client.json",
    "bounds client.json --json -",
    "bounds faulty.json",
    "explain --help",
    "explain run.jsonl",
    "explain differs.jsonl --json -",
    "explain run.jsonl 33554432",
    "explain run.jsonl 10 --cookie --config recorded.json",
    "explain run.trace 10 --cookie --config recorded.json --json -",
    "explain run.jsonl 10 --config client.json",
    "explain run.jsonl 5",
    "explain run.jsonl five",
    "explain broken.jsonl 10",
    "replay --help",
    "replay run.jsonl --config recorded.json",
    "replay run.trace --config recorded.json --json -",
    "replay run.jsonl",
    "replay differs.jsonl --config recorded.json",
    "replay client.json",
    "replay run.jsonl --config recorded.json --with recorded.json",
    "replay run.jsonl --config recorded.json --with unhedged.json",
    "replay run.jsonl --config recorded.json --with unhedged.json --unknown latency_us=4000 --json -",
    "replay run.jsonl --config recorded.json --with unhedged.json --unknown soon",
    "replay run.jsonl --config recorded.json --with faulty.json",
];

#[test]
fn every_command_prints_what_every_language_has_to_print() {
    let bless = std::env::var_os("HEDGEROW_BLESS").is_some_and(|value| value == "1");
    for (name, bytes) in derived() {
        keep(&Path::new(FOLDER).join("files").join(name), &bytes, bless);
    }
    let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("commands");
    let _ = std::fs::remove_dir_all(&scratch);
    std::fs::create_dir_all(&scratch).unwrap();
    for file in std::fs::read_dir(Path::new(FOLDER).join("files")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), scratch.join(file.file_name())).unwrap();
    }
    std::fs::write(scratch.join("run.jsonl"), TRACE).unwrap();
    let cases: Vec<_> = WORDS.iter().map(|words| case(words, &scratch)).collect();
    let exits: Vec<_> = cases.iter().map(|case| case["exit"].as_i64().unwrap()).collect();
    assert!([0, 1, 2].iter().all(|code| exits.contains(code)), "{exits:?}");
    let text = serde_json::to_string_pretty(&json!({
        "topic": "commands for documents and traces: every language prints these lines and exits with this code",
        "files": "those of `files`, and the scripted trace as run.jsonl",
        "cases": cases,
    }));
    keep(&Path::new(FOLDER).join("cases.json"), (text.unwrap() + "\n").as_bytes(), bless);
}

/// What a command did.
fn case(words: &str, scratch: &Path) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hedgerow"));
    let output = command.args(words.split_whitespace()).current_dir(scratch).output().unwrap();
    let mut case = json!({
        "words": words.split_whitespace().collect::<Vec<_>>(),
        "exit": output.status.code(),
        "stdout": lines(&output.stdout),
        "stderr": lines(&output.stderr),
    });
    if let Some(path) = words.split_once("--json out/").map(|(_, name)| format!("out/{name}")) {
        let written = std::fs::read(scratch.join(&path)).unwrap();
        case["wrote"] = json!({path: lines(&written)});
    }
    case
}

/// The lines of a text, each of which has an end.
fn lines(bytes: &[u8]) -> Vec<&str> {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    text.split_terminator('\n').collect()
}

/// Files that are made of the scripted trace and its document.
fn derived() -> [(&'static str, Vec<u8>); 5] {
    let mut recorded: Value = serde_json::from_str(SCRIPT).unwrap();
    let mut recorded = recorded["config"].take();
    let text = |document: &Value| (serde_json::to_string_pretty(document).unwrap() + "\n").into_bytes();
    let original = text(&recorded);
    recorded["hedge"] = json!({"strategy": "off"});
    for (_, operation) in recorded["operations"].as_object_mut().unwrap() {
        operation.as_object_mut().unwrap().remove("hedge");
    }
    let trace = from_lines(TRACE).unwrap();
    let first: Vec<_> = TRACE.lines().take(18).collect();
    [
        ("recorded.json", original),
        ("unhedged.json", text(&recorded)),
        ("run.trace", trace.to_bytes()),
        ("broken.jsonl", (first.join("\n") + "\n").replace(r#""t":10,"#, r#""t":11,"#).into_bytes()),
        ("differs.jsonl", another(&trace).into_bytes()),
    ]
}

/// The trace of a library that reckons one wall time otherwise, as far as there.
fn another(trace: &Trace) -> String {
    let mut other = Trace::new(trace.header().clone());
    for mut record in trace.records().take(25) {
        if record.index == 25 {
            record.decisions[0].value += 1;
        }
        other.push(&record);
    }
    other.lines().map(|line| line + "\n").collect()
}

/// Compares with a committed file, or writes it.
fn keep(path: &Path, bytes: &[u8], bless: bool) {
    if bless {
        std::fs::write(path, bytes).unwrap();
    }
    let committed = std::fs::read(path).unwrap_or_default();
    let name = path.display();
    assert!(
        committed == bytes,
        "{name} is stale: HEDGEROW_BLESS=1 cargo test -p hedgerow-cli --test commands"
    );
}
