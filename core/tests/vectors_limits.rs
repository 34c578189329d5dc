//! The conformance cases of adaptive limits: algorithms, windows and the published figures.

mod case_file;

use case_file::{compare, each_case, number, optional, steps};
use hedgerow::limit::adaptive::{Adaptive, AdaptiveSettings};
use hedgerow::limit::algorithm::{Limit, LimitSettings};
use hedgerow::limit::comparison::min_rtt_gradient;
use hedgerow::limit::window::{Gathered, Window, WindowSettings};
use hedgerow::limit::{
    AimdSettings, Bounds, ExpAverage, Gradient2Settings, Sample, VegasSettings, log10_root,
};
use hedgerow::{Duration, Instant, Stream};
use serde_json::{Value, json};

#[test]
fn every_case_of_adaptive_limits_holds() {
    each_case("10-limits.json", |case| {
        let mut bench = Bench::new(&case["config"]);
        for (index, step, expect) in steps(case) {
            compare(index, expect, &bench.answer(step));
        }
    });
}

/// What the steps of one case act on.
struct Bench {
    config: Value,
    rng: Stream,
    limit: Limit,
    window: Option<Window>,
    average: ExpAverage,
}

impl Bench {
    fn new(config: &Value) -> Self {
        let draws = config["draws_below_500000"].as_array().map_or(&[][..], Vec::as_slice);
        let fraction = |draw: &Value| ((number(draw) << 32).div_ceil(500_000)) as u32;
        let mut rng = match draws {
            [] => Stream::from_fractions(vec![0; 1000]),
            draws => Stream::from_fractions(draws.iter().map(fraction).collect()),
        };
        let algorithm = if config["limit"].is_object() { &config["limit"] } else { config };
        Self {
            limit: Limit::new(settings(algorithm), &mut rng),
            window: config["window"].is_object().then(|| Window::new(window(&config["window"]))),
            average: average(config),
            config: config.clone(),
            rng,
        }
    }

    fn answer(&mut self, step: &Value) -> Value {
        match step["do"].as_str().expect("do") {
            "sample" => self.sample(step),
            "log10_root" => json!({"value": log10_root(number(&step["n"]))}),
            "add" => {
                self.average.add(number(&step["value"]));
                let q16 = self.average.q16();
                json!({"value_q16": q16, "rounded_tenths": (q16 * 10 + 32_768) >> 16})
            }
            "repeat_sample_until_limit" => self.climb(step),
            "step" if step.get("min_rtt").is_some() => {
                let [limit, min_rtt, sample] = ["limit", "min_rtt", "sample"].map(|name| number(&step[name]));
                let (gradient_ppm, limit) = min_rtt_gradient(limit as u32, min_rtt, sample);
                json!({"gradient_ppm": gradient_ppm, "limit": limit})
            }
            "step" => {
                let gradient2 = gradient2(&self.config);
                let (long, short) = (number(&step["long_us"]), number(&step["short_us"]));
                let gradient_ppm = gradient2.gradient_ppm(long << 16, Duration::from_micros(short));
                let estimate_u =
                    gradient2.next(number(&step["limit"]) * 1_000_000, gradient_ppm, gradient2.queue);
                json!({"gradient_ppm": gradient_ppm, "estimate_u": estimate_u})
            }
            "steps_at_ratio_to_rest" => rest(&gradient2(&self.config), number(&step["short_over_long_ppm"])),
            other => panic!("unknown step {other}"),
        }
    }

    fn sample(&mut self, step: &Value) -> Value {
        let sample = Sample {
            rtt: optional(&step["rtt_us"]).map(Duration::from_micros),
            in_flight: number(&step["in_flight"]) as u32,
            dropped: step["dropped"].as_bool().expect("dropped"),
        };
        let word = match &mut self.window {
            None => {
                self.limit.step(sample, &mut self.rng);
                "none"
            }
            Some(window) => match window.add(sample, Instant::from_micros(number(&step["at_us"]))) {
                Gathered::Ignored => "ignored",
                Gathered::Opened => "open",
                Gathered::Held => "held",
                Gathered::Underfull => "underfull",
                Gathered::Closed(sample) => {
                    self.limit.step(sample, &mut self.rng);
                    "closed"
                }
            },
        };
        assert_eq!(self.rng.overdrawn(), 0);
        json!({
            "window": word,
            "limit": self.limit.limit(),
            "estimate_u": self.limit.estimate_u(),
            "rtt0_us": self.limit.rtt0_us(),
            "long_q16": self.limit.long_q16(),
        })
    }

    fn climb(&mut self, step: &Value) -> Value {
        let rtt = Some(Duration::from_micros(number(&step["rtt_us"])));
        assert_eq!(step["in_flight"], "limit");
        let samples = (1..100_000).find(|_| {
            let in_flight = self.limit.limit();
            self.limit.step(Sample { rtt, in_flight, dropped: false }, &mut self.rng);
            u64::from(self.limit.limit()) == number(&step["limit"])
        });
        json!({"samples": samples.expect("the limit is reached")})
    }
}

/// Cases of the average alone name its window as a number.
fn average(config: &Value) -> ExpAverage {
    match (config["window"].as_u64(), config["warmup"].as_u64()) {
        (Some(window), Some(warmup)) => ExpAverage::new(window as u32, warmup as u32),
        _ => ExpAverage::new(1, 1),
    }
}

/// Steps at a fixed ratio until the estimate moves no more.
fn rest(settings: &Gradient2Settings, short_over_long_ppm: u64) -> Value {
    let short = Duration::from_micros(short_over_long_ppm);
    let gradient = settings.gradient_ppm(1_000_000 << 16, short);
    let mut estimate_u = 100_000_000;
    loop {
        let next = settings.next(estimate_u, gradient, settings.queue);
        if next == estimate_u {
            return json!({"limit_rounded": (estimate_u + 500_000) / 1_000_000});
        }
        estimate_u = next;
    }
}

fn micros(config: &Value, name: &str, default: Duration) -> Duration {
    optional(&config[name]).map_or(default, Duration::from_micros)
}

fn bounds(config: &Value, default: Bounds) -> Bounds {
    let or = |name: &str, default: u32| optional(&config[name]).map_or(default, |value| value as u32);
    Bounds {
        initial: or("initial", default.initial),
        min: or("min", default.min),
        max: or("max", default.max),
    }
}

fn gradient2(config: &Value) -> Gradient2Settings {
    let default = Gradient2Settings::DEFAULT;
    let or = |name: &str, default: u32| optional(&config[name]).map_or(default, |value| value as u32);
    Gradient2Settings {
        bounds: bounds(config, default.bounds),
        smoothing_ppm: or("smoothing_ppm", default.smoothing_ppm),
        queue: or("queue", default.queue),
        tolerance_ppm: or("tolerance_ppm", default.tolerance_ppm),
        long_window: or("long_window", default.long_window),
        warmup: or("warmup", default.warmup),
        drop_factor_ppm: or("drop_factor_ppm", default.drop_factor_ppm),
        baseline_cap: micros(config, "baseline_cap_us", default.baseline_cap),
    }
}

fn settings(config: &Value) -> LimitSettings {
    let or = |name: &str, default: u32| optional(&config[name]).map_or(default, |value| value as u32);
    match config["algorithm"].as_str().unwrap_or("fixed") {
        "aimd" => LimitSettings::Aimd(AimdSettings {
            bounds: bounds(config, AimdSettings::DEFAULT.bounds),
            backoff_ppm: or("backoff_ppm", AimdSettings::DEFAULT.backoff_ppm),
            timeout: micros(config, "timeout_us", AimdSettings::DEFAULT.timeout),
        }),
        "vegas" => LimitSettings::Vegas(VegasSettings {
            bounds: bounds(config, VegasSettings::DEFAULT.bounds),
            smoothing_ppm: or("smoothing_ppm", VegasSettings::DEFAULT.smoothing_ppm),
            alpha: or("alpha", VegasSettings::DEFAULT.alpha),
            beta: or("beta", VegasSettings::DEFAULT.beta),
            probe_multiplier: or("probe_multiplier", VegasSettings::DEFAULT.probe_multiplier),
        }),
        "gradient2" => LimitSettings::Gradient2(gradient2(config)),
        "fixed" | "min_rtt_gradient" => LimitSettings::Fixed(or("initial", 20)),
        other => panic!("unknown algorithm {other}"),
    }
}

fn window(config: &Value) -> WindowSettings {
    let default = WindowSettings::DEFAULT;
    WindowSettings {
        min: micros(config, "min_window_us", default.min),
        max: micros(config, "max_window_us", default.max),
        min_samples: optional(&config["min_samples"]).map_or(default.min_samples, |value| value as u32),
        min_rtt: micros(config, "min_rtt_us", default.min_rtt),
    }
}

#[test]
fn a_sample_of_an_older_epoch_changes_nothing() {
    let mut rng = Stream::from_fractions(Vec::new());
    let settings = AdaptiveSettings {
        limit: LimitSettings::Aimd(AimdSettings::DEFAULT),
        window: Some(WindowSettings::DEFAULT),
    };
    let mut adaptive = Adaptive::new(settings, &mut rng);
    let (epoch, at) = (adaptive.epoch(), Instant::from_micros);
    for n in 0..20 {
        adaptive.dropped(20, epoch, &mut rng, at(n));
    }
    adaptive.reset();
    assert_eq!(adaptive.dropped(20, epoch, &mut rng, at(2_000_000)), None);
    let opened = adaptive.dropped(20, adaptive.epoch(), &mut rng, at(2_000_001));
    assert_eq!((opened, adaptive.limit()), (Some(Gathered::Opened), 20));
}
