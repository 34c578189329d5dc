//! `04-hedge-flow.json`: the hedge machine of the article and of gRPC's proposal A6.

use std::collections::BTreeMap;
use std::string::{String, ToString};
use std::vec::Vec;

use serde_json::{Map, Value, json};

use super::{add, at, client, drain, notes, vectors};
use crate::client::Client;
use crate::client::action::{Action, Failure, Outcome, Response, Start};
use crate::id::{AttemptId, CallId};
use crate::retry::outcome::FailureClass;
use crate::retry::pushback::Pushback;
use crate::time::Duration;

/// The longest delay that a configuration allows; slower scripts are run faster by one factor.
const LONGEST_DELAY: u64 = 60_000_000;

struct Flow {
    client: Client,
    scale: u64,
    calls: Vec<(String, CallId)>,
    attempts: BTreeMap<(String, u64), AttemptId>,
    seen: Vec<Value>,
}

impl Flow {
    fn new(config: &Value) -> Self {
        let delays = config["delay"].as_object().unwrap();
        let slowest = delays.values().filter_map(Value::as_u64).max().unwrap();
        let scale = if slowest > LONGEST_DELAY { 10 } else { 1 };
        let hedges = config["max_attempts"].as_u64().unwrap_or(2) - 1;
        let operations: Map<String, Value> = delays
            .iter()
            .map(|(op, delay)| {
                let hedge =
                    json!({"strategy": "fixed", "delay_us": delay.as_u64().unwrap() / scale, "max": hedges});
                (op.clone(), json!({"idempotency": "natural", "hedge": hedge}))
            })
            .collect();
        let budget = match config["throttle"].as_array() {
            Some(throttle) => {
                let tokens = |index: usize| throttle[index].as_f64().unwrap() / 1000.0;
                json!({"mode": "grpc", "max": tokens(0), "ratio": tokens(1)})
            }
            None => json!({"mode": "off"}),
        };
        let mut client = client(json!({
            "objective": {"max_us": 3_600_000_000u64},
            "limits": {"hedges": config["limit"].as_u64().unwrap_or(1000)},
            "retry": {"max_attempts": 1},
            "timer": {"resolution_us": 0},
            "budget": budget, "operations": operations, "trace": {"notes": 1000},
        }));
        client.handle_topology(&add(&["a", "b", "c", "d", "e", "f"]), at(0)).unwrap();
        Self { client, scale, calls: Vec::new(), attempts: BTreeMap::new(), seen: Vec::new() }
    }

    fn name(&self, call: CallId) -> String {
        self.calls.iter().find(|(_, id)| *id == call).unwrap().0.clone()
    }

    fn ordinal(&self, attempt: AttemptId) -> u64 {
        self.attempts.iter().find(|(_, id)| **id == attempt).unwrap().0.1
    }

    /// Takes denials and actions over into the list that the vectors compare; denials are decided before actions.
    fn collect(&mut self, now: u64, last: Option<u64>) {
        let when = now * self.scale;
        for note in notes(&mut self.client) {
            if (50..=55).contains(&note.reason.code()) {
                let call = self.name(note.call.unwrap());
                self.seen.push(json!([when, "deny", call, note.reason.slug()]));
            }
        }
        for action in drain(&mut self.client) {
            let line = match action {
                Action::Send { call, attempt, ordinal, .. } => {
                    let call = self.name(call);
                    self.attempts.insert((call.clone(), u64::from(ordinal)), attempt);
                    json!([when, "send", call, ordinal])
                }
                Action::Cancel { call, attempt, .. } => {
                    json!([when, "cancel", self.name(call), self.ordinal(attempt)])
                }
                Action::Complete { call, outcome, attempt, .. } => {
                    let word = if outcome == Outcome::Ok { "complete" } else { "fail" };
                    let number = attempt.map(|attempt| self.ordinal(attempt)).or(last);
                    json!([when, word, self.name(call), number])
                }
                Action::Handshake { .. } => panic!("no handshake is configured"),
                Action::Reject { .. } => panic!("no start is batched"),
            };
            self.seen.push(line);
        }
    }

    /// Timers of these scripts are never late: each is observed at its own time.
    fn advance(&mut self, until: u64) {
        while let Some(wake) = self.client.poll_timeout().filter(|wake| wake.at <= at(until)) {
            self.client.handle_timeout(wake.at);
            self.collect(wake.at.as_micros(), None);
        }
    }

    fn step(&mut self, step: &Value) {
        let now = step["at_us"].as_u64().unwrap() / self.scale;
        let call = step["call"].as_str().unwrap_or_default().to_string();
        let number = step["attempt"].as_u64();
        let attempt = number.and_then(|number| self.attempts.get(&(call.clone(), number)).copied());
        if step["do"] != "advance" {
            // Timers before this instant; results win over timers at it.
            self.advance(now.saturating_sub(1));
        }
        match step["do"].as_str().unwrap() {
            "advance" => self.advance(now),
            "start" => {
                let operation = self.client.operation(step["op"].as_str().unwrap()).unwrap();
                let id = self.client.start(&Start { operation, ..Start::default() }, at(now)).unwrap();
                self.calls.push((call, id));
            }
            "ended" => self.client.handle_cancelled(attempt.unwrap(), at(now)),
            "result" => self.result(step, attempt.unwrap(), now),
            other => panic!("unknown step {other}"),
        }
        self.collect(now, number);
    }

    fn result(&mut self, step: &Value, attempt: AttemptId, now: u64) {
        let class = match step["outcome"].as_str().unwrap() {
            "ok" => return self.client.handle_response(attempt, Response::default(), at(now)),
            "transient" => FailureClass::Transient,
            "overloaded" => FailureClass::Overloaded,
            "fatal" => FailureClass::Fatal,
            other => panic!("unknown outcome {other}"),
        };
        let pushback = Pushback {
            retry_after: step["pushback_us"].as_u64().map(|wait| Duration::from_micros(wait / self.scale)),
            never: step["pushback"] == "never",
            max_retries: None,
        };
        self.client.handle_failure(attempt, Failure { class, pushback }, at(now));
    }
}

#[test]
fn every_case_of_the_hedge_flow_is_decided_as_written() {
    let file = vectors("04-hedge-flow.json");
    for case in file["cases"].as_array().unwrap() {
        std::println!("case {} ({}): {}", case["id"], case["source"], case["reading"]);
        let mut flow = Flow::new(&case["config"]);
        for (step, expected) in
            case["steps"].as_array().unwrap().iter().zip(case["expect"].as_array().unwrap())
        {
            std::println!("  step {step}");
            flow.seen.clear();
            flow.step(step);
            assert_eq!(&json!(flow.seen), &expected["actions"]);
        }
    }
}
