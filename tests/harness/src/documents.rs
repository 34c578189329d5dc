//! Configuration documents from choices: valid ones that reach every policy's corners.

use serde_json::{Value, json};

use crate::bytes::Choices;

/// Objective max used by every document here, in µs.
pub const MAX_US: u64 = 200_000;

/// The operations every document here names, with their idempotency.
pub const OPERATIONS: [(&str, &str); 4] =
    [("append", "none"), ("delete", "retry"), ("get", "natural"), ("put", "token")];

/// Every policy of plans, the default as often as all others.
const POLICIES: [&str; 10] = [
    "weighted",
    "weighted",
    "weighted",
    "weighted",
    "weighted",
    "least_request",
    "round_robin",
    "random",
    "hot_cold",
    "peak_ewma",
];

/// A valid document.
pub fn document(choices: &mut Choices<'_>) -> Value {
    let operations: serde_json::Map<String, Value> =
        OPERATIONS.iter().map(|(name, word)| ((*name).to_string(), json!({"idempotency": word}))).collect();
    let calls = choices.pick(&[1, 2, 5, 1000]);
    let timeout = choices.pick(&[None, Some(20_000), Some(MAX_US)]);
    let mut document = json!({
        "locality": {"zone": choices.pick(&[None, Some("a")])},
        "objective": {"target_us": choices.pick(&[None, Some(10_000), Some(200_000)]), "max_us": MAX_US},
        "operations": operations,
        "limits": {
            "calls": calls,
            "hedges": choices.pick(&[0, 1, calls]),
        },
        "hedge": hedge(choices),
        "retry": retry(choices),
        "budget": budget(choices),
        "attempt": {"timeout_us": timeout, "orphan_ttl_us": 1_000_000},
        "timer": {
            "stages": choices.pick(&[1, 4, 16]),
            "max_ext": choices.pick(&[0, 4]),
            "grace": choices.once_in(2),
            "ceiling_factor": choices.pick(&[None, Some(1), Some(10)]),
            "resolution_us": choices.pick(&[0, 1000]),
        },
        "balance": {"n": choices.pick(&[1, 2, 8, 16]), "policy": choices.pick(&POLICIES)},
        "health": {"min_in_flight": choices.pick(&[1, 10])},
        "breaker": breaker(choices),
        "capacity": {"calls": choices.pick(&[1, 3, 65_536]), "endpoints": 32},
        "token": token(choices),
        "trace": {"notes": 4096, "enabled": choices.once_in(2), "explain_calls": choices.pick(&[0, 4])},
    });
    document["limits"]["adaptive"] = adaptive(choices);
    if document["limits"]["hedges"].as_u64() > Some(1) && timeout == Some(20_000) {
        document["limits"]["hedges_per_endpoint"] = json!(1);
    }
    document
}

/// Wall time of the host, or that of the server's answers.
fn token(choices: &mut Choices<'_>) -> Value {
    let kind = choices.below(8);
    json!({
        "on_drift": if kind.is_multiple_of(2) { "continue" } else { "refuse" },
        "clock": if kind < 2 { "estimated" } else { "wall" },
        "max_drift_us": 1000,
    })
}

/// No adaptive limit, or one that a few samples move.
fn adaptive(choices: &mut Choices<'_>) -> Value {
    let algorithm = choices.pick(&["off", "off", "off", "off", "aimd", "gradient2", "vegas", "fixed"]);
    let mut adaptive = json!({
        "algorithm": algorithm,
        "initial": choices.pick(&[1, 3]),
        "window": {"min_us": 10_000, "max_us": 20_000, "min_samples": choices.pick(&[1, 3]), "min_rtt_us": 0},
    });
    match algorithm {
        "off" => return Value::Null,
        "fixed" => {}
        _ => {
            adaptive["min"] = json!(1);
            adaptive["max"] = json!(4);
        }
    }
    adaptive
}

fn hedge(choices: &mut Choices<'_>) -> Value {
    let strategy = choices.pick(&["off", "fixed", "fixed", "quantile", "single_r", "slo", "slo"]);
    let mut hedge = json!({
        "strategy": strategy,
        "max": choices.pick(&[0, 1, 4, 4]),
        "min_samples": choices.pick(&[1, 10]),
        "after_failure": !choices.once_in(4),
    });
    hedge["denied"] = json!(choices.pick(&["drop", "wait"]));
    if strategy == "fixed" {
        hedge["delay_us"] = json!(choices.pick(&[0, 1, 5_000, 300_000]));
    }
    hedge
}

fn retry(choices: &mut Choices<'_>) -> Value {
    json!({
        "max_attempts": choices.pick(&[1, 3, 10]),
        "resend_not_sent": choices.once_in(4),
        "backoff": {"jitter": choices.pick(&["none", "full", "equal", "anchored"])},
        "pushback": {"mode": choices.pick(&["floor", "exact", "window", "clamp", "ignore"])},
    })
}

/// A breaker that opens early and sleeps as long as a call, or none.
fn breaker(choices: &mut Choices<'_>) -> Value {
    match choices.below(3) {
        0 => json!({
            "window_us": 1_000_000,
            "min_requests": choices.pick(&[1, 4]),
            "failure_ratio": choices.pick(&[0.01, 0.5, 1.0]),
            "sleep_us": choices.pick(&[100_000, 1_000_000]),
        }),
        _ => Value::Null,
    }
}

/// A budget, of a few modes.
fn budget(choices: &mut Choices<'_>) -> Value {
    match choices.below(5) {
        0 => json!({"mode": "off"}),
        1 => json!({"mode": "grpc"}),
        2 => json!({"mode": "aws"}),
        3 => json!({"mode": "finagle", "ttl_us": 1_000_000, "min_per_s": choices.pick(&[0, 1]), "pct": 0.5}),
        _ => {
            json!({"mode": "ratio", "cap": choices.pick(&[1, 10]), "ratio": choices.pick(&[0.0, 0.1, 0.51])})
        }
    }
}
