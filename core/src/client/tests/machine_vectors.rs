//! `09-client-machine.json`: end-to-end calls, action by action, note by note, wake-up by wake-up.

use std::collections::BTreeMap;
use std::string::{String, ToString};
use std::vec::Vec;

use serde_json::{Map, Value, json};

use super::{at, client, drain, notes, vectors};
use crate::client::Client;
use crate::client::action::{
    Action, AttemptKind, EndpointSpec, Failure, GivenToken, Namespace, Operation, Outcome, Response, Start,
    TopologyChange,
};
use crate::client::timeout::Kind;
use crate::id::{AttemptId, CallId, EndpointId};
use crate::retry::outcome::FailureClass;
use crate::retry::pushback::Pushback;
use crate::rng::{Stream, StreamKind};
use crate::signal::record::Record;
use crate::time::Duration;
use crate::timer::pause::Cause;
use crate::token::Token;

/// The vectors name calls, attempts and endpoints; the machine numbers them.
struct Script {
    client: Client,
    calls: BTreeMap<String, CallId>,
    attempts: BTreeMap<String, AttemptId>,
    cookies: Vec<String>,
    rejected: u64,
}

fn document(config: &Value) -> Value {
    let hedge = &config["hedge"];
    let mut hedging = json!({"strategy": hedge["strategy"], "max": hedge["max"]});
    if hedge["strategy"] == "fixed" {
        hedging["delay_us"] = hedge["delay_us"].clone();
    }
    let budget = match config["budget"]["mode"].as_str() {
        Some("off") => json!({"mode": "off"}),
        Some("empty") => json!({"mode": "ratio", "ratio": 0, "cap": 1, "min_rate": 0, "initial": 0}),
        other => panic!("budget {other:?}"),
    };
    let idempotency = |operation: &Value| if operation["idempotent"] == true { "natural" } else { "none" };
    let operations: Map<String, Value> = config["operations"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, operation)| (name.clone(), json!({"idempotency": idempotency(operation)})))
        .collect();
    json!({
        "locality": {"zone": config["zone"]},
        "objective": config["slo"],
        "limits": config["limits"],
        "hedge": hedging,
        "retry": {
            "max_attempts": config["retry"]["max_attempts"],
            "backoff": {"jitter": config["retry"]["jitter"]},
            "pushback": {"spread": config["retry"]["pushback_spread"]},
        },
        "budget": budget,
        "operations": operations,
        "trace": {"notes": 1000, "enabled": true},
    })
}

fn endpoint(value: &Value) -> TopologyChange {
    TopologyChange::Add(EndpointSpec {
        name: value["id"].as_str().unwrap().to_string(),
        zone: value["zone"].as_str().map(ToString::to_string),
        factor: value["factor"].as_u64().map(|factor| factor as u32),
        ..EndpointSpec::default()
    })
}

impl Script {
    fn new(case: &Value) -> Self {
        let config = &case["config"];
        let mut script = Self {
            client: client(document(config)),
            calls: BTreeMap::new(),
            attempts: BTreeMap::new(),
            cookies: Vec::new(),
            rejected: 0,
        };
        let endpoints: Vec<_> = config["endpoints"].as_array().unwrap().iter().map(endpoint).collect();
        script.client.handle_topology(&endpoints, at(0)).unwrap();
        script.set_state(&case["state"]);
        if let Some(draws) = config["draws"].as_array() {
            // A fraction f gives floor(f·n / 2^32); the smallest f that gives the wanted offset.
            let fraction = |draw: &Value| {
                let [lo, hi, value] = ["lo_us", "hi_us", "value_us"].map(|key| draw[key].as_u64().unwrap());
                ((value - lo) << 32).div_ceil(hi - lo + 1) as u32
            };
            script
                .client
                .script(StreamKind::Backoff, Stream::from_fractions(draws.iter().map(fraction).collect()));
        }
        script
    }

    fn set_state(&mut self, state: &Value) {
        for (op, average) in state["avg_us"].as_object().into_iter().flatten() {
            let operation = self.client.operation(op).unwrap();
            let client = &mut self.client;
            let class = client.classes.class(0, operation.0, &client.config, &client.signals, at(0));
            let class = client.classes.get_mut(class).unwrap();
            for _ in 0..10 {
                let latency = Duration::from_micros(average.as_u64().unwrap());
                class.estimator.success(latency, Duration::from_secs(1), at(0));
            }
        }
        for (name, count) in state["in_flight"].as_object().into_iter().flatten() {
            let id = self.client.endpoint(name).unwrap().id();
            for _ in 0..count.as_u64().unwrap() {
                self.client.endpoints.on_sent(id, false, at(0));
            }
        }
        for (name, responses) in state["responses"].as_object().into_iter().flatten() {
            let id = self.client.endpoint(name).unwrap().id();
            for when in responses.as_array().unwrap().iter().rev() {
                self.client.endpoints.on_response(id, at(when.as_u64().unwrap()));
            }
        }
    }

    fn call_name(&self, cookie: u64) -> String {
        self.cookies[cookie as usize].clone()
    }

    fn attempt_name(&self, attempt: AttemptId) -> String {
        self.attempts.iter().find(|(_, id)| **id == attempt).unwrap().0.clone()
    }

    fn endpoint_name(&self, endpoint: EndpointId) -> String {
        self.client.endpoint_name(endpoint).unwrap().to_string()
    }

    fn attempt(&self, step: &Value) -> AttemptId {
        self.attempts[step["attempt"].as_str().unwrap()]
    }

    /// Applies one step; a refused start is answered as the vectors' `reject`.
    fn step(&mut self, step: &Value) -> Option<Value> {
        let now = at(step["at_us"].as_u64().unwrap());
        match step["do"].as_str().unwrap() {
            "start" => return self.start(step),
            "response" => self.client.handle_response(self.attempt(step), Response::default(), now),
            "failure" => self.client.handle_failure(self.attempt(step), failure(step), now),
            "cancelled" => self.client.handle_cancelled(self.attempt(step), now),
            "timeout" => self.client.handle_timeout(now),
            "cancel" => self.client.cancel(self.calls[step["call"].as_str().unwrap()], now),
            "signal" => self.client.handle_signal(None, None, &record(&step["record"]), now),
            "drain" => self.client.drain(step["until_us"].as_u64().map(at), now),
            "topology" => {
                let names = step["remove"].as_array().into_iter().flatten();
                let mut changes: Vec<_> =
                    names.map(|name| TopologyChange::Remove(name.as_str().unwrap().to_string())).collect();
                changes.extend(step["add"].as_array().into_iter().flatten().map(endpoint));
                self.client.handle_topology(&changes, now).unwrap();
            }
            other => panic!("unknown step {other}"),
        }
        None
    }

    fn start(&mut self, step: &Value) -> Option<Value> {
        let name = step["call"].as_str().unwrap();
        let operation = self.client.operation(step["op"].as_str().unwrap_or("get")).unwrap();
        self.cookies.push(name.to_string());
        let token = step["token"].as_str().map(|_| GivenToken::Token(Token { t: 1, nonce: 1 }));
        let request = Start {
            operation,
            deadline: step["deadline"].as_u64().map(at),
            token,
            cookie: self.cookies.len() as u64 - 1,
            ..Start::default()
        };
        match self.client.start(&request, at(step["at_us"].as_u64().unwrap())) {
            Ok(call) => {
                self.calls.insert(name.to_string(), call);
                None
            }
            Err(reason) => {
                self.rejected += 1;
                Some(json!({"action": "reject", "call": name, "reason": reason.slug()}))
            }
        }
    }

    fn render(&mut self, action: Action) -> Value {
        match action {
            Action::Send { attempt, endpoint, kind, reason, ordinal, token, remaining, cookie, .. } => {
                let call = self.call_name(cookie);
                let name = std::format!("{call}/{ordinal}");
                self.attempts.insert(name.clone(), attempt);
                let kind = match kind {
                    AttemptKind::Primary => "primary",
                    AttemptKind::Hedge => "hedge",
                    AttemptKind::Retry => "retry",
                };
                let mut send = json!({"action": "send", "call": call, "attempt": name, "kind": kind,
                    "endpoint": self.endpoint_name(endpoint), "reason": reason.slug(),
                    "remaining_us": remaining.as_micros()});
                if token.is_some() {
                    send["token"] = json!("T1");
                }
                send
            }
            Action::Cancel { attempt, endpoint, reason, .. } => json!({"action": "cancel",
                "attempt": self.attempt_name(attempt), "endpoint": self.endpoint_name(endpoint),
                "reason": reason.slug()}),
            Action::Complete { cookie, outcome, reason, class, attempt, wall, live, lost, cause, .. } => {
                let outcome = match outcome {
                    Outcome::Ok => "ok",
                    Outcome::Failed => "failed",
                    Outcome::Cancelled => "cancelled",
                };
                json!({"action": "complete", "call": self.call_name(cookie), "outcome": outcome,
                "reason": reason.slug(), "failure": class.map(FailureClass::slug),
                "attempt": attempt.map(|attempt| self.attempt_name(attempt)), "latency_us": wall.as_micros(),
                "wall_us": wall.as_micros(), "live_us": live.as_micros(), "lost_us": lost.as_micros(),
                "cause": cause.map(|cause| match cause {
                    Cause::Server => "server",
                    Cause::ClientPause => "client_pause",
                })})
            }
            Action::Handshake { .. } => panic!("no handshake is configured"),
            Action::Reject { .. } => panic!("no start is batched"),
        }
    }

    fn rendered_notes(&mut self) -> Vec<Value> {
        notes(&mut self.client)
            .iter()
            .map(|note| {
                let call = note.call.and_then(|id| self.calls.iter().find(|(_, call)| **call == id));
                json!({"reason": note.reason.slug(), "call": call.map(|(name, _)| name),
                    "attempt": note.attempt.map(|attempt| self.attempt_name(attempt)), "due_us": note.value})
            })
            .collect()
    }

    fn check_wake(&self, expected: &Value) {
        let exact = self.client.wheel.peek(usize::MAX);
        let found = exact.map(|(due, payload)| (due.as_micros(), Kind::of(payload).reason().slug()));
        let want = (!expected.is_null())
            .then(|| (expected["at_us"].as_u64().unwrap(), expected["reason"].as_str().unwrap()));
        assert_eq!(found, want, "next_due");
        let wake = self.client.poll_timeout();
        assert!(wake.map(|wake| wake.at) <= exact.map(|(due, _)| due), "a wake-up is never late");
        assert_eq!(wake.is_some(), exact.is_some());
    }

    fn check_final(&self, expected: &Value) {
        for (name, count) in expected["in_flight"].as_object().unwrap() {
            if let Some(endpoint) = self.client.endpoint(name) {
                assert_eq!(u64::from(self.client.in_flight(endpoint)), count.as_u64().unwrap(), "{name}");
            }
        }
        let stats = self.client.stats();
        let found = json!({
            "calls_held": self.client.calls_held(Namespace(0)), "hedges_in_flight": self.client.hedges_in_flight(Namespace(0)),
            "budget_withdrawn": stats.budget_withdrawn, "late": stats.count(crate::Reason::Late),
            "duplicate": stats.count(crate::Reason::Duplicate), "stale": stats.stale_attempts, "rejected": self.rejected,
        });
        for (key, value) in found.as_object().unwrap() {
            assert_eq!(value, &expected[key], "{key}");
        }
    }
}

fn failure(step: &Value) -> Failure {
    let class = match step["class"].as_str().unwrap() {
        "fatal" => FailureClass::Fatal,
        "transient" => FailureClass::Transient,
        "timeout" => FailureClass::Timeout,
        "not_sent" => FailureClass::NotSent,
        "overloaded" => FailureClass::Overloaded,
        "refused" => FailureClass::Refused,
        other => panic!("unknown class {other}"),
    };
    let pushback = &step["pushback"];
    Failure {
        class,
        pushback: Pushback {
            retry_after: pushback["retry_after_us"].as_u64().map(Duration::from_micros),
            never: pushback["never"].as_bool().unwrap_or(false),
            max_retries: pushback["max_retries"].as_u64().map(|most| most as u8),
        },
    }
}

fn record(value: &Value) -> Record {
    let micros = |key: &str| value[key].as_u64().map(Duration::from_micros);
    let limit = |key: &str| value["limits"][key].as_u64().map(|limit| limit as u32);
    Record {
        version: value["version"].as_u64().unwrap(),
        target: micros("target_us"),
        max: micros("max_us"),
        calls: limit("calls"),
        hedges: limit("hedges"),
        ..Record::default()
    }
}

/// Every field that the expectation names agrees; fields it does not name are free.
fn check_fields(found: &[Value], expected: &Value, what: &str) {
    let expected: Vec<_> = expected.as_array().into_iter().flatten().collect();
    assert_eq!(found.len(), expected.len(), "{what}: found {found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        for (key, value) in expected.as_object().unwrap() {
            let ignored = what == "notes" && key == "action";
            assert!(ignored || &found[key] == value, "{what}, {key}: found {found}, want {expected}");
        }
    }
}

fn run(case: &Value) {
    let mut script = Script::new(case);
    let steps = case["steps"].as_array().unwrap();
    let expects = case["expect"].as_array().unwrap();
    for (step, expected) in steps.iter().zip(expects) {
        std::println!("  step {step}");
        let rejected = script.step(step);
        let mut actions: Vec<_> =
            drain(&mut script.client).into_iter().map(|action| script.render(action)).collect();
        actions.extend(rejected);
        check_fields(&actions, &expected["actions"], "actions");
        check_fields(&script.rendered_notes(), &expected["notes"], "notes");
        script.check_wake(&expected["next_due"]);
    }
    script.check_final(&expects[steps.len()]["final"]);
}

#[test]
fn every_case_of_the_client_machine_is_decided_as_written() {
    let file = vectors("09-client-machine.json");
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 29);
    for case in cases {
        std::println!("case {} ({}): {}", case["id"], case["source"], case["reading"]);
        run(case);
    }
    let _ = Operation(0);
}
