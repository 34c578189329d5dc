//! Cases of other files of the conformance data that are worlds of the simulator, through its experiments.
//!
//! A step names the load and the arm; its expectation is turned into checks of the experiment's figures. One seed for
//! each, since the bands are those of single runs.

use hedgerow_sim::experiments::{Case, Session, run};
use serde_json::{Map, Value, json};

/// The steps of a case with their expectations.
fn case(file: &str, id: &str) -> Vec<(Value, Map<String, Value>)> {
    let document: Value = serde_json::from_str(file).unwrap();
    let cases = document["cases"].as_array().unwrap();
    let found = cases.iter().find(|case| case["id"] == id).expect("the case exists");
    let (steps, expect) = (found["steps"].as_array().unwrap(), found["expect"].as_array().unwrap());
    assert_eq!(steps.len(), expect.len());
    steps.iter().cloned().zip(expect.iter().map(|bands| bands.as_object().unwrap().clone())).collect()
}

/// Runs an experiment once and holds its figures to the bands of a step; `figure` names one and turns a bound into its.
fn holds(
    experiment: &str,
    config: &Value,
    bands: &Map<String, Value>,
    figure: impl Fn(&str) -> (&'static str, fn(f64) -> f64),
) {
    let check = |(name, band): (&String, &Value)| {
        let (metric, turn) = figure(name);
        let [lo, hi] = [0, 1].map(|end| turn(band[end].as_f64().expect("a bound")));
        json!({"metric": metric, "op": "in", "lo": lo, "hi": hi})
    };
    let checks: Vec<_> = bands.iter().map(check).collect();
    let case = json!({"id": format!("{experiment}-page"), "source": "", "tag": "ours", "reading": "",
        "config": config, "steps": [], "expect": checks, "tolerance": null});
    let case = Case::read(&case).unwrap();
    let mut ignore = |_: &str| {};
    let report = run(&case, &mut Session::new(1, &mut ignore)).unwrap();
    for check in &case.checks {
        let verdict = check.verdict(&report);
        assert!(verdict.ok, "{config}: {verdict:?}");
    }
}

fn itself(bound: f64) -> f64 {
    bound
}

/// Attempts per call of a whole run, from those behind the stall: the first tenth of the run lies before it, and there
/// each call is one attempt.
fn of_the_whole_run(bound: f64) -> f64 {
    0.1 + 0.9 * bound
}

#[test]
fn unlimited_hedging_collapses_and_a_small_limit_removes_that() {
    let steps = case(include_str!("../../tests/vectors/04-hedge-theory.json"), "hedge-collapse");
    assert!(steps.len() > 1);
    for (step, bands) in steps {
        let config = json!({"experiment": "pauses24", "rho": step["load"], "requests": 60_000, "hedge_after_ms": 9,
            "hedge_limit": step["limit"], "cancel_reaches_server": false, "seeds": 1});
        holds("E11", &config, &bands, |name| match name {
            "p50_ms" => ("p50_ms", itself),
            "p999_ms" => ("p99_9_ms", itself),
            "hedged" => ("hedged_share", itself),
            "work" => ("work", itself),
            other => panic!("no figure {other}"),
        });
    }
}

#[test]
fn a_storm_of_retries_outlives_its_stall_unless_a_budget_or_a_short_queue_ends_it() {
    let steps = case(include_str!("../../tests/vectors/05-retry-theory.json"), "metastable-storm");
    assert!(steps.len() > 1);
    for (step, bands) in steps {
        let arm = match step["variant"].as_str().unwrap() {
            "no_retry" => "none",
            "one_retry" => "retry1",
            "two_retries" => "retry2",
            "two_retries_budget_0.10" => "retry2_budget10",
            "two_retries_queue_60" => "retry2_cap60",
            other => panic!("no arm {other}"),
        };
        let config = json!({"experiment": "storm300", "lambda_": step["rate"], "arm": arm, "seeds": 1});
        holds("E13", &config, &bands, |name| match name {
            "goodput" => ("goodput_share", itself),
            "attempts" => ("attempts_per_call", of_the_whole_run),
            other => panic!("no figure {other}"),
        });
    }
}
