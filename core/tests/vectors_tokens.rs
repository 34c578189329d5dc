//! Runs every case of `tests/vectors/08-tokens.json`.

mod case_file;

use hedgerow::{
    Client, Duration, Instant, Seed, Wall,
    client::action::{Action, EndpointSpec, Failure, Start, TopologyChange},
    config::Idempotency,
    retry::{
        http::Response,
        outcome::{Ended, FailureClass},
    },
    rng::{Nonces, Stream},
    token::{
        Token,
        generator::{Generator, GeneratorSettings, OnDrift},
        offset::ClockOffset,
        text::{TextForm, TokenText},
        window::{ColdStart, DedupWindow, Offer, Progress, WindowSettings},
    },
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn number(step: &Value, key: &str) -> u64 {
    step[key].as_u64().unwrap_or_else(|| panic!("{key} in {step}"))
}

fn instant(step: &Value, key: &str) -> Instant {
    Instant::from_micros(number(step, key))
}

fn wide_token(step: &Value) -> Token {
    let nonce = u128::from_str_radix(step["nonce_hex"].as_str().unwrap(), 16).unwrap();
    Token { t: number(step, "t_us"), nonce }
}

fn small_token(step: &Value) -> Token {
    Token { t: number(step, "t_us"), nonce: u128::from(number(step, "nonce")) }
}

/// Everything the steps of one case act on.
struct Bench {
    config: Value,
    generator: Generator,
    window: DedupWindow,
    clock: ClockOffset,
}

impl Bench {
    fn new(case: &Value) -> Self {
        let config = &case["config"];
        let micros = |key: &str, default: u64| Duration::from_micros(config[key].as_u64().unwrap_or(default));
        let settings = GeneratorSettings {
            resolution: micros("resolution_us", 1),
            max_drift: micros("max_drift_us", 1_000_000),
            on_drift: match config["on_drift"].as_str() {
                Some("refuse") => OnDrift::Refuse,
                _ => OnDrift::Continue,
            },
            ..GeneratorSettings::default()
        };
        let window = WindowSettings {
            past: micros("past_us", 10_000_000),
            future: micros("future_us", 1_000_000),
            capacity: config["capacity"].as_u64().unwrap_or(65_536) as u32,
            cold_start: match config["cold_start"].as_str() {
                Some("closed") => ColdStart::Closed,
                _ => ColdStart::Open,
            },
        };
        let block = settings.resolution.as_micros().max(10);
        // The fraction whose bounded draw is the digit of the step.
        let fraction = |step: &Value| ((number(step, "digit") << 32).div_ceil(block)) as u32;
        let minting = case["steps"].as_array().unwrap().iter().filter(|step| step["do"] == "mint");
        let digits = Stream::from_fractions(minting.map(fraction).collect());
        Self {
            config: config.clone(),
            generator: Generator::new(settings, digits, Nonces::new(&Seed::new([8; 32]), 0)),
            window: DedupWindow::new(window),
            clock: ClockOffset::new(),
        }
    }

    fn answer(&mut self, step: &Value) -> Value {
        match step["do"].as_str().unwrap() {
            "mint" => self.mint(step),
            "format" => format(wide_token(step)),
            "parse" => parse(step["text"].as_str().unwrap()),
            "reencode" => {
                json!({"uuid7": TokenText::parse(step["text"].as_str().unwrap()).unwrap().as_str()})
            }
            "header" => {
                let text = TokenText::new(wide_token(step), TextForm::Uuid7).unwrap();
                json!(format!("Idempotency-Key: {}", text.idempotency_key()))
            }
            "offer" => {
                let (token, wall) = (small_token(step), Wall::from_micros(number(step, "wall_us")));
                let foretold = self.window.peek(token, wall);
                let answer = self.window.offer(token, wall);
                assert_eq!(foretold, answer, "peek foretells offer");
                json!(offer_name(answer))
            }
            "peek" => json!(offer_name(
                self.window.peek(small_token(step), Wall::from_micros(number(step, "wall_us")))
            )),
            "done" => {
                self.window.done(small_token(step));
                Value::Null
            }
            "forget" => {
                self.window.forget(small_token(step));
                Value::Null
            }
            "sample" => {
                let received = instant(step, "recv_us");
                let server = Wall::from_micros(number(step, "server_wall_us"));
                self.clock.observe(instant(step, "send_us"), received, server);
                self.estimate(received)
            }
            "estimate" => self.estimate(instant(step, "at_us")),
            "status" => status(step),
            "property" => one_token_per_call(&self.config),
            other => panic!("unknown step kind {other}"),
        }
    }

    fn mint(&mut self, step: &Value) -> Value {
        let wall = step["wall_us"].as_u64().map(Wall::from_micros);
        match self.generator.mint(wall, instant(step, "at_us")) {
            Ok(minted) if minted.clock_behind => {
                json!({"t_us": minted.token.t, "warning": "clock_behind"})
            }
            Ok(minted) => json!({"t_us": minted.token.t}),
            Err(reason) => json!(format!("error:{}", reason.slug())),
        }
    }

    fn estimate(&self, now: Instant) -> Value {
        match self.clock.estimate(now) {
            Some(estimate) => json!({
                "wall_us": estimate.wall.as_micros(),
                "error_us": estimate.error.as_micros(),
                "offset_us": estimate.offset as i64,
            }),
            None => Value::Null,
        }
    }

    fn end_state(&self) -> Value {
        json!({"entries": self.window.len(), "floor_us": self.window.floor()})
    }
}

fn format(token: Token) -> Value {
    let text =
        |form| TokenText::new(token, form).map(|text| text.to_string()).map_err(|e| format!("error:{e}"));
    json!({
        "hex": text(TextForm::Hex).unwrap_or_else(|e| e),
        "uuid7": text(TextForm::Uuid7).unwrap_or_else(|e| e),
    })
}

fn parse(text: &str) -> Value {
    match TokenText::parse(text) {
        Ok(parsed) => json!({
            "t_us": parsed.token().t,
            "nonce_hex": format!("{:032x}", parsed.token().nonce),
            "unix_ms": parsed.token().t / 1000,
        }),
        Err(error) => json!(format!("error:{error}")),
    }
}

fn offer_name(offer: Offer) -> &'static str {
    match offer {
        Offer::New => "New",
        Offer::Duplicate(Progress::Running) => "Duplicate(running)",
        Offer::Duplicate(Progress::Done) => "Duplicate(done)",
        Offer::TooOld => "TooOld",
        Offer::TooNew => "TooNew",
    }
}

/// Every attempt past the first carries the call's token.
fn status(step: &Value) -> Value {
    let code = u16::try_from(number(step, "code")).unwrap();
    let response =
        Response { status: code, repeats_token: number(step, "ordinal") > 1, ..Response::default() };
    match response.read().ended {
        Ended::Failed(class) => json!({"cls": class.slug()}),
        other => panic!("a failure, not {other:?}"),
    }
}

/// Runs calls whose attempts all fail, so that each is hedged and retried, and looks at the tokens sent.
fn one_token_per_call(config: &Value) -> Value {
    let document = json!({
        "hedge": {"strategy": "fixed", "delay_us": 1000, "max": config["hedges"], "after_failure": false},
        "retry": {"max_attempts": config["max_attempts"]},
        "budget": {"mode": "off"},
    });
    let mut client =
        Client::new(serde_json::from_value(document).unwrap(), &Seed::new([8; 32]), Instant::ZERO);
    let add = |name: &str| TopologyChange::Add(EndpointSpec { name: name.into(), ..EndpointSpec::default() });
    client.handle_topology(&["a", "b", "c", "d"].map(add), Instant::ZERO).unwrap();
    let (calls, mut now) = (number(config, "calls"), Instant::ZERO);
    let (mut minted, mut most, mut sends): (Vec<Token>, usize, u64) = (Vec::new(), 0, 0);
    for call in 0..calls {
        // The wall clock stands still for seven calls at a time.
        let wall = Some(Wall::from_micros(1_700_000_000_000_000 + call / 7));
        let start = Start { idempotency: Some(Idempotency::Token), wall, ..Start::default() };
        client.start(&start, now).unwrap();
        let tokens = run_to_failure(&mut client, &mut now);
        sends += tokens.len() as u64;
        let first = tokens[0];
        most = most.max(tokens.into_iter().collect::<BTreeSet<_>>().len());
        minted.push(first);
    }
    let attempts = number(config, "max_attempts") + number(config, "hedges");
    assert_eq!(sends, calls * attempts, "each call is hedged and retried");
    json!({
        "tokens_per_call": most,
        "distinct_tokens_over_calls": minted.iter().collect::<BTreeSet<_>>().len() == minted.len(),
        "strictly_increasing_in_mint_order": minted.windows(2).all(|pair| pair[0].t < pair[1].t),
    })
}

/// Lets a call's hedge timer fire, then fails whatever is open until the call completes; the tokens in send order.
fn run_to_failure(client: &mut Client, now: &mut Instant) -> Vec<Token> {
    let (mut tokens, mut open) = (Vec::new(), Vec::new());
    loop {
        while let Some(action) = client.poll_action() {
            match action {
                Action::Send { attempt, token, .. } => {
                    tokens.push(token.expect("a token travels"));
                    open.push(attempt);
                }
                Action::Complete { .. } => return tokens,
                other => panic!("{other:?}"),
            }
        }
        // The primary waits for its hedge; later attempts fail as they come.
        if tokens.len() == 1 || open.is_empty() {
            *now = client.poll_timeout().expect("an undecided call has a timer").at;
            client.handle_timeout(*now);
        }
        let due = if tokens.len() > 1 { std::mem::take(&mut open) } else { Vec::new() };
        for attempt in due {
            client.handle_failure(attempt, Failure::new(FailureClass::Transient), *now);
        }
    }
}

/// An expected object is checked field by field; anything else must be equal.
fn agrees(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let warned = |fields: &serde_json::Map<String, Value>| fields.get("warning").cloned();
            warned(expected) == warned(actual)
                && expected.iter().all(|(key, value)| actual.get(key) == Some(value))
        }
        _ => expected == actual,
    }
}

#[test]
fn every_token_vector_holds() {
    case_file::each_case("08-tokens.json", |case| {
        let mut bench = Bench::new(case);
        let (steps, expected) = (case["steps"].as_array().unwrap(), case["expect"].as_array().unwrap());
        for (at, (step, expected)) in steps.iter().zip(expected).enumerate() {
            let actual = bench.answer(step);
            assert!(agrees(expected, &actual), "step {at}: want {expected}, got {actual}");
        }
        if let Some(end) = expected.get(steps.len()) {
            assert!(agrees(end, &bench.end_state()), "end: want {end}, got {}", bench.end_state());
        }
        assert!(expected.len() >= steps.len(), "every step is answered");
    });
}
