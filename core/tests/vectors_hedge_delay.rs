//! The conformance cases of the hedge delay, the gate's time test and the coin.

mod case_file;

use case_file::{compare, each_case, number, optional, steps};
use hedgerow::{DelayInput, DelaySettings, Duration, Strategy, hedge::delay::is_in_time};
use serde_json::{Value, json};

#[test]
fn every_case_of_the_hedge_delay_holds() {
    each_case("04-hedge-delay.json", |case| {
        for (index, step, expect) in steps(case) {
            let micros = |name: &str| optional(&step[name]).map(Duration::from_micros);
            let answer = match step["do"].as_str().expect("do") {
                "delay" => delay(step),
                "gate_time" => {
                    let [elapsed, average, max] = ["elapsed", "avg", "max"].map(|name| micros(name).unwrap());
                    json!({"allowed": is_in_time(elapsed, average, max)})
                }
                "single_r_q" => coin(step),
                other => panic!("unknown step {other}"),
            };
            compare(index, expect, &answer);
        }
    });
}

fn settings(step: &Value) -> DelaySettings {
    let number_or = |name: &str, default| optional(&step[name]).unwrap_or(default);
    DelaySettings {
        strategy: match step["strategy"].as_str().unwrap_or("slo") {
            "off" => Strategy::Off,
            "fixed" => Strategy::Fixed,
            "quantile" => Strategy::Quantile,
            "single_r" => Strategy::SingleR,
            "slo" => Strategy::Slo,
            other => panic!("unknown strategy {other}"),
        },
        delay: optional(&step["fixed"]).map(Duration::from_micros),
        min_delay: Duration::from_micros(number_or("min_delay", 0)),
        budget_fraction_ppm: number_or("budget_ppm", 50_000) as u32,
        min_samples: number_or("min_samples", 10) as u32,
        miss_ratio_ppm: number_or("miss_ppm", 950_000) as u32,
    }
}

fn delay(step: &Value) -> Value {
    let settings = settings(step);
    let samples = number(&step["samples"]) as u32;
    let target = optional(&step["target"]).map(Duration::from_micros);
    // Cases write an empty window as a quantile of 0; a quantile that is not asked must not matter.
    let asked = settings.needs_quantile(target, samples);
    let quantile = optional(&step["q"]).filter(|&q| q > 0 && asked).map(Duration::from_micros);
    let average = Duration::from_micros(number(&step["avg"]));
    match settings.delay(DelayInput { target, average, samples, quantile }) {
        Ok(delay) => json!({"delay": delay.as_micros(), "reason": null}),
        Err(reason) => json!({"delay": null, "reason": reason.slug()}),
    }
}

/// The coin of a class that has enough samples and a target.
fn coin(step: &Value) -> Value {
    let settings = DelaySettings { strategy: Strategy::SingleR, ..settings(step) };
    let target = Some(Duration::from_millis(10));
    let coin = settings.coin(target, settings.min_samples, number(&step["samples"]), number(&step["above"]));
    json!({"p_q32": coin})
}
