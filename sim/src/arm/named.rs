//! The arms that the experiments compare, as a table of names and fields.

use hedgerow::ConfigError;
use serde_json::{Value, json};

use super::{Arm, ServerChange};
use crate::world::spec::Discipline;

/// The names without arguments, and one of each family.
pub(super) const NAMES: &[&str] = &[
    "netflix",
    "netflix_no_hedge",
    "netflix_no_limit",
    "none",
    "naive",
    "weighted_n8_w4",
    "jsq",
    "strict_zone_jsq",
    "p2c",
    "two_distinct",
    "two_with_replacement",
    "round_robin",
    "random",
    "hot_cold",
    "grpc_a6",
    "aws_2_1",
    "finagle",
    "hedge_fixed(9000, 5)",
    "retry1",
    "retry2",
    "retry2_budget10",
    "retry2_lifo",
    "retry2_cap60",
    "retry2_drop_expired",
];

/// More than any world can use: a limit that does not bind.
const UNLIMITED: u64 = 1_000_000;
/// Candidates that hold every endpoint of the worlds that compare with the whole.
const ALL_ENDPOINTS: u64 = 64;

pub(super) fn find(name: &str) -> Result<Arm, ConfigError> {
    let (family, arguments) = split(name);
    let number = |index: usize| arguments.get(index).copied();
    let arm = match (family.as_str(), arguments.len()) {
        ("weighted", 2) => number(0).zip(number(1)).map(|(n, weight)| weighted(n, weight)),
        ("hedge_fixed", 2) => number(0).zip(number(1)).map(|(delay, limit)| hedge_fixed(delay, limit)),
        (_, 0) => plain(&family),
        _ => None,
    };
    arm.map(|arm| arm.called(name))
        .ok_or_else(|| ConfigError::new("arm", format!("{name:?}"), format!("one of {}", NAMES.join(", "))))
}

/// Name and arguments of `family(a, b)` or `family_na_wb`.
fn split(name: &str) -> (String, Vec<u64>) {
    if let Some((family, rest)) = name.split_once('(')
        && let Some(list) = rest.strip_suffix(')')
    {
        return (family.into(), list.split(',').filter_map(|one| one.trim().parse().ok()).collect());
    }
    if let Some((n, weight)) = name.strip_prefix("weighted_n").and_then(|rest| rest.split_once("_w"))
        && let (Ok(n), Ok(weight)) = (n.parse(), weight.parse())
    {
        return ("weighted".into(), vec![n, weight]);
    }
    (name.into(), Vec::new())
}

fn plain(name: &str) -> Option<Arm> {
    let published = json!({"objective": {"target_us": 10_000, "max_us": 500_000}});
    let over_netflix = |fields: Value| Arm::new(name, published.clone()).with(&fields);
    let over_none = |fields: Value| Arm::new(name, none()).with(&fields);
    let retrying = |attempts| over_none(retry(attempts));
    Some(match name {
        "netflix" => Arm::new(name, published),
        "netflix_no_hedge" => over_netflix(json!({"hedge": {"strategy": "off"}})),
        "netflix_no_limit" => over_netflix(
            json!({"limits": {"calls": UNLIMITED, "hedges": UNLIMITED}, "budget": {"mode": "off"}}),
        ),
        "none" => Arm::new(name, none()),
        "naive" => over_none(naive()),
        "jsq" => weighted(ALL_ENDPOINTS, 1),
        "strict_zone_jsq" => Arm {
            zones_are_regions: true,
            ..weighted(ALL_ENDPOINTS, 1).with(&json!({"balance": {"other_region": "exclude"}}))
        },
        "p2c" | "two_distinct" => over_none(p2c()),
        "two_with_replacement" => over_none(p2c()).with(&json!({"balance": {"replacement": true}})),
        "round_robin" | "random" | "hot_cold" => over_none(json!({"balance": {"policy": name}})),
        "grpc_a6" | "aws_2_1" | "finagle" => {
            Arm::new(name, json!({"hedge": {"strategy": "off"}, "retry": {"preset": name}}))
        }
        "retry1" => retrying(2),
        "retry2" => retrying(3),
        "retry2_budget10" => retrying(3).with(&budget10()),
        "retry2_lifo" => Arm {
            server: ServerChange { discipline: Some(Discipline::Lifo), ..ServerChange::default() },
            ..retrying(3)
        },
        "retry2_cap60" => {
            Arm { server: ServerChange { queue_cap: Some(60), ..ServerChange::default() }, ..retrying(3) }
        }
        "retry2_drop_expired" => Arm {
            server: ServerChange { expire_us: Some(1_000_000), ..ServerChange::default() },
            ..retrying(3)
        },
        _ => return None,
    })
}

/// No hedges, no retries, no memory of servers.
fn none() -> Value {
    json!({
        "hedge": {"strategy": "off"},
        "retry": {"max_attempts": 1},
        "ejection": {"enabled": false},
        "balance": {"policy": "random"},
    })
}

/// Three immediate retries that nothing holds back.
fn naive() -> Value {
    json!({
        "retry": {
            "max_attempts": 4,
            "backoff": {"kind": "constant", "base_us": 0, "cap_us": 0, "jitter": "none"},
            "pushback": {"mode": "ignore"},
        },
        "budget": {"mode": "off"},
    })
}

fn p2c() -> Value {
    json!({"balance": {"policy": "least_request", "choices": 2}})
}

fn weighted(n: u64, other_zone: u64) -> Arm {
    let weights =
        json!({"other_zone": other_zone, "non_replica": 1, "starting": 1, "unhealthy": 1, "other_region": 1});
    let balance = json!({"balance": {"policy": "weighted", "n": n, "weights": weights}});
    Arm::new("weighted", none()).with(&balance)
}

/// A hedge to the other of two after a fixed delay in µs; `limit` hedges in flight.
fn hedge_fixed(delay_us: u64, limit: u64) -> Arm {
    let hedge = json!({
        "hedge": {"strategy": "fixed", "delay_us": delay_us},
        "limits": {"calls": UNLIMITED, "hedges": limit},
        "budget": {"mode": "off"},
        "objective": {"max_us": 3_600_000_000_u64},
    });
    Arm::new("hedge_fixed", none()).with(&p2c()).with(&hedge)
}

/// Full-jitter retries of base 0.1 s and cap 2 s, without a budget.
fn retry(max_attempts: u64) -> Value {
    json!({
        "retry": {
            "max_attempts": max_attempts,
            "backoff": {"kind": "exponential", "base_us": 100_000, "cap_us": 2_000_000, "jitter": "full"},
        },
        "budget": {"mode": "off"},
        "limits": {"calls": UNLIMITED},
        "objective": {"max_us": 60_000_000},
    })
}

/// One retry for ten first attempts.
fn budget10() -> Value {
    json!({"budget": {"mode": "ratio", "ratio": 0.1, "initial": 10, "cap": 100, "min_rate": 0}})
}
