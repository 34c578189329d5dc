//! Reads a file of conformance cases and names the case that fails.

#![allow(dead_code, reason = "each test binary uses its part")]

use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/");

/// Runs `run` on every case that is not deferred and has no test of its own elsewhere; a failure prints id, source and reading of its case first.
pub(crate) fn each_case(file: &str, run: impl Fn(&Value)) {
    let text = std::fs::read_to_string(format!("{VECTORS}{file}")).expect("the vector file exists");
    let document: Value = serde_json::from_str(&text).expect("the vector file is JSON");
    let deferred = deferred(file);
    let cases = document["cases"].as_array().expect("cases");
    assert!(!cases.is_empty(), "{file} has no case");
    for case in cases {
        let id = case["id"].as_str().expect("id");
        if deferred.iter().any(|other| other == id) {
            continue;
        }
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(case))) {
            eprintln!("{file} case {id}: source {}, reading {}", case["source"], case["reading"]);
            resume_unwind(panic);
        }
    }
}

/// Pairs each step with its expectation; the step's number comes first, for messages.
pub(crate) fn steps(case: &Value) -> impl Iterator<Item = (usize, &Value, &Value)> {
    let steps = case["steps"].as_array().expect("steps");
    let expect = case["expect"].as_array().expect("expect");
    assert_eq!(steps.len(), expect.len(), "each step has its expectation");
    steps.iter().zip(expect).enumerate().map(|(number, (step, expect))| (number, step, expect))
}

/// Compares the named fields of an expectation; a null expectation checks nothing, an unknown field fails.
pub(crate) fn compare(step: usize, expect: &Value, answer: &Value) {
    let Some(fields) = expect.as_object() else {
        assert!(expect.is_null(), "step {step}: an expectation is an object or null");
        return;
    };
    for (name, want) in fields {
        assert_eq!(answer.get(name), Some(want), "step {step}, field {name}");
    }
}

/// A number that may be written as a decimal string when it needs more than 53 bits.
pub(crate) fn number(value: &Value) -> u64 {
    value
        .as_u64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
        .unwrap_or_else(|| panic!("not an unsigned number: {value}"))
}

/// A field that may be absent.
pub(crate) fn optional(value: &Value) -> Option<u64> {
    (!value.is_null()).then(|| number(value))
}

fn deferred(file: &str) -> Vec<String> {
    let lists = ["DEFERRED", "ELSEWHERE"];
    let lists =
        lists.map(|name| std::fs::read_to_string(format!("{VECTORS}{name}")).expect("the list exists"));
    lists
        .iter()
        .flat_map(|list| list.lines())
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            (words.next() == Some(file)).then(|| words.next().map(str::to_owned))?
        })
        .collect()
}
