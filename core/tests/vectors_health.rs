//! Runs the conformance cases of health, ejection, breaker, heartbeats and the stall detector.

// Shares and seconds are compared with a tolerance far above any rounding.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "tolerances are far above any rounding"
)]

mod case_file;

use hedgerow::balance::ejection::{Ejection, EjectionSettings, FailurePercentage, SuccessRate};
use hedgerow::balance::health::{Health, HealthSettings};
use hedgerow::balance::{Breaker, BreakerSettings, PhiDetector, PhiSettings};
use hedgerow::stall::{Stall, StallLevel, StallSettings};
use hedgerow::{Duration, Instant};
use serde_json::{Value, json};

#[test]
fn every_case_of_health_and_stall_holds() {
    case_file::each_case("07-health.json", |case| Run::new(&case["config"]).all(case));
}

fn micros(value: &Value) -> Option<Duration> {
    value.as_u64().map(Duration::from_micros)
}

fn at(value: &Value) -> Instant {
    Instant::from_micros(value.as_u64().unwrap())
}

fn number(value: &Value, default: u32) -> u32 {
    value.as_u64().map_or(default, |number| number as u32)
}

fn list(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|item| item.as_u64().unwrap()).collect()
}

/// What lasts from step to step of one case.
struct Run<'a> {
    config: &'a Value,
    ejection: Ejection,
    breaker: Breaker,
    names: Vec<String>,
    stall: Stall,
    now: Instant,
}

impl<'a> Run<'a> {
    fn new(config: &'a Value) -> Self {
        let covered = micros(&config["covered_until_us"]).unwrap_or(Duration::ZERO);
        let start = Instant::ZERO + covered;
        Self {
            config,
            ejection: Ejection::new(ejection_settings(config), Instant::ZERO),
            breaker: Breaker::new(),
            names: Vec::new(),
            stall: Stall::new(stall_settings(config), start),
            now: start,
        }
    }

    fn all(&mut self, case: &Value) {
        let steps = case["steps"].as_array().unwrap();
        let expect = case["expect"].as_array().unwrap();
        assert_eq!(steps.len(), expect.len());
        for (step, want) in steps.iter().zip(expect) {
            println!("  {step}");
            match step["do"].as_str().unwrap() {
                "unhealthy" => assert_eq!(json!(unhealthy(self.config, step)), *want),
                "sweep_success_rate" => {
                    assert_eq!(json!({ "outliers": self.sweep_success_rate(step) }), *want);
                }
                "sweep_failure_percentage" => {
                    assert_eq!(json!({ "outliers": self.sweep_failure_percentage(step) }), *want);
                }
                "eject_again_at_return" => {
                    let times = step["times"].as_u64().unwrap();
                    let mut one = Repeated::new(self.config);
                    let lengths: Vec<_> = (0..times).map(|_| one.eject_and_wait()).collect();
                    assert_eq!(json!(lengths), *want);
                }
                "multiplier" => {
                    let mut one = Repeated::new(self.config);
                    for _ in 0..step["start"].as_u64().unwrap() {
                        one.eject_and_wait();
                    }
                    one.wait(step["healthy_sweeps"].as_u64().unwrap());
                    assert_eq!(json!({ "next_ejection_us": one.eject_and_wait() }), *want);
                }
                "result" => assert_eq!(json!({ "ejected": self.result(step) }), *want),
                "max_ejected" => assert_eq!(json!(max_ejected(step)), *want),
                "eject" => {
                    let position = self.position(step);
                    assert!((0..5).any(|_| self.ejection.on_result(position, false, at(&step["at_us"]))));
                    assert_eq!(self.state(position), *want);
                }
                "query" => {
                    self.ejection.sweep(at(&step["at_us"]));
                    assert_eq!(self.state(0), *want);
                }
                "run_then_stall" => {
                    let from = self.now + micros(&step["run_us"]).unwrap();
                    self.now = from + micros(&step["stall_us"]).unwrap();
                    let level = self.stall.stall(from, self.now);
                    assert_eq!(
                        json!({ "debt_us": self.stall.debt().as_micros(), "level": name(level) }),
                        *want
                    );
                }
                "stall" => {
                    let (from, to) = (at(&step["from_us"]), at(&step["to_us"]));
                    match step["source"].as_str().unwrap() {
                        "late_tick" => self.stall.late_tick(from, to),
                        _ => self.stall.stall(from, to),
                    };
                    self.compare_stall(want);
                }
                "tick" => {
                    self.stall.late_tick(at(&step["due_us"]), at(&step["observed_us"]));
                    self.compare_stall(want);
                }
                "first_suspect_us" => assert_eq!(json!(first_suspect(step)), *want),
                "results" | "allow" | "probe_failed" | "probe_ok" => {
                    assert_eq!(breaker(&mut self.breaker, self.config, step), *want);
                }
                "time_to_trip" => time_to_trip(step["stall_fraction"].as_f64().unwrap(), want),
                unknown => panic!("unknown step {unknown}"),
            }
        }
    }

    fn compare_stall(&self, want: &Value) {
        assert_eq!(json!(self.stall.debt().as_micros()), want["debt_us"]);
        if let Some(level) = want["level"].as_str() {
            assert_eq!(name(self.stall.level()), level);
        }
    }

    fn position(&mut self, step: &Value) -> u32 {
        let name = step["endpoint"].as_str().unwrap();
        let known = self.names.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.ejection.add(self.names.len() as u32 - 1);
            self.names.len() - 1
        }) as u32
    }

    fn state(&self, position: u32) -> Value {
        json!({ "ejected": self.ejection.is_ejected(position), "multiplier": self.ejection.multiplier(position) })
    }

    /// The classes as the client machine tells them: failure, definite answer, or not told at all.
    fn result(&mut self, step: &Value) -> bool {
        let position = self.position(step);
        match step["cls"].as_str().unwrap() {
            "transient" | "timeout" | "not_sent" => self.ejection.on_result(position, false, self.now),
            "ok" | "success" | "fatal" => self.ejection.on_result(position, true, self.now),
            "overloaded" | "refused" => self.ejection.on_overload(position, self.now),
            "cancelled" | "client_pause_timeout" => false,
            unknown => panic!("unknown class {unknown}"),
        }
    }

    fn sweep_success_rate(&self, step: &Value) -> Vec<u32> {
        let default = SuccessRate::default();
        let rule = SuccessRate {
            min_endpoints: number(&self.config["min_endpoints"], default.min_endpoints),
            min_requests: number(&self.config["min_requests"], default.min_requests),
            factor_permille: number(&self.config["factor_permille"], default.factor_permille),
            min_gap_ppm: number(&self.config["min_gap_ppm"], default.min_gap_ppm),
        };
        let settings = EjectionSettings { success_rate: Some(rule), ..sweeps_only() };
        outliers(settings, &list(&step["successes"]), &list(&step["requests"]))
    }

    fn sweep_failure_percentage(&self, step: &Value) -> Vec<u32> {
        let default = FailurePercentage::default();
        let rule = FailurePercentage {
            threshold: number(&self.config["threshold_percent"], default.threshold.into()) as u8,
            min_endpoints: number(&self.config["min_endpoints"], default.min_endpoints),
            min_requests: number(&self.config["min_requests"], default.min_requests),
        };
        let on = self.config["enabled"].as_bool().unwrap_or(true);
        let settings = EjectionSettings { failure_percentage: on.then_some(rule), ..sweeps_only() };
        let requests = list(&step["requests"]);
        let failures = list(&step["failures"]);
        // A case states more failures than requests for an endpoint whose volume is too small to matter.
        let successes: Vec<_> =
            requests.iter().zip(failures).map(|(&all, failed)| all.saturating_sub(failed)).collect();
        outliers(settings, &successes, &requests)
    }
}

fn ejection_settings(config: &Value) -> EjectionSettings {
    let default = EjectionSettings::default();
    EjectionSettings {
        interval: micros(&config["interval_us"]).unwrap_or(default.interval),
        base: micros(&config["base_us"]).unwrap_or(default.base),
        max: micros(&config["max_us"]).unwrap_or(default.max),
        ..default
    }
}

fn stall_settings(config: &Value) -> StallSettings {
    let default = StallSettings::default();
    StallSettings {
        threshold: micros(&config["threshold_us"]).unwrap_or(default.threshold),
        warn: micros(&config["warn_us"]).unwrap_or(default.warn),
        slack: micros(&config["slack_us"]).unwrap_or(default.slack),
        weight: number(&config["weight"], default.weight),
        ..default
    }
}

fn name(level: StallLevel) -> &'static str {
    match level {
        StallLevel::Ok => "ok",
        StallLevel::Warn => "warn",
        StallLevel::Trip => "trip",
    }
}

fn unhealthy(config: &Value, step: &Value) -> bool {
    let default = HealthSettings::default();
    let settings = HealthSettings {
        min_in_flight: number(&config["min_in_flight"], default.min_in_flight),
        window: micros(&config["window_us"]).unwrap_or(default.window),
    };
    let mut health = Health::new();
    for response in list(&step["responses_at"]) {
        health.on_response(Instant::from_micros(response));
    }
    health.is_unhealthy(&settings, number(&step["in_flight"], 0), Instant::ZERO, at(&step["at_us"]))
}

/// Only the tests of a sweep eject, and all outliers may go.
fn sweeps_only() -> EjectionSettings {
    EjectionSettings { consecutive: 0, max_percent: 100, success_rate: None, ..EjectionSettings::default() }
}

fn outliers(settings: EjectionSettings, successes: &[u64], requests: &[u64]) -> Vec<u32> {
    let mut ejection = Ejection::new(settings, Instant::ZERO);
    let positions = 0..requests.len() as u32;
    for (position, (&good, &all)) in positions.clone().zip(successes.iter().zip(requests)) {
        ejection.add(position);
        (0..all).for_each(|i| assert!(!ejection.on_result(position, i < good, Instant::ZERO)));
    }
    let count = ejection.sweep(Instant::ZERO + settings.interval);
    let out: Vec<_> = positions.filter(|&position| ejection.is_ejected(position)).collect();
    assert_eq!(out.len(), count as usize);
    out
}

/// One endpoint that is ejected, observed at each sweep until it returns, and ejected again.
struct Repeated {
    ejection: Ejection,
    interval: Duration,
    now: Instant,
}

impl Repeated {
    fn new(config: &Value) -> Self {
        let settings = EjectionSettings { consecutive: 1, ..ejection_settings(config) };
        let mut ejection = Ejection::new(settings, Instant::ZERO);
        ejection.add(0);
        let mut repeated = Self { ejection, interval: settings.interval, now: Instant::ZERO };
        repeated.wait(1);
        repeated
    }

    fn wait(&mut self, sweeps: u64) {
        for _ in 0..sweeps {
            self.now = self.now + self.interval;
            self.ejection.sweep(self.now);
        }
    }

    fn eject_and_wait(&mut self) -> u64 {
        let ejected_at = self.now;
        assert!(self.ejection.on_result(0, false, self.now));
        while self.ejection.is_ejected(0) {
            self.wait(1);
        }
        self.now.since(ejected_at).as_micros()
    }
}

fn max_ejected(step: &Value) -> u32 {
    let max_percent = number(&step["percent"], 10) as u8;
    let settings = EjectionSettings { consecutive: 1, max_percent, ..EjectionSettings::default() };
    let mut ejection = Ejection::new(settings, Instant::ZERO);
    let endpoints = number(&step["endpoints"], 0);
    (0..endpoints).for_each(|position| ejection.add(position));
    (0..endpoints).filter(|&position| ejection.on_result(position, false, Instant::ZERO)).count() as u32
}

/// Bisects for the first microsecond of silence that is too long; each question is put to a detector of its own.
fn first_suspect(step: &Value) -> u64 {
    let settings = PhiSettings {
        threshold_milli: number(&step["threshold_milli"], 0),
        initial_mean: micros(&step["mean_us"]).unwrap(),
    };
    let suspects = |silence: u64| {
        let mut detector = PhiDetector::new(settings).unwrap();
        detector.add(0, Instant::ZERO);
        detector.suspect(0, Instant::from_micros(silence))
    };
    let (mut below, mut at_least) = (0, 1 << 40);
    while at_least - below > 1 {
        let middle = u64::midpoint(below, at_least);
        if suspects(middle) { at_least = middle } else { below = middle }
    }
    at_least
}

fn breaker(breaker: &mut Breaker, config: &Value, step: &Value) -> Value {
    let settings = BreakerSettings {
        window: micros(&config["window_us"]).unwrap(),
        min_requests: number(&config["min_requests"], 0),
        failure_ppm: number(&config["failure_ppm"], 0),
        sleep: micros(&config["sleep_us"]).unwrap(),
    };
    assert_eq!(config["buckets"], 10, "the window is kept in ten");
    let now = at(&step["at_us"]);
    match step["do"].as_str().unwrap() {
        "allow" => {
            let allowed = breaker.allows(now);
            if allowed {
                breaker.on_sent(now);
            }
            return json!(allowed);
        }
        "results" => {
            for (success, results) in [(true, &step["ok"]), (false, &step["failed"])] {
                for _ in 0..number(results, 0) {
                    breaker.on_result(&settings, success, now);
                }
            }
        }
        probe => breaker.on_probe(&settings, Some(probe == "probe_ok"), now),
    }
    json!(if breaker.is_closed() { "closed" } else { "open" })
}

/// Short cycles, stalled for the given share; the answer is exact to one cycle.
///
/// Long ones trip at the peak of a pause, early by many cycles when the debt drifts slowly.
fn time_to_trip(share: f64, want: &Value) {
    let cycle = Duration::from_millis(10);
    let stalled = Duration::from_micros((share * 1e4) as u64);
    let mut stall = Stall::new(StallSettings::default(), Instant::ZERO);
    let mut now = Instant::ZERO;
    let tripped = (0..200_000).find_map(|_| {
        let from = now + (cycle - stalled);
        now = now + cycle;
        (stall.stall(from, now) == StallLevel::Trip).then(|| now.as_micros() as f64 / 1e6)
    });
    match (tripped, want.as_f64()) {
        (Some(got), Some(want)) => {
            assert!((got - want).abs() <= 0.1 + 0.01, "got {got}, want {want}");
        }
        (got, want) => assert_eq!(got, want),
    }
}
