//! The conformance cases of the average and the histogram.

mod case_file;

use case_file::{compare, each_case, number, optional, steps};
use hedgerow::{Bucket, Duration, Ewma, Histogram, Instant};
use serde_json::{Value, json};

/// Both estimators of one case; the cases feed them apart.
struct Sut {
    average: Ewma,
    window: Histogram,
    clamp: Duration,
}

#[test]
fn every_case_of_the_estimators_holds() {
    each_case("04-estimators.json", |case| {
        let mut sut = Sut::new(&case["config"]);
        for (index, step, expect) in steps(case) {
            compare(index, expect, &sut.answer(step));
        }
    });
}

impl Sut {
    fn new(config: &Value) -> Self {
        let setting = |name: &str, default| Duration::from_micros(optional(&config[name]).unwrap_or(default));
        assert_eq!(optional(&config["alpha_shift"]).unwrap_or(5), 5, "the weight is fixed");
        let refresh_every = optional(&config["refresh_every"]).unwrap_or(64) as u32;
        Self {
            average: Ewma::new(setting("idle_reset_us", 60_000_000)),
            window: Histogram::new(setting("half_us", 10_000_000), refresh_every),
            clamp: setting("target", u64::MAX),
        }
    }

    fn answer(&mut self, step: &Value) -> Value {
        let now = Instant::from_micros(optional(&step["at_us"]).unwrap_or(0));
        let micros = |name: &str| Duration::from_micros(number(&step[name]));
        match step["do"].as_str().expect("do") {
            "success" => {
                for _ in 0..optional(&step["repeat"]).unwrap_or(1) {
                    self.average.sample(micros("latency_us").min(self.clamp), now);
                }
                self.learned(now)
            }
            "bound" => {
                self.average.bound(micros("elapsed_us").min(self.clamp), now);
                self.learned(now)
            }
            "target" => {
                self.clamp = micros("target");
                self.learned(now)
            }
            "bucket" => {
                let bucket = Bucket::of(micros("v"));
                json!({
                    "index": bucket.index(),
                    "low": bucket.low().as_micros(),
                    "high": bucket.high().as_micros(),
                })
            }
            "record" => {
                for _ in 0..number(&step["n"]) {
                    self.window.record(micros("v"), now);
                }
                Value::Null
            }
            "quantile" => self.quantile(number(&step["ppm"]) as u32, now),
            other => panic!("unknown step {other}"),
        }
    }

    fn learned(&self, now: Instant) -> Value {
        json!({
            "state_q16": self.average.state_q16(),
            "avg": self.average.average(now).as_micros(),
            "count": self.average.count(now),
        })
    }

    fn quantile(&mut self, ppm: u32, now: Instant) -> Value {
        let bucket = self.window.cached_quantile(ppm, now);
        json!({
            "samples": self.window.samples(now),
            "upper": bucket.map(|bucket| bucket.high().as_micros()),
            "middle": bucket.map(|bucket| bucket.middle().as_micros()),
        })
    }
}
