//! A user's own fleet: what is refused, what a recommendation promises, what a trace holds.

use hedgerow::trace::hash_line;
use hedgerow::{Config, config::Document};
use hedgerow_sim::experiments::{Case, Session, Tracing, run};
use hedgerow_sim::fleet::{Fleet, Recommendation};
use serde_json::{Value, json};

/// Pauses of 24 ms that only a second attempt gets around; its load is low.
fn fleet() -> Value {
    json!({
        "experiment": "fleet",
        "servers": {"count": 12, "slots": 2, "service": "exp(1ms)"},
        "pauses": {"length": "const(24ms)", "gap": "exp(2s)"},
        "load": {"calls_per_second": 6000, "calls": 5000},
        "objective": {"quantile": 0.99, "at_most": "9ms", "extra_load": 0.1, "target": "4ms"},
    })
}

fn read(document: &Value) -> Result<Fleet, String> {
    Fleet::read(document.as_object().unwrap()).map_err(|error| error.to_string())
}

fn recommend(document: &Value) -> Recommendation {
    let mut ignore = |_: &str| {};
    read(document).unwrap().recommend(2, &mut Session::new(1, &mut ignore)).unwrap()
}

#[test]
fn what_a_fleet_cannot_mean_is_refused_with_path_value_and_range() {
    let cases = [
        ("/servers/count", json!(0), "servers.count: 0, want 1..=10000"),
        ("/servers/count", json!("many"), "servers.count: invalid type: string \"many\", expected u32"),
        ("/servers/slots", json!(0), "servers.slots: 0, want 1..=1000000"),
        ("/servers/service", json!("exp(-1ms)"), "servers.service: exp: mean: -1000, want 0 or more"),
        ("/pauses/gap", json!("const(0)"), "pauses.gap: const(0), want a model whose median is 1us or more"),
        ("/load/calls_per_second", json!(-1), "load.calls_per_second: -1, want 0.001..=10000000"),
        ("/objective/quantile", json!(1.5), "objective.quantile: 1.5, want 0.5..=0.9999"),
        (
            "/objective/at_most",
            json!("9"),
            "objective.at_most: \"9\", want a time of 1000us to 1h such as \"24ms\"",
        ),
        (
            "/objective/at_most",
            json!("infs"),
            "objective.at_most: \"infs\", want a time of 1000us to 1h such as \"24ms\"",
        ),
    ];
    for (pointer, value, expected) in cases {
        let mut document = fleet();
        *document.pointer_mut(pointer).unwrap() = value;
        assert_eq!(read(&document).unwrap_err(), expected);
    }
}

#[test]
fn what_a_fleet_does_not_know_is_refused_and_so_is_a_contradiction() {
    let with = |section: &str, name: &str, value: Value| {
        let mut document = fleet();
        document[section][name] = value;
        read(&document).unwrap_err()
    };
    assert!(with("servers", "cuont", json!(1)).starts_with("servers.cuont: unknown field `cuont`"));
    let both = with("servers", "quantiles", json!([[0.5, "1ms"], [1.0, "9ms"]]));
    assert_eq!(both, "servers.service: want either a model here or a table in servers.quantiles");
    assert_eq!(with("search", "n", json!([65])), "search.n: 65, want 1..=64");
    assert!(with("load", "not_idempotent", json!(2)).starts_with("load.not_idempotent: 2, want 0..=1"));
}

#[test]
fn a_table_of_quantiles_stands_for_a_model() {
    let mut document = fleet();
    document["servers"] = json!({"count": 3, "quantiles": [[0.0, "1ms"], [1.0, "2ms"]]});
    document["load"]["calls_per_second"] = json!(100);
    document.as_object_mut().unwrap().remove("pauses");
    let found = recommend(&document);
    let p50 = found.plain.row.figures["p50_ms"].clone();
    assert!(
        matches!(p50, hedgerow_sim::experiments::Figure::Number(ms) if (1.4..1.7).contains(&ms)),
        "{p50:?}"
    );
}

#[test]
fn a_recommendation_meets_the_objective_at_the_least_cost_of_all_that_was_tried() {
    let found = recommend(&fleet());
    let number =
        |document: &Value, arm: usize, name: &str| document["arms"][arm]["metrics"][name].as_f64().unwrap();
    assert!(!found.plain.meets && found.best().meets, "{found:#?}");
    let document = found.json();
    assert_eq!(document["arms"].as_array().unwrap().len(), 1 + found.candidates.len());
    // The plain fleet is the first row.
    let best = 1 + found.best;
    assert!(number(&document, best, "within_share") >= 0.99 && number(&document, best, "extra_load") <= 0.1);
    for (at, candidate) in found.candidates.iter().enumerate().filter(|one| one.1.meets) {
        let cost = number(&document, 1 + at, "extra_load");
        assert!(number(&document, best, "extra_load") <= cost + 0.001, "{}", candidate.name);
    }
    let config: Document = serde_json::from_value(document["recommended"]["config"].clone()).unwrap();
    let config = Config::from_document(&config).unwrap();
    assert!(config.class(0, 1).objective.target.is_some());
    assert_eq!(document, recommend(&fleet()).json(), "the same figures again");
}

#[test]
fn an_objective_out_of_reach_is_said_to_be_missed() {
    let mut document = fleet();
    document["objective"]["at_most"] = json!("1ms");
    let found = recommend(&document);
    assert!(found.candidates.iter().all(|candidate| !candidate.meets));
    assert_eq!(found.json()["recommended"]["meets"], false);
}

#[test]
fn a_trace_is_chained_and_changes_no_figure() {
    let case = Case::read(&fleet()).unwrap();
    let mut ignore = |_: &str| {};
    let mut measured = |trace: Tracing| {
        let mut session = Session::new(4, &mut ignore);
        session.trace = trace;
        session.chosen = vec!["netflix".to_owned()];
        let report = run(&case, &mut session).unwrap().json();
        (report, session.trace)
    };
    let (plain, none) = measured(Tracing::Off);
    let (traced, Tracing::Taken(lines)) = measured(Tracing::Wanted) else { panic!("no trace") };
    assert_eq!((plain, none), (traced, Tracing::Off));
    let mut hash = 0;
    let mut starts = 0;
    for (at, line) in lines.lines().enumerate() {
        let record: Value = serde_json::from_str(line).unwrap();
        let (body, _) = line.rsplit_once(",\"h\":").unwrap();
        hash = hash_line(hash, format!("{body}}}").as_bytes());
        assert_eq!(record["h"], format!("{hash:016x}"), "line {at}");
        starts += u32::from(record["e"] == "start");
    }
    assert_eq!(starts, 5000);
}
