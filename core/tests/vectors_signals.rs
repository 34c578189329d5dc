//! Runs every case of `tests/vectors/03-signals.json`.

mod case_file;

use hedgerow::Limiter;
use hedgerow::{
    Duration, Instant, Reason,
    rng::Stream,
    signal::{
        header::{Breadth, SloField},
        map::{Entry, Records},
        merge::{Effective, Field, Guard, Scope, SignalSettings, Signals},
        meter::{Meter, MeterSettings},
        record::Record,
    },
};
use serde_json::{Map, Value, json};

fn micros(value: &Value, default: Duration) -> Duration {
    value.as_u64().map_or(default, Duration::from_micros)
}

fn count(value: &Value, default: u32) -> u32 {
    value.as_u64().map_or(default, |count| u32::try_from(count).unwrap())
}

fn guard(config: &Value) -> Guard {
    let (given, default) = (&config["guards"], Guard::default());
    Guard {
        min_target: micros(&given["min_target"], default.min_target),
        max_max: micros(&given["max_max"], default.max_max),
        max_calls: count(&given["max_calls"], default.max_calls),
        max_hedges: count(&given["max_hedges"], default.max_hedges),
        ttl_min: micros(&given["ttl_min"], default.ttl_min),
        ttl_max: micros(&given["ttl_max"], default.ttl_max),
    }
}

/// Everything the steps of one case act on.
struct Bench {
    signals: Signals,
    configured: Effective,
    names: Vec<String>,
    draws: Stream,
    meter: Meter,
    target: Duration,
    max: Duration,
    compute: Option<u32>,
    storage: Option<u32>,
    /// The concurrency gate: slots, and the limit they are compared with.
    slots: Limiter,
    limit: u32,
}

impl Bench {
    fn new(case: &Value) -> Self {
        let config = &case["config"];
        let default = SignalSettings::default();
        let settings = SignalSettings {
            refresh: micros(&config["refresh_us"], default.refresh),
            ttl: micros(&config["ttl_us"], default.ttl),
            guard: guard(config),
            ..default
        };
        let given = &config["defaults"];
        let draws = config["draws_q32"].as_array().cloned().unwrap_or_default();
        Self {
            signals: Signals::new(settings),
            configured: Effective {
                target: Some(micros(&given["target"], Duration::from_micros(10_000))),
                max: micros(&given["max"], Duration::from_micros(500_000)),
                calls: count(&given["calls"], 1000),
                hedges: count(&given["hedges"], 50),
            },
            names: Vec::new(),
            meter: Meter::new(MeterSettings {
                window: micros(&config["window_us"], Duration::from_secs(10)),
                min_samples: count(&config["min_samples"], 20),
            }),
            target: micros(&config["target"], Duration::from_micros(10_000)),
            max: micros(&config["max"], Duration::from_micros(500_000)),
            slots: Limiter::new(),
            limit: 0,
            compute: config["compute"].as_u64().map(|points| points as u32),
            storage: config["storage"].as_u64().map(|points| points as u32),
            draws: Stream::from_fractions(draws.iter().map(|draw| count(draw, 0)).collect()),
        }
    }

    fn number(&mut self, name: &Value) -> Option<u32> {
        let name = name.as_str().unwrap();
        if name == "*" {
            return None;
        }
        let known = self.names.iter().position(|known| known == name);
        Some(known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        }) as u32)
    }

    fn answer(&mut self, step: &Value) -> Value {
        let now = Instant::from_micros(step["at_us"].as_u64().unwrap_or(0));
        match step["do"].as_str().unwrap() {
            "receive" => self.receive(step, now),
            "resolve" => self.resolve(step, now),
            "refresh_due" => {
                let namespace = self.number(&step["ns"]).unwrap();
                json!({"halvings": self.signals.on_refresh(namespace, now).halvings})
            }
            "refresh_delay" => {
                json!({"delay": self.signals.refresh_delay(&mut self.draws).as_micros()})
            }
            "serve" => {
                for _ in 0..step["n"].as_u64().unwrap() {
                    let elapsed = micros(&step["elapsed_us"], Duration::ZERO);
                    self.meter.served(elapsed, self.target, self.max, now);
                }
                Value::Null
            }
            "report" => {
                let load = self.meter.report(self.compute, self.storage, now);
                json!({
                    "total": self.meter.window(now).total,
                    "util_target": load.util_target,
                    "util_max": load.util_max,
                    "overall": load.util,
                })
            }
            "set_limit" => {
                self.limit = step["limit"].as_u64().unwrap() as u32;
                json!({"in_flight": self.slots.in_flight()})
            }
            "admit" => {
                let tries = step["count"].as_u64().unwrap();
                let admitted = (0..tries).filter(|_| self.slots.try_acquire(self.limit)).count();
                json!({"admitted": admitted, "in_flight": self.slots.in_flight()})
            }
            "release" => {
                (0..step["count"].as_u64().unwrap()).for_each(|_| self.slots.release());
                json!({"in_flight": self.slots.in_flight()})
            }
            "parse_header" => parse_header(step["text"].as_str().unwrap()),
            other => panic!("unknown step kind {other}"),
        }
    }

    fn receive(&mut self, step: &Value, now: Instant) -> Value {
        let scope =
            Scope { namespace: self.number(&step["scope"][0]), operation: self.number(&step["scope"][1]) };
        let document = json!({"records": [step["rec"]]});
        let records: Records = serde_json::from_value(document).unwrap();
        // What the wire form refuses never reaches the store.
        let Some(entry) = records.entries.first() else { return json!({"result": "invalid"}) };
        let received = self.signals.receive(scope, &entry.record, now);
        let result = match received.verdict {
            Reason::SignalApplied => "applied",
            Reason::SignalRefreshed => "refreshed",
            Reason::SignalOldVersion => "old",
            Reason::SignalInvalid => "invalid",
            other => panic!("{other:?} is no verdict of a signal"),
        };
        let clamped: Vec<_> = received.fields.iter().map(Field::name).collect();
        assert_eq!(clamped.len(), received.clamped as usize);
        json!({"result": result, "clamped": clamped})
    }

    fn resolve(&mut self, step: &Value, now: Instant) -> Value {
        let namespace = self.number(&step["ns"]).unwrap();
        let operation = self.number(&step["op"]).unwrap();
        let effective = self.signals.effective(namespace, operation, self.configured);
        json!({
            "target": effective.target.unwrap().as_micros(),
            "max": effective.max.as_micros(),
            "calls": effective.calls,
            "hedges": effective.hedges,
            "stale": self.signals.is_stale(namespace, operation, now),
        })
    }
}

fn parse_header(text: &str) -> Value {
    match SloField::parse(text) {
        Err(_) => json!({"error": true}),
        Ok(None) => json!({"fields": null}),
        Ok(Some(field)) => {
            let mut fields = fields(&field.record);
            match field.breadth {
                Breadth::Operation => {}
                Breadth::Namespace => drop(fields.insert("scope".into(), json!("ns"))),
                Breadth::All => drop(fields.insert("scope".into(), json!("all"))),
            }
            let again = SloField::parse(&field.to_text().unwrap()).unwrap().unwrap();
            assert_eq!(again, field, "what is written reads back");
            json!({"fields": fields})
        }
    }
}

/// The record's fields under the names of the map form.
fn fields(record: &Record) -> Map<String, Value> {
    let entry = Entry { record: record.clone(), ..Entry::default() };
    match serde_json::to_value(&entry).unwrap() {
        Value::Object(fields) => fields,
        other => panic!("a record is a map, not {other}"),
    }
}

#[test]
fn every_signal_vector_holds() {
    case_file::each_case("03-signals.json", |case| {
        let mut bench = Bench::new(case);
        for (at, step, expected) in case_file::steps(case) {
            let actual = bench.answer(step);
            case_file::compare(at, expected, &actual);
        }
        assert_eq!((bench.draws.overdrawn(), bench.draws.remaining()), (0, 0), "draws");
    });
}
