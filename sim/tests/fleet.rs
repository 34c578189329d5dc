//! A user's own fleet: what is refused, what a recommendation promises, what a trace holds.

use hedgerow::trace::hash_line;
use hedgerow::{Config, config::Document};
use hedgerow_sim::experiments::{Case, Figure, Session, Tracing, run};
use hedgerow_sim::fault::{Fault, Kind, Target, Usual, When};
use hedgerow_sim::fleet::{Fleet, Recommendation};
use hedgerow_sim::sample::Model;
use hedgerow_sim::world::spec::Link;
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
fn faults_sayings_links_and_rates_stand_in_a_document() {
    let mut document = fleet();
    document["servers"]["zones"] = json!(3);
    document["load"] = json!({"rates": [["0s", 2000], ["1s", 6000]], "calls": 5000});
    document["links"] = json!([{"zones": ["a", "c"], "delay": "2ms"}]);
    document["faults"] = json!([
        {"kind": "stall", "server": 3, "from": "200ms"},
        {"kind": "slow_zone", "zone": "b", "from": "100ms", "to": "300ms"},
        {"kind": "packet_loss", "p": 0.001},
        {"kind": "client_pause", "gap": "exp(1s)", "naive_host": true},
        {"kind": "clock_step", "step": "-5ms", "mono_back": true, "from": "1s"},
        {"kind": "partition", "clients": [0], "servers": [1, 2], "from": "10ms", "length": "5ms"},
    ]);
    document["says"] = json!([
        {"target": "3ms", "max": "400ms", "hedges": 4, "renewed": "100ms", "measured": true},
        {"retry_after": "20ms", "share": 0.5},
    ]);
    let spec = read(&document).unwrap().spec;
    assert_eq!(spec.links, [Link { zones: (0, 2), us: 2000 }]);
    let stall = Fault::once(Kind::Stall, Target::Server(3), 200_000, 10_200_000);
    let slow = Fault::once(Kind::Slow { factor_ppm: 10_000_000 }, Target::Zone(1), 100_000, 300_000);
    assert_eq!(spec.faults[0], Fault::server_pauses(Target::EachServer), "those of `pauses` come first");
    assert_eq!(spec.faults[1..3], [stall, slow]);
    let loss = Usual::named("packet_loss").unwrap();
    assert_eq!(
        spec.faults[3],
        Fault { kind: Kind::PacketLoss { ppm: 1000, rto_us: 200_000 }, target: loss.target, when: loss.when }
    );
    let when = When::Random { gap: Model::exp(1e6), length: Model::Const(600_000.0) };
    assert_eq!(
        spec.faults[4],
        Fault { kind: Kind::ClientPause { naive_host: true }, target: Target::EachClient, when }
    );
    assert_eq!(spec.faults[5].kind, Kind::ClockStep { step_us: -5000, mono_back: true });
    assert_eq!(spec.faults[6].when, When::Listed(vec![(10_000, 15_000)]));
    assert_eq!((spec.sayings.len(), spec.sayings[1].share_ppm), (2, 500_000));
    let mut ignore = |_: &str| {};
    let report = read(&document).unwrap().report(&mut Session::new(1, &mut ignore)).unwrap().json();
    assert_eq!(report["arms"][1]["metrics"]["requests"], 4000);
}

#[test]
fn what_a_fault_or_a_saying_cannot_mean_is_refused_by_its_place() {
    let with = |section: &str, value: Value| {
        let mut document = fleet();
        document[section] = json!([value]);
        read(&document).unwrap_err()
    };
    let fault = |value| with("faults", value);
    assert!(
        fault(json!({"kind": "flood"})).starts_with("faults[0].kind: \"flood\", want one of server_pause, ")
    );
    let factor = fault(json!({"kind": "stall", "factor": 2}));
    assert_eq!(factor, "faults[0].factor: 2, this experiment has no such input");
    let loss = fault(json!({"kind": "packet_loss", "p": 0.6}));
    assert_eq!(loss, "faults[0].p_ppm: 600000, want 0..=500000");
    assert_eq!(fault(json!({"kind": "crash", "server": 12})), "faults[0].target: 12, want below 12");
    assert!(
        fault(json!({"kind": "dup", "client": 0})).starts_with("faults[0].target: Client(0), want a target")
    );
    assert!(
        fault(json!({"kind": "stall", "from": "soon"})).starts_with("faults[0].from: \"soon\", want a time")
    );
    let said = with("says", json!({"max_retries": 1, "target": "1ms"}));
    assert_eq!(said, "says[0].target: \"1ms\", this experiment has no such input");
    assert_eq!(with("says", json!({"server": 99, "hedges": 1})), "sayings[0].server: 99, want below 12");
    let both = json!({"calls_per_second": 1, "think": "exp(1ms)"});
    let mut document = fleet();
    document["load"] = both;
    assert_eq!(read(&document).unwrap_err(), "load: want one of calls_per_second, rates and think");
}

#[test]
fn a_fleet_without_arrivals_has_an_empty_report() {
    let mut document = fleet();
    document["load"] = json!({"rates": [["0s", 0]], "calls": 1000});
    let mut ignore = |_: &str| {};
    let report = read(&document).unwrap().report(&mut Session::new(1, &mut ignore)).unwrap().json();
    let figures = &report["arms"][0]["metrics"];
    assert_eq!(figures["requests"], 0);
    for name in ["p50_us", "p99_9_us", "mean_us", "amplification", "goodput_per_s"] {
        assert!(figures[name].is_null() && figures.get(name).is_some(), "{name}: {figures}");
    }
}

#[test]
fn clients_that_think_call_again_when_they_have_been_answered() {
    let mut document = fleet();
    document["load"] = json!({"think": "const(10ms)", "calls": 1000});
    document["clients"] = json!({"count": 5});
    let mut ignore = |_: &str| {};
    let report = read(&document).unwrap().report(&mut Session::new(1, &mut ignore)).unwrap();
    let open = report.of_arm("plain", "open_max").cloned();
    assert!(matches!(open, Some(Figure::Number(open)) if open <= 5.0), "{open:?}");
}

#[test]
fn a_table_of_quantiles_stands_for_a_model() {
    let mut document = fleet();
    document["servers"] = json!({"count": 3, "quantiles": [[0.0, "1ms"], [1.0, "2ms"]]});
    document["load"]["calls_per_second"] = json!(100);
    document.as_object_mut().unwrap().remove("pauses");
    let found = recommend(&document);
    let p50 = found.plain.row.figures["p50_ms"].clone();
    assert!(matches!(p50, Figure::Number(ms) if (1.4..1.7).contains(&ms)), "{p50:?}");
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
fn what_is_fast_and_too_dear_is_tried_with_smaller_budgets() {
    let mut document = fleet();
    document["objective"]["extra_load"] = json!(0.0);
    document["objective"]["quantile"] = json!(0.9999);
    document["search"] =
        json!({"budget_ratios": [0.015], "n": [], "attempt_timeouts": [], "hedge_limits": []});
    let found = recommend(&document);
    let names: Vec<_> = found.candidates.iter().map(|one| one.name.as_str()).collect();
    assert!(names.contains(&"no hedge, budget 0.015"), "the cheapest: {names:?}");
    assert_eq!(names.iter().filter(|name| name.ends_with("budget 0.015")).count(), 2, "{names:?}");
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
