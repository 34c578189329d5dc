//! A scenario out of a number: a world is run, and what its client was told is written down.

use std::fmt::Write;

use hedgerow::trace::{Event, TraceRecord};
use serde_json::{Value, json};

use super::inputs::Inputs;
use super::native::Native;
use super::play::{Face, hand_in, play};
use crate::bytes::{Choices, of_seed};
use crate::documents::document;
use crate::world::World;

/// How many bytes of choices a world has; about four make an event.
const CHOICES: usize = 2400;

/// The document of a seed's scenario, with the hash that it ends at.
///
/// # Panics
///
/// When the world breaks a promise, or the document cannot be played.
pub fn generate(seed: u64) -> Value {
    let mut scenario = recorded(seed).0;
    let mut face = Native::new(&scenario);
    play(&mut face, &scenario);
    let ended = face.end();
    scenario["expect"] = json!({"records": ended.records, "hash": ended.hash});
    scenario
}

/// The document of a seed's scenario, and what the world's own client recorded.
pub(super) fn recorded(seed: u64) -> (Value, Vec<TraceRecord>) {
    let bytes = of_seed(seed, CHOICES);
    let mut choices = Choices::new(&bytes);
    let mut config = document(&mut choices);
    config["trace"]["enabled"] = json!(true);
    let mut world = World::of(&config, &mut choices);
    world.client.namespace("a").expect("there is room for one more");
    world.run(&mut choices);
    let header = world.client.trace_header().expect("tracing is enabled").clone();
    let records: Vec<_> = std::iter::from_fn(|| world.client.poll_trace()).collect();
    let mut inputs = Inputs::default();
    for record in &records {
        let at = match record.event {
            Event::Namespace(_) | Event::Operation(_) => None,
            _ => Some(record.at),
        };
        inputs.put(at, &record.event);
    }
    let seed = hex(header.seed.as_bytes());
    let t0 = header.t0.as_micros();
    let mut scenario = json!({"config": config, "seed": seed, "t0": t0});
    let mut list = inputs.into_list();
    mark_refusals(&scenario, &mut list);
    scenario["inputs"] = list.into();
    (scenario, records)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A trace does not tell whether changes of the endpoints were refused, which every language tells as an error.
fn mark_refusals(scenario: &Value, inputs: &mut [Value]) {
    let mut face = Native::new(scenario);
    for input in inputs {
        if input["e"] == "topology" {
            let now = input["t"].as_f64().unwrap_or(f64::NAN);
            let applied = face.topology(&input["changes"], now);
            input["refused"] = json!(!applied);
        } else {
            hand_in(&mut face, input).expect("an input that can be played");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hedgerow::Trace;

    const SOME: std::ops::Range<u64> = 0..20;

    fn played(scenario: &Value) -> Trace {
        let mut face = Native::new(scenario);
        play(&mut face, scenario);
        Trace::from_bytes(&face.take_trace()).expect("a trace")
    }

    #[test]
    fn what_is_played_decides_what_the_world_decided() {
        for seed in SOME {
            let (scenario, told) = recorded(seed);
            let trace = played(&scenario);
            assert_eq!(trace.len(), told.len() as u64, "scenario {seed}");
            for (found, told) in trace.records().zip(&told) {
                assert_eq!(found.at, told.at);
                assert_eq!(found.decisions, told.decisions, "scenario {seed}: {:?}", told.event);
            }
        }
    }

    #[test]
    fn few_scenarios_give_most_reasons_and_every_form_of_input() {
        let (mut reasons, mut forms) = (Vec::new(), Vec::new());
        for seed in SOME {
            let (scenario, told) = recorded(seed);
            assert_eq!(scenario["expect"], Value::Null);
            reasons.extend(told.iter().flat_map(|record| &record.decisions).map(|decision| decision.reason));
            forms.extend(
                scenario["inputs"].as_array().expect("a list").iter().map(|input| input["e"].clone()),
            );
        }
        for form in
            ["records", "start", "topology", "signal", "header", "stall", "drain", "namespace", "operation"]
        {
            assert!(forms.contains(&json!(form)), "{form}");
        }
        reasons.sort_unstable();
        reasons.dedup();
        assert!(reasons.len() >= 45, "{} reasons", reasons.len());
    }
}
