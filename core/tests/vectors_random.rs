//! The conformance cases of seeds, streams and draws; they also hold the generators to their recorded outputs.

mod case_file;

use case_file::{compare, each_case, number, optional, steps};
use hedgerow::{Nonces, Seed, Stream};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::SplitMix64;
use serde_json::{Value, json};

#[test]
fn every_case_of_randomness_holds() {
    each_case("02-random.json", |case| {
        let config = &case["config"];
        let mut stream = configured_stream(config);
        for (index, step, expect) in steps(case) {
            compare(index, expect, &answer(step, config, &mut stream));
        }
    });
}

fn configured_stream(config: &Value) -> Stream {
    if let Some(words) = config["words"].as_array() {
        return Stream::from_words(words.iter().map(|word| number(word) as u32).collect());
    }
    if let Some(fractions) = config["draws_q32"].as_array() {
        return Stream::from_fractions(fractions.iter().map(|fraction| number(fraction) as u32).collect());
    }
    if let Some(state) = config["state"].as_array() {
        return Stream::from_state([0, 1, 2, 3].map(|index| number(&state[index])));
    }
    if config["state_from"] == "splitmix64" {
        let mut seeder = SplitMix64::seed_from_u64(number(&config["seed"]));
        return Stream::from_state([(); 4].map(|()| seeder.next_u64()));
    }
    // The remaining cases derive what they need from the seed in each step.
    Stream::from_words(Vec::new())
}

fn answer(step: &Value, config: &Value, stream: &mut Stream) -> Value {
    let count = optional(&step["count"]).unwrap_or(1);
    match step["do"].as_str().expect("do") {
        "splitmix64" => {
            let mut generator = SplitMix64::seed_from_u64(number(&step["seed"]));
            outputs((0..count).map(|_| generator.next_u64()))
        }
        "xoshiro256++" => outputs((0..count).map(|_| stream.u64())),
        "chacha8_block" => {
            let mut generator = ChaCha8Rng::from_seed(bytes(&step["key"]));
            generator.set_stream(number(&step["stream"]));
            let mut block = [0; 32];
            generator.fill_bytes(&mut block);
            json!({"hex": hex(&block)})
        }
        "stream" => {
            let seed = Seed::new(bytes(&config["seed_hex"]));
            let mut stream = Stream::derive_raw(&seed, number(&step["stream"]));
            let state: Vec<u8> = stream.state().unwrap().iter().flat_map(|word| word.to_le_bytes()).collect();
            let mut answer = outputs((0..count).map(|_| stream.u64()));
            answer["state_hex"] = json!(hex(&state));
            answer
        }
        "nonce" => {
            let mut nonces = Nonces::new(&Seed::new(bytes(&config["seed_hex"])), 0);
            json!({"hex": (0..count).map(|_| format!("{:032x}", nonces.next_nonce())).collect::<Vec<_>>()})
        }
        "below" if step["count"].is_null() => drawn(stream, |stream| json!(stream.below(number(&step["n"])))),
        "below" => outputs((0..count).map(|_| stream.below(number(&step["n"])))),
        "range" => drawn(stream, |stream| json!(stream.range(number(&step["lo"]), number(&step["hi"])))),
        "chance" => drawn(stream, |stream| json!(stream.chance(number(&step["p_q32"])))),
        other => panic!("unknown step {other}"),
    }
}

/// One draw from a script, with the numbers it used.
fn drawn(stream: &mut Stream, draw: impl FnOnce(&mut Stream) -> Value) -> Value {
    let before = stream.remaining();
    let value = draw(stream);
    assert_eq!(stream.overdrawn(), 0, "the script is exhausted");
    json!({"value": value, "words_used": before - stream.remaining()})
}

/// A list of outputs in each form a case may ask for.
fn outputs(values: impl Iterator<Item = u64>) -> Value {
    let values: Vec<u64> = values.collect();
    let written = |value: &u64| if *value < 1 << 20 { json!(value) } else { json!(value.to_string()) };
    json!({
        "values": values.iter().map(written).collect::<Vec<_>>(),
        "values_hex": values.iter().map(|value| format!("{value:016x}")).collect::<Vec<_>>(),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn bytes(text: &Value) -> [u8; 32] {
    let text = text.as_str().expect("hex");
    let bytes: Vec<u8> =
        (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect();
    bytes.try_into().expect("32 bytes")
}
