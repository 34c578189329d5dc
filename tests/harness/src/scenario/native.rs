//! The core itself, behind the surface that bindings stand on.

use hedgerow::client::action::{Namespace, Operation, StallReport};
use hedgerow::config::{self, Document};
use hedgerow::signal::header::SloField;
use hedgerow::token::text::TokenText;
use hedgerow::wire::{RECORD, Units};
use hedgerow::{Client, Config, Seed};
use serde_json::Value;

use super::play::Face;

const US: Units = Units::Micros;

/// A client of this process.
#[derive(Debug)]
pub struct Native(Client);

impl Native {
    /// The client of a scenario, before its first input.
    ///
    /// # Panics
    ///
    /// When the document is none of a scenario.
    pub fn new(scenario: &Value) -> Self {
        let config: Config =
            serde_json::from_value(scenario["config"].clone()).unwrap_or_else(|error| panic!("{error}"));
        let seed = Seed::from_slice(&seed(scenario)).expect("32 bytes");
        Self(Client::new(config, &seed, US.now(scenario["t0"].as_f64().expect("t0"))))
    }

    fn drained(&mut self) {
        while self.0.poll_action().is_some() {}
        while self.0.poll_note().is_some() {}
    }
}

/// The bytes of a scenario's seed.
///
/// # Panics
///
/// When it has none.
pub fn seed(scenario: &Value) -> Vec<u8> {
    let text = scenario["seed"].as_str().expect("a seed");
    let byte = |pair: &[u8]| u8::from_str_radix(&String::from_utf8_lossy(pair), 16).expect("hex");
    text.as_bytes().chunks(2).map(byte).collect()
}

fn document(value: &Value) -> Document {
    serde_json::from_value(value.clone()).expect("every value is a document")
}

impl Face for Native {
    fn push(&mut self, records: &[f64], now: f64) -> usize {
        let taken = self.0.push_events(records, US, US.now(now));
        self.drained();
        taken
    }

    fn start(&mut self, record: &[f64; RECORD], replicas: &[f64], token: &str, now: f64) {
        let token = TokenText::parse(token).expect("a token").token();
        let answer = self.0.start_record(record, replicas, Some(token), US, US.now(now));
        assert!(answer.is_some(), "the numbers of a start");
        self.drained();
    }

    fn topology(&mut self, changes: &Value, now: f64) -> bool {
        let changes = config::topology(&document(changes)).expect("changes");
        let answer = self.0.handle_topology(&changes, US.now(now));
        self.drained();
        answer.is_ok()
    }

    fn signal(&mut self, record: &Value, namespace: i64, operation: i64, now: f64) {
        let record = config::record(&document(record)).expect("a record");
        let namespace = u32::try_from(namespace).ok().map(Namespace);
        let operation = u32::try_from(operation).ok().map(Operation);
        self.0.handle_signal(namespace, operation, &record, US.now(now));
        self.drained();
    }

    fn header(&mut self, text: &str, namespace: u32, operation: u32, now: f64) {
        let SloField { breadth, record } = SloField::parse(text).expect("a field").expect("a record");
        let scope = breadth.scope(namespace, operation);
        let (namespace, operation) = (scope.namespace.map(Namespace), scope.operation.map(Operation));
        self.0.handle_signal(namespace, operation, &record, US.now(now));
        self.drained();
    }

    fn stall(&mut self, kind: &str, [from, to]: [f64; 2], now: f64) {
        let report = match kind {
            "paused" => StallReport::Paused { from: US.now(from), to: US.now(to) },
            "throttled" => StallReport::Throttled,
            "resumed" => StallReport::Resumed,
            "suspended" => StallReport::Suspended,
            _ => StallReport::Reset,
        };
        self.0.handle_stall(report, US.now(now));
    }

    fn drain(&mut self, deadline: f64, now: f64) {
        self.0.drain(US.deadline(deadline), US.now(now));
        self.drained();
    }

    fn name(&mut self, kind: &str, name: &str) {
        match kind {
            "namespace" => drop(self.0.namespace(name).expect("room for a name")),
            _ => drop(self.0.operation(name).expect("room for a name")),
        }
    }

    fn take_trace(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.poll_trace_bytes(&mut bytes);
        bytes
    }
}
