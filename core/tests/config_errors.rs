//! Misuse of the document, one row each, with the exact text of its error.

use hedgerow::config::{Config, Document};

const HOUR: &str = "1000..=3600000000";

/// The error of a JSON text, or `ok`.
fn verdict(json: &str) -> String {
    let document: Document = serde_json::from_str(json).expect("the row is JSON");
    Config::from_document(&document).map_or_else(|error| error.to_string(), |_| "ok".into())
}

#[track_caller]
fn check(rows: &[(&str, &str)]) {
    for (json, text) in rows {
        assert_eq!(verdict(json), *text, "{json}");
    }
}

#[test]
fn unknown_names_are_answered_with_the_known_ones() {
    check(&[
        (
            r#"{"retries": 3}"#,
            "retries: unknown field, want attempt, balance, breaker, budget, capacity, ejection, estimator, health, hedge, \
             limits, locality, namespaces, objective, operations, retry, service, signal, stall, timer, token, trace or version",
        ),
        (
            r#"{"retry": {"max_atempts": 3}}"#,
            "retry.max_atempts: unknown field, want backoff, max_attempts, preset, pushback or resend_not_sent",
        ),
        (r#"{"objective": {"": 3}}"#, "objective.: unknown field, want max_us or target_us"),
        (
            r#"{"timer": {"grace": true, "Stages": 3}}"#,
            "timer.Stages: unknown field, want ceiling_factor, grace, late_tol_us, max_ext, resolution_us, slack_us or stages",
        ),
        (
            r#"{"operations": {"get": {"idempotent": true}}}"#,
            "operations.get.idempotent: unknown field, want hedge, idempotency, limits, objective, priority or retry",
        ),
        (
            r#"{"namespaces": {"cart": {"priority": "bulk"}}}"#,
            "namespaces.cart.priority: unknown field, want hedge, limits, objective, operations or retry",
        ),
        (
            r#"{"namespaces": {"cart": {"operations": {"get": {"idempotency": "natural"}}}}}"#,
            "namespaces.cart.operations.get.idempotency: unknown field, want hedge, limits, objective or retry",
        ),
        (
            r#"{"namespaces": {"cart": {"operations": {"get": {"retry": {"backoff": {"base": 1}}}}}}}"#,
            "namespaces.cart.operations.get.retry.backoff.base: unknown field, want base_us, cap_us, factor, jitter, kind, \
             order, proportion, step_us or unknown_target_us",
        ),
        (
            r#"{"namespaces": {"cart": {"operations": {"get": {"operations": {}}}}}}"#,
            "namespaces.cart.operations.get.operations: unknown field, want hedge, limits, objective or retry",
        ),
        (
            r#"{"hedge": {"budget": 1}, "attempt": {"timeout": 5}}"#,
            "attempt.timeout: unknown field, want orphan_ttl_us or timeout_us",
        ),
    ]);
}

#[test]
fn wrong_types_are_refused_with_what_was_found() {
    check(&[
        ("[]", "document: a list, want a map"),
        ("null", "document: null, want a map"),
        (r#"{"objective": 5}"#, "objective: 5, want a map"),
        (r#"{"objective": null}"#, "objective: null, want a map"),
        (r#"{"operations": []}"#, "operations: a list, want a map"),
        (r#"{"operations": {"get": null}}"#, "operations.get: null, want a map"),
        (r#"{"namespaces": {"a": {"operations": {"b": 1}}}}"#, "namespaces.a.operations.b: 1, want a map"),
        (r#"{"version": 2}"#, "version: 2, want 1"),
        (r#"{"service": 7}"#, "service: 7, want a text of at most 64 bytes"),
        (r#"{"service": null}"#, "service: null, want a text of at most 64 bytes"),
        (r#"{"locality": {"zone": false}}"#, "locality.zone: false, want a text of at most 64 bytes or null"),
        (r#"{"timer": {"grace": "yes"}}"#, "timer.grace: \"yes\", want true or false"),
        (r#"{"timer": {"stages": true}}"#, "timer.stages: true, want 1..=16"),
        (r#"{"timer": {"stages": "4"}}"#, "timer.stages: \"4\", want 1..=16"),
        (r#"{"timer": {"stages": {}}}"#, "timer.stages: a map, want 1..=16"),
        (r#"{"timer": {"stages": null}}"#, "timer.stages: null, want 1..=16"),
        (r#"{"hedge": {"strategy": 1}}"#, "hedge.strategy: 1, want off, fixed, quantile, single_r or slo"),
        (
            r#"{"hedge": {"strategy": "SLO"}}"#,
            "hedge.strategy: \"SLO\", want off, fixed, quantile, single_r or slo",
        ),
        (
            r#"{"retry": {"backoff": {"base_us": "max"}}}"#,
            "retry.backoff.base_us: \"max\", want 0..=3600000000 or \"target\"",
        ),
        (
            r#"{"ejection": {"failure_percentage": true}}"#,
            "ejection.failure_percentage: true, want a map or null",
        ),
    ]);
}

#[test]
fn numbers_out_of_range_or_not_finite_are_refused() {
    check(&[
        (r#"{"objective": {"max_us": 0}}"#, &format!("objective.max_us: 0, want {HOUR}")),
        (r#"{"objective": {"max_us": -5}}"#, &format!("objective.max_us: -5, want {HOUR}")),
        (r#"{"objective": {"max_us": 1000.5}}"#, &format!("objective.max_us: 1000.5, want {HOUR}")),
        (
            r#"{"objective": {"max_us": 18446744073709551615}}"#,
            &format!("objective.max_us: 18446744073709551615, want {HOUR}"),
        ),
        (
            r#"{"objective": {"max_us": 1e300}}"#,
            &format!("objective.max_us: 9007199254740992 or beyond, want {HOUR}"),
        ),
        (r#"{"objective": {"target_us": 99}}"#, "objective.target_us: 99, want 100..=60000000 or null"),
        (r#"{"objective": {"max_us": 1000.0, "target_us": 1e3}}"#, "ok"),
        (r#"{"balance": {"weights": {"other_zone": 0}}}"#, "balance.weights.other_zone: 0, want 1..=4096"),
        (
            r#"{"balance": {"weights": {"other_zone": 1.5}}}"#,
            "balance.weights.other_zone: 1.5, want 1..=4096",
        ),
        (r#"{"signal": {"jitter": 0.51}}"#, "signal.jitter: 0.51, want 0..=0.5"),
        (r#"{"signal": {"jitter": -0.01}}"#, "signal.jitter: -0.01, want 0..=0.5"),
        (r#"{"signal": {"jitter": 0.5000001}}"#, "signal.jitter: 0.5…, want 0..=0.5"),
        (r#"{"signal": {"jitter": 0.5}}"#, "ok"),
        (r#"{"hedge": {"budget_fraction": 0}}"#, "hedge.budget_fraction: 0, want 0.0001..=0.5"),
        (r#"{"hedge": {"miss_ratio": 1}}"#, "ok"),
        (r#"{"hedge": {"max": 5}}"#, "hedge.max: 5, want 0..=4"),
        (r#"{"retry": {"max_attempts": 0}}"#, "retry.max_attempts: 0, want 1..=10"),
        (r#"{"retry": {"max_attempts": 11}}"#, "retry.max_attempts: 11, want 1..=10"),
        (r#"{"attempt": {"timeout_us": 0}}"#, "attempt.timeout_us: 0, want 1000..=3600000000 or null"),
        (
            r#"{"retry": {"backoff": {"factor": 1.2345}}}"#,
            "retry.backoff.factor: 1.2345, want 1..=100 with at most three decimals",
        ),
        (
            r#"{"retry": {"backoff": {"factor": 0.999}}}"#,
            "retry.backoff.factor: 0.999, want 1..=100 with at most three decimals",
        ),
        (
            r#"{"retry": {"backoff": {"jitter": "proportional", "proportion": 1.001}}}"#,
            "retry.backoff.proportion: 1.001, want 0..=1 with at most three decimals",
        ),
        (r#"{"retry": {"backoff": {"factor": 1.234}}}"#, "ok"),
        (r#"{"capacity": {"calls": 0}}"#, "capacity.calls: 0, want 1..=1048576"),
    ]);
}

#[test]
fn floats_that_json_cannot_write_are_named() {
    for (value, text) in [
        (f64::NAN, "signal.ttl_us: NaN, want 1..=9007199254740991"),
        (f64::INFINITY, "signal.ttl_us: infinity, want 1..=9007199254740991"),
        (f64::NEG_INFINITY, "signal.ttl_us: -infinity, want 1..=9007199254740991"),
        (-0.5, "signal.ttl_us: -0.5, want 1..=9007199254740991"),
    ] {
        let document = Document::map([("signal", Document::map([("ttl_us", value.into())]))]);
        assert_eq!(Config::from_document(&document).unwrap_err().to_string(), text);
    }
    let document = Document::map([("signal", Document::map([("jitter", f64::NAN.into())]))]);
    let text = "signal.jitter: NaN, want 0..=0.5";
    assert_eq!(Config::from_document(&document).unwrap_err().to_string(), text);
}

#[test]
fn a_name_may_be_given_once_and_must_be_short() {
    let long = "x".repeat(65);
    check(&[
        (r#"{"hedge": {"max": 1, "max": 2}}"#, "hedge.max: given twice, want it once"),
        (r#"{"operations": {"get": {}, "get": {}}}"#, "operations.get: given twice, want it once"),
        (r#"{"operations": {}, "operations": {}}"#, "operations: given twice, want it once"),
        (r#"{"operations": {"": {}}}"#, "operations.: a name of 0 bytes, want a name of 1..=64 bytes"),
        (
            &format!(r#"{{"namespaces": {{"{long}": {{}}}}}}"#),
            &format!("namespaces.{}…: a name of 65 bytes, want a name of 1..=64 bytes", "x".repeat(64)),
        ),
        (
            r#"{"capacity": {"operations": 1}, "operations": {"a": {}}, "namespaces": {"n": {"operations": {"b": {}}}}}"#,
            "operations: 2 names, want at most capacity.operations (1)",
        ),
        (
            r#"{"capacity": {"namespaces": 1}, "namespaces": {"m": {}, "n": {}}}"#,
            "namespaces: 2 names, want at most capacity.namespaces (1)",
        ),
    ]);
}

#[test]
fn fields_that_contradict_each_other_are_reported_at_the_most_specific() {
    check(&[
        (
            r#"{"objective": {"target_us": 600000, "max_us": 500000}}"#,
            "objective.target_us: 600000, want at most objective.max_us (500000)",
        ),
        (
            r#"{"objective": {"target_us": 600000}, "operations": {"get": {"objective": {"max_us": 500000}}}}"#,
            "operations.get.objective.max_us: 500000, want at least objective.target_us (600000)",
        ),
        (
            r#"{"operations": {"get": {"objective": {"target_us": 600000}}},
                "namespaces": {"cart": {"objective": {"max_us": 500000}}}}"#,
            "namespaces.cart.objective.max_us: 500000, want at least operations.get.objective.target_us (600000)",
        ),
        (
            r#"{"namespaces": {"cart": {"objective": {"max_us": 500000},
                "operations": {"get": {"objective": {"target_us": 500001}}}}}}"#,
            "namespaces.cart.operations.get.objective.target_us: 500001, want at most namespaces.cart.objective.max_us (500000)",
        ),
        (r#"{"objective": {"target_us": 500000, "max_us": 500000}}"#, "ok"),
        (
            r#"{"attempt": {"timeout_us": 600000}, "objective": {"max_us": 500000}}"#,
            "attempt.timeout_us: 600000, want at most objective.max_us (500000)",
        ),
        (r#"{"limits": {"calls": 10, "hedges": 11}}"#, "limits.hedges: 11, want at most limits.calls (10)"),
        (r#"{"limits": {"calls": 10}}"#, "ok"),
        (
            r#"{"limits": {"calls": 10, "hedges_per_endpoint": 11}}"#,
            "limits.hedges_per_endpoint: 11, want at most limits.hedges (10)",
        ),
        (
            r#"{"limits": {"hedges": 5, "hedges_per_endpoint": 6}}"#,
            "limits.hedges_per_endpoint: 6, want at most limits.hedges (5)",
        ),
        (
            r#"{"retry": {"backoff": {"base_us": 20, "cap_us": 10}}}"#,
            "retry.backoff.base_us: 20, want at most retry.backoff.cap_us (10)",
        ),
        (
            r#"{"retry": {"preset": "grpc_a6", "max_attempts": 6}}"#,
            "retry.max_attempts: 6, want 1..=5 with retry.preset grpc_a6",
        ),
        (
            r#"{"retry": {"preset": "grpc_a6"}, "namespaces": {"a": {"operations": {"b": {"retry": {"max_attempts": 6}}}}}}"#,
            "namespaces.a.operations.b.retry.max_attempts: 6, want 1..=5 with retry.preset grpc_a6",
        ),
        (r#"{"retry": {"max_attempts": 8}, "operations": {"b": {"retry": {"preset": "grpc_a6"}}}}"#, "ok"),
        (
            r#"{"signal": {"refresh_us": 70000000}}"#,
            "signal.refresh_us: 70000000, want at most signal.ttl_us (60000000)",
        ),
        (
            r#"{"signal": {"refresh_us": 70000000, "ttl_us": 5}}"#,
            "signal.ttl_us: 5, want at least signal.refresh_us (70000000)",
        ),
        (
            r#"{"signal": {"guard": {"max_calls": 10}}}"#,
            "signal.guard.max_calls: 10, want at least signal.guard.max_hedges (1000)",
        ),
        (
            r#"{"signal": {"guard": {"ttl_min_us": 9, "ttl_max_us": 8}}}"#,
            "signal.guard.ttl_min_us: 9, want at most signal.guard.ttl_max_us (8)",
        ),
        (
            r#"{"signal": {"guard": {"min_target_us": 2000, "max_max_us": 1000}}}"#,
            "signal.guard.min_target_us: 2000, want at most signal.guard.max_max_us (1000)",
        ),
        (
            r#"{"token": {"max_drift_us": 1000, "resolution_us": 1001}}"#,
            "token.max_drift_us: 1000, want at least token.resolution_us (1001)",
        ),
        (
            r#"{"stall": {"warn_us": 31000000}}"#,
            "stall.warn_us: 31000000, want at most stall.threshold_us (30000000)",
        ),
        (r#"{"budget": {"ratio": 10.5}}"#, "budget.ratio: 10.5, want 0..=10 with budget.mode ratio"),
        (r#"{"budget": {"initial": 11}}"#, "budget.initial: 11, want at most budget.cap (10)"),
        (
            r#"{"budget": {"mode": "grpc", "max": 4, "ratio": 4.5}}"#,
            "budget.ratio: 4.5, want at most budget.max (4)",
        ),
        (
            r#"{"budget": {"mode": "grpc", "ratio": 0.0009}}"#,
            "budget.ratio: 0.0009, want at least 0.001 with budget.mode grpc",
        ),
    ]);
}

#[test]
fn a_setting_without_effect_is_refused_where_it_is_given() {
    check(&[
        (
            r#"{"hedge": {"delay_us": 5000}}"#,
            "hedge.delay_us: 5000, want null unless hedge.strategy is fixed",
        ),
        (
            r#"{"hedge": {"strategy": "fixed"}}"#,
            "hedge.delay_us: null, want 0..=60000000 with hedge.strategy fixed",
        ),
        (r#"{"hedge": {"strategy": "fixed", "delay_us": 0}}"#, "ok"),
        (r#"{"hedge": {"strategy": "slo", "delay_us": null}}"#, "ok"),
        (
            r#"{"namespaces": {"cart": {"operations": {"get": {"hedge": {"strategy": "fixed"}}}}}}"#,
            "namespaces.cart.operations.get.hedge.delay_us: null, want 0..=60000000 with hedge.strategy fixed",
        ),
        (
            r#"{"hedge": {"strategy": "fixed", "delay_us": 9}, "operations": {"get": {"hedge": {"strategy": "off"}}}}"#,
            "ok",
        ),
        (
            r#"{"hedge": {"strategy": "fixed", "delay_us": 9}, "namespaces": {"a": {"hedge": {"strategy": "off", "delay_us": 8}}}}"#,
            "namespaces.a.hedge.delay_us: 8, want null unless hedge.strategy is fixed",
        ),
        (
            r#"{"retry": {"backoff": {"step_us": 5}}}"#,
            "retry.backoff.step_us: 5, want null unless retry.backoff.kind is linear",
        ),
        (
            r#"{"retry": {"backoff": {"kind": "constant", "factor": 2}}}"#,
            "retry.backoff.factor: 2, want null unless retry.backoff.kind is exponential",
        ),
        (
            r#"{"retry": {"backoff": {"jitter": "decorrelated", "factor": 2.5}}}"#,
            "retry.backoff.factor: 2.5, want null unless retry.backoff.jitter is none, full, equal, proportional or anchored",
        ),
        (
            r#"{"retry": {"backoff": {"proportion": 0.2}}}"#,
            "retry.backoff.proportion: 0.2, want null unless retry.backoff.jitter is proportional",
        ),
        (r#"{"retry": {"preset": "grpc_a6", "backoff": {"proportion": 0.3}}}"#, "ok"),
        (
            r#"{"retry": {"preset": "grpc_a6", "pushback": {"spread": 0.3}}}"#,
            "retry.pushback.spread: 0.3, want null unless retry.pushback.mode is floor",
        ),
        (
            r#"{"retry": {"backoff": {"base_us": 5, "unknown_target_us": 7}}}"#,
            "retry.backoff.unknown_target_us: 7, want null unless retry.backoff.base_us is target",
        ),
        (
            r#"{"budget": {"mode": "aws", "ratio": 0.2}}"#,
            "budget.ratio: 0.2, want null unless budget.mode is ratio or grpc",
        ),
        (r#"{"retry": {"preset": "finagle"}, "budget": {"pct": 0.5}}"#, "ok"),
        (
            r#"{"retry": {"preset": "finagle"}, "budget": {"cap": 5}}"#,
            "budget.cap: 5, want null unless budget.mode is ratio",
        ),
        (
            r#"{"balance": {"choices": 3}}"#,
            "balance.choices: 3, want null unless balance.policy is least_request",
        ),
        (r#"{"balance": {"policy": "hot_cold", "quantile": 0.5}}"#, "ok"),
        (
            r#"{"balance": {"policy": "peak_ewma", "quantile": 0.5}}"#,
            "balance.quantile: 0.5, want null unless balance.policy is hot_cold",
        ),
        (r#"{"balance": {"policy": "peak_ewma", "half_life_us": 1000}}"#, "ok"),
    ]);
}

#[test]
fn bounds_of_an_adaptive_limit_enclose_its_start_and_belong_to_its_algorithm() {
    check(&[
        (r#"{"limits": {"adaptive": {}}}"#, "ok"),
        (r#"{"limits": {"adaptive": null}}"#, "ok"),
        (
            r#"{"limits": {"adaptive": {"algorithm": "bbr"}}}"#,
            "limits.adaptive.algorithm: \"bbr\", want aimd, gradient2, vegas or fixed",
        ),
        (
            r#"{"limits": {"adaptive": {"initial": 10}}}"#,
            "limits.adaptive.initial: 10, want 20..=200, from min to max",
        ),
        (r#"{"limits": {"adaptive": {"initial": 10, "min": 4}}}"#, "ok"),
        (r#"{"limits": {"adaptive": {"initial": 10, "algorithm": "vegas"}}}"#, "ok"),
        (
            r#"{"limits": {"adaptive": {"max": 10}}}"#,
            "limits.adaptive.max: 10, want at least limits.adaptive.min (20)",
        ),
        (
            r#"{"limits": {"adaptive": {"min": 300}}}"#,
            "limits.adaptive.min: 300, want at most limits.adaptive.max (200)",
        ),
        (
            r#"{"limits": {"adaptive": {"algorithm": "vegas", "alpha": 6}}}"#,
            "limits.adaptive.alpha: 6, want less than limits.adaptive.beta (6)",
        ),
        (
            r#"{"limits": {"adaptive": {"algorithm": "vegas", "queue": 4}}}"#,
            "limits.adaptive.queue: 4, want null unless limits.adaptive.algorithm is gradient2",
        ),
        (r#"{"limits": {"adaptive": {"backoff": 1}}}"#, "limits.adaptive.backoff: 1, want 0.5..=0.999999"),
        (
            r#"{"limits": {"adaptive": {"algorithm": "gradient2", "long_window": 10, "warmup": 11}}}"#,
            "limits.adaptive.warmup: 11, want at most limits.adaptive.long_window (10)",
        ),
        (
            r#"{"operations": {"get": {"limits": {"adaptive": {"window": {"min_us": 2000000}}}}}}"#,
            "operations.get.limits.adaptive.window.min_us: 2000000, want at most limits.adaptive.window.max_us (1000000)",
        ),
        (r#"{"limits": {"adaptive": {"algorithm": "fixed", "initial": 3}}}"#, "ok"),
    ]);
}

#[test]
fn every_word_of_the_client_is_available() {
    check(&[
        (r#"{"hedge": {"denied": "wait"}}"#, "ok"),
        (r#"{"hedge": {"denied": "drop"}}"#, "ok"),
        (r#"{"signal": {"handshake": true}}"#, "ok"),
        (r#"{"token": {"clock": "estimated", "tier": "regional"}}"#, "ok"),
    ]);
}

#[test]
fn a_window_that_forgets_a_token_before_its_call_must_end_is_refused() {
    check(&[
        (
            r#"{"token": {"accept": {"past_us": 59999999}}}"#,
            "token.accept.past_us: 59999999, want at least twice the largest objective.max_us (60000000)",
        ),
        (r#"{"token": {"accept": {"past_us": 60000000}}}"#, "ok"),
        (r#"{"objective": {"max_us": 500000}, "token": {"accept": {"past_us": 1000000}}}"#, "ok"),
        (
            r#"{"objective": {"max_us": 500000}, "token": {"accept": {"past_us": 1000000}},
                "namespaces": {"slow": {"operations": {"scan": {"objective": {"max_us": 600000}}}}}}"#,
            "token.accept.past_us: 1000000, want at least twice the largest objective.max_us (1200000)",
        ),
    ]);
}

#[test]
fn serde_tells_the_same_error() {
    let error = serde_json::from_str::<Config>(r#"{"hedge": {"max": 9}}"#).unwrap_err();
    assert!(error.to_string().starts_with("hedge.max: 9, want 0..=4"), "{error}");
}
