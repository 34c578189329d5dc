//! Runs the conformance cases of weighted choice through the public picker.

// Shares are compared with a tolerance far above any rounding.
#![allow(clippy::cast_precision_loss, reason = "tolerances are far above any rounding")]

mod case_file;

use hedgerow::balance::choice::{BalancePolicy, BalanceSettings};
use hedgerow::balance::health::HealthSettings;
use hedgerow::balance::hot_cold::uses_ppm;
use hedgerow::balance::peak::decay;
use hedgerow::balance::score::{Factors, Weights};
use hedgerow::balance::{Host, Pick, Picker, Place};
use hedgerow::balance::{LoadReport, ReportPool};
use hedgerow::rng::Stream;
use hedgerow::{Duration, EndpointId, Instant, Seed};
use serde_json::{Value, json};

const NOW: Instant = Instant::from_micros(1_000_000_000_000);
/// More draws than any tie shuffle of a case needs; the greatest value leaves each entry where it is.
const NO_SHUFFLE: usize = 64;

#[test]
fn every_case_of_weighted_choice_holds() {
    case_file::each_case("06-choice.json", run);
}

fn run(case: &Value) {
    let config = &case["config"];
    let steps = case["steps"].as_array().unwrap();
    let expect = case["expect"].as_array().unwrap();
    let mut kept = None;
    for (step, want) in steps.iter().zip(expect) {
        println!("  {step}");
        match step["do"].as_str().unwrap() {
            "score" => assert_eq!(score(step), want.as_u64().unwrap()),
            "plan" => plan(config, step, want),
            "candidates" => candidates(kept.get_or_insert_with(|| sampler(config)), step, want),
            "order" => order(step, want),
            "starting" => assert_eq!(starting(step), want.as_bool().unwrap()),
            "starting_share" => near(starting_share(config), want["share"].as_f64().unwrap(), 0.02),
            "pick" => pick(kept.get_or_insert_with(|| least_request_of(config)), step, want),
            "share" => near(busy_share(step), want.as_f64().unwrap(), 0.01),
            "hot_cold" => assert_eq!(json!(hot_cold(step)), *want),
            "reuse" => reuse(step, want),
            "decay" => decayed(config, step, want),
            unknown => panic!("unknown step {unknown}"),
        }
    }
    assert!(expect.len() >= steps.len());
    for last in &expect[steps.len()..] {
        let (picker, ids) = kept.as_ref().expect("a final expectation needs a kept picker");
        let in_flight: Vec<_> = ids.iter().map(|&id| picker.in_flight(id)).collect();
        assert_eq!(json!({ "final_in_flight": in_flight }), *last);
    }
}

fn near(got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance, "got {got}, want {want}");
}

fn number(value: &Value, default: u64) -> u64 {
    value.as_u64().unwrap_or(default)
}

fn picker(settings: BalanceSettings, place: Place) -> Picker {
    Picker::new(settings, HealthSettings::default(), place, &Seed::new([6; 32]))
}

fn place(zone: &Value) -> Place {
    zone.as_str().map_or_else(Place::default, Place::zone)
}

/// The smallest fraction that a draw below `bound` answers with `value`.
fn fraction(value: u64, bound: u64) -> u32 {
    assert!(value < bound);
    ((value << 32).div_ceil(bound)) as u32
}

fn script(draws: &Value) -> Vec<u32> {
    let draws = draws.as_array().into_iter().flatten();
    draws.map(|draw| fraction(draw["value"].as_u64().unwrap(), draw["bound"].as_u64().unwrap())).collect()
}

fn score(step: &Value) -> u64 {
    let bits = step["applies"].as_array().unwrap().iter().map(|name| match name.as_str().unwrap() {
        "other_zone" => Factors::OTHER_ZONE,
        "nonrep" => Factors::NON_REPLICA,
        "starting" => Factors::STARTING,
        "unhealthy" => Factors::UNHEALTHY,
        "region" => Factors::OTHER_REGION,
        unknown => panic!("unknown factor {unknown}"),
    });
    let applies = Factors(bits.fold(0, |all, bit| all | bit));
    Weights::default().score(number(&step["in_flight"], 0) as u32, applies, number(&step["factor"], 1) as u32)
}

fn plan(config: &Value, step: &Value, want: &Value) {
    let mut picker = picker(BalanceSettings::default(), place(&config["zone"]));
    let candidates = step["candidates"].as_array().unwrap();
    let mut replicas = Vec::new();
    let mut names = Vec::new();
    for candidate in candidates {
        let factor = number(&candidate["factor"], 1) as u32;
        let id = picker.add(Host { factor, ..Host::new(place(&candidate["zone"])) }).unwrap();
        (0..number(&candidate["in_flight"], 0)).for_each(|_| assert!(picker.on_sent(id)));
        if number(&candidate["unhealthy"], 0) == 0 {
            // Two fresh responses: busy, but not silent.
            assert!(picker.on_response(id, NOW) && picker.on_response(id, NOW));
        } else if number(&candidate["in_flight"], 0) < 10 {
            picker.set_ejected(id, true);
        }
        if candidate["replica"].as_bool().unwrap_or(true) {
            replicas.push(id);
        }
        names.push((id, candidate["id"].as_str().unwrap()));
    }
    let name = |id| names.iter().find(|&&(known, _)| known == id).unwrap().1;
    let entries = picker.pick(&replicas, NOW);
    let groups: Vec<Vec<&str>> = entries
        .chunk_by(|a, b| a.score == b.score)
        .map(|run| {
            let mut group: Vec<_> = run.iter().map(|entry| name(entry.endpoint)).collect();
            group.sort_unstable_by_key(|name| names.iter().position(|&(_, known)| known == *name));
            group
        })
        .collect();
    let scores: serde_json::Map<_, _> =
        entries.iter().map(|entry| (name(entry.endpoint).to_owned(), json!(entry.score))).collect();
    assert_eq!(json!({ "groups": groups, "scores": scores }), *want);
}

type Kept = (Picker, Vec<EndpointId>);

fn sampler(config: &Value) -> Kept {
    let n = config["n"].as_u64().unwrap() as u8;
    let mut picker = picker(BalanceSettings { n, ..BalanceSettings::default() }, Place::default());
    let endpoints = config["endpoints"].as_u64().unwrap();
    let ids: Vec<_> = (0..endpoints).map(|_| picker.add(Host::new(Place::default())).unwrap()).collect();
    if let Some(start) = config["permutation_at_start"].as_array() {
        let start: Vec<_> = start.iter().map(|value| value.as_u64().unwrap() as u32).collect();
        assert_eq!(picker.permutation(), start);
    }
    (picker, ids)
}

fn candidates((picker, ids): &mut Kept, step: &Value, want: &Value) {
    let replicas: Vec<_> =
        step["replicas"].as_array().unwrap().iter().map(|value| value.as_u64().unwrap()).collect();
    let mut draws = script(&step["draws"]);
    draws.extend([u32::MAX; NO_SHUFFLE]);
    let scripted = draws.len();
    *picker.draws() = Stream::from_fractions(draws);
    let replica_ids: Vec<_> = replicas.iter().map(|&position| ids[position as usize]).collect();
    let entries: Vec<Pick> = picker.pick(&replica_ids, NOW).to_vec();
    let positions: Vec<_> =
        entries.iter().map(|entry| ids.iter().position(|&id| id == entry.endpoint).unwrap()).collect();
    let for_ties: usize = entries.chunk_by(|a, b| a.score == b.score).map(|run| run.len() - 1).sum();
    let used = scripted - picker.draws().remaining() - for_ties;
    assert_eq!(picker.draws().overdrawn(), 0);
    let mut got = json!({ "candidates": positions, "draws_used": used });
    if want["permutation"].is_array() {
        got["permutation"] = json!(picker.permutation());
    }
    assert_eq!(got, *want);
}

fn order(step: &Value, want: &Value) {
    let mut picker = picker(BalanceSettings { n: 64, ..BalanceSettings::default() }, Place::default());
    let scores = step["scores"].as_array().unwrap();
    let mut names = Vec::new();
    for pair in scores {
        let id = picker.add(Host::new(Place::default())).unwrap();
        (1..pair[1].as_u64().unwrap()).for_each(|_| assert!(picker.on_sent(id)));
        assert!(picker.on_response(id, NOW) && picker.on_response(id, NOW));
        names.push((id, pair[0].as_str().unwrap()));
    }
    let replicas: Vec<_> = names.iter().map(|&(id, _)| id).collect();
    *picker.draws() = Stream::from_fractions(script(&step["draws"]));
    let entries = picker.pick(&replicas, NOW);
    let plan: Vec<_> =
        entries.iter().map(|entry| names.iter().find(|&&(id, _)| id == entry.endpoint).unwrap().1).collect();
    assert_eq!(json!({ "plan": plan }), *want);
    assert_eq!((picker.draws().overdrawn(), picker.draws().remaining()), (0, 0));
}

fn one_starting(window: u64, age: u64) -> Picker {
    let settings = BalanceSettings {
        start_min: Duration::from_micros(window),
        start_spread: Duration::ZERO,
        ..BalanceSettings::default()
    };
    let mut picker = picker(settings, Place::default());
    assert_eq!(picker.start_window(), Duration::from_micros(window));
    let up_since = Some(NOW - Duration::from_micros(age));
    picker.add(Host { up_since, ..Host::new(Place::default()) }).unwrap();
    picker
}

fn starting(step: &Value) -> bool {
    let mut picker = one_starting(step["window_us"].as_u64().unwrap(), step["age_us"].as_u64().unwrap());
    let draws = if step["draw"].is_null() { json!([]) } else { json!([step["draw"]]) };
    *picker.draws() = Stream::from_fractions(script(&draws));
    let starting = picker.pick(&[], NOW)[0].factors.has(Factors::STARTING);
    assert_eq!((picker.draws().overdrawn(), picker.draws().remaining()), (0, 0));
    starting
}

fn starting_share(config: &Value) -> f64 {
    let draws = config["draws"].as_u64().unwrap();
    let mut picker = one_starting(config["window_us"].as_u64().unwrap(), config["age_us"].as_u64().unwrap());
    let starting = (0..draws).filter(|_| picker.pick(&[], NOW)[0].factors.has(Factors::STARTING)).count();
    starting as f64 / draws as f64
}

fn least_request(choices: &Value, replacement: &Value, endpoints: &Value) -> Kept {
    let settings = BalanceSettings {
        policy: BalancePolicy::LeastRequest,
        choices: choices.as_u64().unwrap() as u8,
        replacement: replacement.as_bool().unwrap(),
        ..BalanceSettings::default()
    };
    let mut picker = picker(settings, Place::default());
    let endpoints = endpoints.as_u64().unwrap();
    let ids = (0..endpoints).map(|_| picker.add(Host::new(Place::default())).unwrap()).collect();
    (picker, ids)
}

fn least_request_of(config: &Value) -> Kept {
    assert_eq!(config["policy"], "least_request");
    least_request(&config["choices"], &config["replacement"], &config["endpoints"])
}

fn pick((picker, ids): &mut Kept, step: &Value, want: &Value) {
    let endpoints = ids.len() as u64;
    let raw = step["draws"].as_array().unwrap().iter().map(|draw| draw.as_u64().unwrap() % endpoints);
    *picker.draws() = Stream::from_fractions(raw.map(|value| fraction(value, endpoints)).collect());
    let chosen = picker.pick(&[], NOW)[0].endpoint;
    assert_eq!((picker.draws().overdrawn(), picker.draws().remaining()), (0, 0));
    assert!(picker.on_sent(chosen));
    assert_eq!(json!(ids.iter().position(|&id| id == chosen)), *want);
}

fn busy_share(step: &Value) -> f64 {
    const PICKS: u32 = 100_000;
    let (mut picker, ids) = least_request(&step["choices"], &step["replacement"], &step["n"]);
    assert!(picker.on_sent(ids[0]));
    let busy = (0..PICKS).filter(|_| picker.pick(&[], NOW)[0].endpoint == ids[0]).count();
    busy as f64 / f64::from(PICKS)
}

fn hot_cold(step: &Value) -> String {
    let mut pool = ReportPool::new(step["q_ppm"].as_u64().unwrap() as u32, 1);
    let entries = step["pool"].as_array().unwrap();
    for (position, entry) in (0..).zip(entries) {
        let in_flight = entry[1].as_u64().unwrap() as u32;
        let latency = Duration::from_micros(entry[2].as_u64().unwrap());
        pool.on_report(LoadReport { position, in_flight, latency, at: NOW });
    }
    let chosen = pool.choose(NOW).unwrap();
    entries[chosen as usize][0].as_str().unwrap().to_owned()
}

fn reuse(step: &Value, want: &Value) {
    let field = |name: &str| step[name].as_u64().unwrap() as u32;
    let million = 1_000_000;
    let uses =
        uses_ppm(field("pool"), field("endpoints"), field("probes") * million, field("remove") * million);
    match uses {
        Some(ppm) => near(ppm as f64 / 1e6, want.as_f64().unwrap(), 1e-5),
        None => assert_eq!(*want, "config_error"),
    }
}

fn decayed(config: &Value, step: &Value, want: &Value) {
    let micros = |value: &Value| Duration::from_micros(value.as_u64().unwrap());
    let weight = decay(micros(&step["dt_us"]), micros(&config["half_life_us"]));
    assert_eq!(json!(weight), want["q32"]);
    near(weight as f64 / (1_u64 << 32) as f64, want["real"].as_f64().unwrap(), 2e-5);
}
