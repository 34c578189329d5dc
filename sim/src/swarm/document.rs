//! A random configuration inside the valid ranges.

use hedgerow::Stream;
use serde_json::{Map, Value, json};

/// Draws a document; each section is given in half of the worlds, so that defaults meet everything.
pub(super) fn draw(draws: &mut Stream) -> Value {
    let max_us = draws.range(5000, 2_000_000);
    // Near the service time in half of the worlds, where the average forbids hedges.
    let far = if draws.below(2) == 0 { 3000.min(max_us) } else { max_us };
    let target_us = draws.range(1000, far);
    let calls = pick(draws, &[3, 50, 1000, 100_000]);
    let sections = [
        ("objective", json!({"max_us": max_us, "target_us": target_us})),
        ("limits", json!({"calls": calls, "hedges": draws.range(0, calls.min(60))})),
        ("hedge", hedge(draws)),
        ("retry", retry(draws)),
        ("budget", budget(draws)),
        ("timer", timer(draws)),
        ("balance", balance(draws)),
        ("health", json!({"min_in_flight": draws.range(1, 10), "window_us": draws.range(1000, 200_000)})),
        ("ejection", json!({"consecutive": draws.range(1, 5), "interval_us": 100_000, "base_us": 200_000})),
        (
            "attempt",
            json!({"timeout_us": draws.range(1000, 5000), "orphan_ttl_us": draws.range(1_000_000, 3_000_000)}),
        ),
        ("stall", json!({"threshold_us": 200_000, "warn_us": 50_000})),
        ("estimator", json!({"half_us": 100_000})),
    ];
    let mut document = Map::new();
    for (name, section) in sections {
        if draws.below(2) == 0 {
            document.insert(name.into(), section);
        }
    }
    Value::Object(document)
}

/// Draws the sections of what came later, from a stream of their own: a seed keeps the rest of its world.
pub(super) fn further(draws: &mut Stream) -> Value {
    let modes = ["floor", "floor", "exact", "window", "clamp", "ignore"];
    let sections = [
        ("signal", signal(draws)),
        ("retry", json!({"pushback": {"mode": pick(draws, &modes)}})),
        ("objective", json!({"target_us": draws.range(1500, 5000)})),
        ("hedge", json!({"denied": pick(draws, &["drop", "wait", "wait"])})),
        ("breaker", json!({"min_requests": draws.range(1, 20), "sleep_us": draws.range(100_000, 500_000)})),
        ("limits", limits(draws)),
        ("ejection", json!({"max_percent": draws.range(0, 60)})),
    ];
    let mut document = Map::new();
    for (name, section) in sections {
        if draws.below(2) == 0 {
            document.insert(name.into(), section);
        }
    }
    Value::Object(document)
}

/// A configuration whose hedges meet their limit and the hints of servers, in place of what was drawn.
pub(super) fn crowded(draws: &mut Stream) -> Value {
    json!({
        "objective": {"target_us": draws.range(2000, 6000), "max_us": 500_000},
        "limits": {"hedges": draws.range(1, 3)},
        "hedge": {"denied": "wait", "max": 2, "after_failure": false},
        "budget": {"mode": "off"},
        "signal": signal(draws),
    })
}

/// Few hedges, and in half of the worlds calls that are limited by what is observed.
fn limits(draws: &mut Stream) -> Value {
    let mut limits = json!({"hedges": pick(draws, &[0, 1, 1, 2])});
    let algorithm = pick(draws, &["aimd", "gradient2", "vegas"]);
    if draws.below(2) == 0 {
        limits["adaptive"] = json!({"algorithm": algorithm});
    }
    limits
}

/// Servers are asked as often as they may be, and what they say is soon old.
fn signal(draws: &mut Stream) -> Value {
    json!({
        "handshake": draws.below(4) > 0,
        "refresh_us": 1_000_000,
        "ttl_us": 1_000_000,
        "guard": {"ttl_min_us": draws.range(1000, 100_000), "max_max_us": 2_000_000},
    })
}

pub(super) fn pick<T: Copy>(draws: &mut Stream, list: &[T]) -> T {
    list[draws.below(list.len() as u64) as usize]
}

fn hedge(draws: &mut Stream) -> Value {
    let strategy = pick(draws, &["off", "fixed", "quantile", "single_r", "slo", "slo"]);
    let mut hedge = json!({
        "strategy": strategy,
        "max": draws.range(0, 4),
        "min_samples": draws.range(1, 50),
        "after_failure": draws.below(2) == 0,
    });
    let delay = draws.range(0, 20_000);
    if strategy == "fixed" {
        hedge["delay_us"] = json!(delay);
    }
    hedge
}

fn retry(draws: &mut Stream) -> Value {
    let attempts = draws.range(1, 6);
    let base = draws.range(0, 20_000);
    json!({
        "max_attempts": attempts,
        "resend_not_sent": draws.below(2) == 0,
        "backoff": {
            "kind": pick(draws, &["constant", "linear", "exponential"]),
            "base_us": base,
            "cap_us": base + draws.range(0, 100_000),
            "jitter": pick(draws, &["none", "full", "equal"]),
        },
    })
}

fn budget(draws: &mut Stream) -> Value {
    let ratio = draws.range(0, 50) as f64 / 100.0;
    let cap = draws.range(1, 50);
    match draws.below(5) {
        0 => json!({"mode": "off"}),
        1 => json!({"mode": "grpc"}),
        2 => json!({"mode": "finagle"}),
        3 => json!({"mode": "aws"}),
        _ => {
            json!({"mode": "ratio", "ratio": ratio, "cap": cap, "initial": draws.range(0, cap), "window_us": 1_000_000})
        }
    }
}

fn timer(draws: &mut Stream) -> Value {
    let ceiling = draws.range(1, 4);
    json!({
        "stages": draws.range(1, 8),
        "grace": draws.below(2) == 0,
        "max_ext": draws.range(0, 8),
        "ceiling_factor": if draws.below(2) == 0 { Value::Null } else { json!(ceiling) },
    })
}

fn balance(draws: &mut Stream) -> Value {
    let policy = pick(draws, &["weighted", "weighted", "least_request", "round_robin", "random"]);
    let mut balance = json!({"policy": policy, "n": draws.range(1, 16)});
    let (choices, replacement) = (draws.range(2, 5), draws.below(2) == 0);
    if policy == "least_request" {
        balance["choices"] = json!(choices);
        balance["replacement"] = json!(replacement);
    }
    balance
}
