//! The published figures of hedging, recomputed from their closed forms; the coin and the draws are the crate's own.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "closed forms are in floats; the crate is not"
)]

mod case_file;

use case_file::{each_case, number, steps};
use hedgerow::{DelaySettings, Duration, Seed, Strategy, Stream};
use serde_json::{Value, json};

#[test]
fn every_case_of_hedging_theory_holds() {
    each_case("04-hedge-theory.json", |case| {
        let tolerance = case["tolerance"].as_f64().expect("tolerance");
        for (index, step, expect) in steps(case) {
            let answer = match step["do"].as_str().expect("do") {
                "analytic" => analytic(step, &case["config"]),
                "simulate" => simulate_fan_out(step, &case["config"]),
                other => panic!("unknown step {other}"),
            };
            for (name, want) in expect.as_object().expect("expectation") {
                let bands = step["do"] == "simulate";
                assert!(
                    close(want, &answer[name], tolerance, bands),
                    "step {index}, {name}: {} for {want}",
                    answer[name]
                );
            }
        }
    });
}

/// Within the relative tolerance, number by number; in a simulated step a pair is a band.
fn close(want: &Value, got: &Value, tolerance: f64, bands: bool) -> bool {
    match (want, got) {
        (Value::Array(band), Value::Number(got)) if bands => {
            let got = got.as_f64().unwrap();
            band[0].as_f64().unwrap() <= got && got <= band[1].as_f64().unwrap()
        }
        (Value::Array(want), Value::Array(got)) => {
            want.len() == got.len()
                && want.iter().zip(got).all(|(want, got)| close(want, got, tolerance, bands))
        }
        _ => {
            let (want, got) = (want.as_f64().unwrap(), got.as_f64().unwrap_or(f64::NAN));
            (got - want).abs() <= tolerance * want.abs()
        }
    }
}

fn analytic(step: &Value, config: &Value) -> Value {
    if let Some(p) = step["p"].as_f64() {
        return two_points(p);
    }
    if step["latency"] == "Exp(1)" {
        return single_r_versus_single_d(
            step["percentile"].as_f64().unwrap(),
            step["budget"].as_f64().unwrap(),
        );
    }
    match step["what"].as_str().expect("what") {
        "fan-out quantile [p, no hedge ms, hedge ms]" => fan_out_rows(config),
        "extra requests" => json!({"value": Curve::new(config).survival(float(&config["hedge_at_ms"]))}),
        power => {
            let (base, exponent) =
                power.strip_prefix("1-").and_then(|rest| rest.split_once('^')).expect("a known closed form");
            json!({"value": 1.0 - base.parse::<f64>().unwrap().powf(exponent.parse().unwrap())})
        }
    }
}

/// Fast 1 ms, slow 100 ms with probability `p`, one hedge after 9 ms to another server.
fn two_points(p: f64) -> Value {
    let (fast, slow, hedge_at) = (1.0, 100.0, 9.0);
    json!({
        "unhedged_mean": (1.0 - p) * fast + p * slow,
        "hedged_mean": (1.0 - p) * fast + p * (1.0 - p) * (hedge_at + fast) + p * p * slow,
        "p_slow": p * p,
        "extra": p,
    })
}

/// The percentile of Exp(1) alone, with a hedge after the delay that spends the budget, and with the best coin.
fn single_r_versus_single_d(percentile: f64, budget: f64) -> Value {
    let base = -(1.0 - percentile).ln();
    let delay = -budget.ln();
    let single_d = if base > delay { f64::midpoint(base, delay) } else { base };
    let best = (0..=4000).map(|part| delay * f64::from(part) / 4000.0).map(|delay| {
        let q = coin(budget, (-delay).exp());
        bisect(0.0, base, |t| {
            let hedged = if t > delay { 1.0 - q * (1.0 - (delay - t).exp()) } else { 1.0 };
            (-t).exp() * hedged <= 1.0 - percentile
        })
    });
    json!({"base": base, "single_d": single_d, "single_r": best.fold(base, f64::min)})
}

/// The crate's coin for a share `above` of a window of a million, as a probability.
fn coin(budget: f64, above: f64) -> f64 {
    let ppm = |share: f64| (share * 1e6).round() as u32;
    let settings = DelaySettings {
        strategy: Strategy::SingleR,
        delay: None,
        min_delay: Duration::ZERO,
        budget_fraction_ppm: ppm(budget),
        min_samples: 1,
        miss_ratio_ppm: 950_000,
    };
    let threshold = settings.coin(Some(Duration::from_secs(1)), 1, 1_000_000, u64::from(ppm(above)));
    threshold.expect("a coin is drawn") as f64 / 4_294_967_296.0
}

/// A survival curve of power laws, each from its lower bound up.
struct Curve(Vec<Piece>);

/// `factor × (t / scale)^−exponent` from `from` up.
struct Piece {
    from: f64,
    factor: f64,
    scale: f64,
    exponent: f64,
}

impl Curve {
    fn new(config: &Value) -> Self {
        Self(config["curve"].as_array().expect("curve").iter().map(Piece::new).collect())
    }

    /// P(latency > t).
    fn survival(&self, t: f64) -> f64 {
        self.0
            .iter()
            .rev()
            .find(|piece| t >= piece.from)
            .map_or(1.0, |piece| piece.factor * (t / piece.scale).powf(-piece.exponent))
    }

    /// The latency that a share `s` exceeds.
    fn latency(&self, s: f64) -> f64 {
        let piece = self
            .0
            .iter()
            .rev()
            .find(|piece| s <= piece.factor * (piece.from / piece.scale).powf(-piece.exponent));
        let piece = piece.unwrap_or(&self.0[0]);
        piece.scale * (s / piece.factor).powf(-1.0 / piece.exponent)
    }
}

impl Piece {
    /// Reads `["10<=t<=74", "0.02*(t/10)^-1.552957"]`.
    fn new(row: &Value) -> Self {
        let (range, law) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
        let from = range.strip_prefix("t>=").or_else(|| range.split("<=").next()).unwrap();
        let (value, exponent) = law.split_once("^-").expect("a power law");
        let (factor, variable) = value.split_once('*').unwrap_or(("1", value));
        let scale = variable.trim_matches(['(', ')']).strip_prefix("t/").unwrap_or("1");
        let [from, factor, scale, exponent] =
            [from, factor, scale, exponent].map(|text| text.parse().unwrap());
        Self { from, factor, scale, exponent }
    }
}

/// Quantiles of the slowest of all keys, alone and with a second request after the delay.
fn fan_out_rows(config: &Value) -> Value {
    let (curve, keys, hedge_at) = (Curve::new(config), float(&config["keys"]), float(&config["hedge_at_ms"]));
    let rows = [0.5, 0.95, 0.99, 0.999].map(|p: f64| {
        let one_key = 1.0 - p.powf(1.0 / keys);
        let alone = bisect(1.0, 1e6, |t| curve.survival(t) <= one_key);
        let hedged = bisect(1.0, 1e6, |t| {
            let second = if t > hedge_at { curve.survival(t - hedge_at) } else { 1.0 };
            curve.survival(t) * second <= one_key
        });
        [p, alone, hedged]
    });
    json!({"rows": rows})
}

/// Draws fan-outs key by key; keys that answer before the delay are skipped by a geometric step, exact in distribution.
fn simulate_fan_out(step: &Value, config: &Value) -> Value {
    let (curve, keys, hedge_at) =
        (Curve::new(config), number(&config["keys"]), float(&config["hedge_at_ms"]));
    let mut stream = Stream::derive_raw(&Seed::new([1; 32]), 64);
    let fan_outs = number(&step["fanouts"]);
    let slow = curve.survival(hedge_at);
    let (mut alone, mut hedged, mut extra) = (Vec::new(), Vec::new(), 0_u64);
    for _ in 0..fan_outs {
        let (mut worst_alone, mut worst_hedged) = (hedge_at, hedge_at);
        let mut key = skipped(&mut stream, slow);
        while key < keys {
            let first = curve.latency(slow * share(&mut stream));
            let second = hedge_at + curve.latency(share(&mut stream));
            worst_alone = first.max(worst_alone);
            worst_hedged = first.min(second).max(worst_hedged);
            extra += 1;
            key += 1 + skipped(&mut stream, slow);
        }
        alone.push(worst_alone);
        hedged.push(worst_hedged);
    }
    json!({
        "no_hedge": quantile(alone, 0.999),
        "hedge": quantile(hedged, 0.999),
        "extra": extra as f64 / (fan_outs * keys) as f64,
    })
}

/// How many trials of probability `p` fail before the first success.
fn skipped(stream: &mut Stream, p: f64) -> u64 {
    (share(stream).ln() / (-p).ln_1p()) as u64
}

/// A number in (0, 1].
fn share(stream: &mut Stream) -> f64 {
    ((stream.u64() >> 11) + 1) as f64 / 9_007_199_254_740_992.0
}

fn quantile(mut values: Vec<f64>, p: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() as f64 * p).ceil() as usize - 1]
}

fn float(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

/// The least value in `low..high` for which a monotone condition holds.
fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
