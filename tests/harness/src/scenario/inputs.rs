//! Recorded inputs in the forms that bindings take: floats in records, documents for what is rare.

use hedgerow::client::action::{
    EndpointSpec, Failure, GivenToken, Namespace, Operation, Response, StallReport, TopologyChange,
};
use hedgerow::signal::header::{Breadth, SloField};
use hedgerow::signal::map::Entry;
use hedgerow::signal::record::Record;
use hedgerow::time::MAX_MICROS;
use hedgerow::token::text::{TextForm, TokenText};
use hedgerow::trace::{Event, StartEvent};
use hedgerow::wire::{Code, NOT_GIVEN, RECORD, float};
use hedgerow::{Duration, Instant, Wall};
use serde_json::{Value, json};

/// Records of one batch: bindings hold more in their buffers.
const BATCH: usize = 16;

/// The inputs so far.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    list: Vec<Value>,
    /// Records of one time that no entry holds yet.
    batch: Vec<f64>,
    at: Value,
    signals: u32,
}

impl Inputs {
    /// Everything that was put.
    pub(super) fn into_list(mut self) -> Vec<Value> {
        self.flush();
        self.list
    }

    /// Appends one input; the time is none where a name is interned.
    pub(super) fn put(&mut self, at: Option<Instant>, event: &Event) {
        let at = at.filter(|at| at.as_micros() <= MAX_MICROS).map_or(Value::Null, |at| json!(at.as_micros()));
        if let Some(records) = records(event) {
            return self.push(at, &records);
        }
        let entry = match event {
            Event::Start(start) => with_token(start),
            Event::Topology(changes) => {
                json!({"e": "topology", "changes": changes.iter().map(change).collect::<Vec<_>>()})
            }
            Event::Signal(namespace, operation, record) => self.signal(*namespace, *operation, record),
            Event::Stall(report) => stall(*report),
            Event::Drain(deadline) => json!({"e": "drain", "deadline_us": instant(*deadline)}),
            Event::Namespace(name) => json!({"e": "namespace", "name": name}),
            Event::Operation(name) => json!({"e": "operation", "name": name}),
            other => unreachable!("{other:?} is no input of a scenario"),
        };
        self.flush();
        self.append(at, entry);
    }

    fn push(&mut self, at: Value, records: &[f64]) {
        if self.at != at || self.batch.len() + records.len() > BATCH * RECORD {
            self.flush();
            self.at = at;
        }
        self.batch.extend_from_slice(records);
    }

    fn flush(&mut self) {
        if !self.batch.is_empty() {
            let of: Vec<_> = self.batch.drain(..).map(whole).collect();
            let at = self.at.take();
            self.append(at, json!({"e": "records", "of": of}));
        }
    }

    fn append(&mut self, at: Value, mut entry: Value) {
        if entry["name"].is_null() {
            entry["t"] = at;
        }
        self.list.push(entry);
    }

    /// Every other record that a field can carry is one.
    fn signal(&mut self, ns: Option<Namespace>, op: Option<Operation>, record: &Record) -> Value {
        self.signals += 1;
        let breadth = match (ns, op) {
            (Some(_), Some(_)) => Some(Breadth::Operation),
            (Some(_), None) => Some(Breadth::Namespace),
            (None, None) => Some(Breadth::All),
            (None, Some(_)) => None,
        };
        let field = breadth.filter(|_| record.is_valid() && self.signals.is_multiple_of(2));
        let text = field.and_then(|breadth| SloField { breadth, record: record.clone() }.to_text().ok());
        let number = |given: Option<u32>, absent: i64| given.map_or(absent, i64::from);
        let (ns, op) = (ns.map(|number| number.0), op.map(|number| number.0));
        if let Some(text) = text {
            return json!({"e": "header", "ns": number(ns, 0), "op": number(op, 0), "text": text});
        }
        let entry = Entry { record: record.clone(), ..Entry::default() };
        let record = serde_json::to_value(entry).expect("a record is a map");
        json!({"e": "signal", "ns": number(ns, -1), "op": number(op, -1), "record": record})
    }
}

/// The flat form of a hot input.
fn records(event: &Event) -> Option<Vec<f64>> {
    let none = NOT_GIVEN;
    let (code, attempt) = match event {
        Event::Start(start) if !matches!(start.arguments.token, Some(GivenToken::Token(_))) => {
            let mut records = start_record(start).to_vec();
            records.extend(replicas(start));
            records.resize(records.len().next_multiple_of(RECORD), none);
            return Some(records);
        }
        Event::Response(attempt, response) => return Some(answer(id(attempt.number()), *response).to_vec()),
        Event::Failure(attempt, failure) => return Some(failed(id(attempt.number()), *failure).to_vec()),
        Event::Cancelled(attempt) => (Code::Cancelled, id(attempt.number())),
        Event::Cancel(call) => {
            return Some(vec![code(Code::GiveUp), none, id(call.number()), none, none, none, none, none]);
        }
        Event::Timeout => (Code::Timeout, none),
        _ => return None,
    };
    Some(vec![self::code(code), none, none, attempt, none, none, none, none])
}

fn answer(attempt: f64, response: Response) -> [f64; RECORD] {
    let none = NOT_GIVEN;
    let in_flight = response.load.map_or(none, |load| f64::from(load.in_flight));
    let latency = span(response.load.and_then(|load| load.latency));
    [
        code(Code::Response),
        none,
        none,
        attempt,
        in_flight,
        latency,
        response.wall.map_or(none, |at| float(at.as_micros())),
        none,
    ]
}

fn failed(attempt: f64, failure: Failure) -> [f64; RECORD] {
    let none = NOT_GIVEN;
    let pushback = failure.pushback;
    let most = pushback.max_retries.map_or(none, f64::from);
    let packed = u16::from(failure.class.code()) + (u16::from(pushback.never) << 8);
    [code(Code::Failure), none, none, attempt, none, span(pushback.retry_after), most, f64::from(packed)]
}

fn start_record(start: &StartEvent) -> [f64; RECORD] {
    let arguments = &start.arguments;
    let byte = |code: Option<u8>| u32::from(code.unwrap_or(255));
    let flags = u32::from(arguments.token.is_some())
        + (u32::from(arguments.no_hedges) << 1)
        + (u32::from(arguments.no_retries) << 2);
    let packed = byte(arguments.priority.map(|word| word as u8))
        + (byte(arguments.idempotency.map(|word| word as u8)) << 8)
        + (flags << 16);
    [
        code(Code::Start),
        float(arguments.cookie),
        f64::from(arguments.namespace.0),
        f64::from(arguments.operation.0),
        float(start.replicas.len() as u64),
        instant(arguments.deadline),
        arguments.wall.map(Wall::as_micros).map_or(NOT_GIVEN, float),
        f64::from(packed),
    ]
}

fn replicas(start: &StartEvent) -> impl Iterator<Item = f64> {
    start.replicas.iter().map(|endpoint| id(endpoint.number()))
}

fn with_token(start: &StartEvent) -> Value {
    let Some(GivenToken::Token(token)) = start.arguments.token else {
        unreachable!("a start without a token is a record")
    };
    let text = TokenText::new(token, TextForm::Hex).expect("hex carries every token");
    let record: Vec<_> = start_record(start).into_iter().map(whole).collect();
    let replicas: Vec<_> = replicas(start).map(whole).collect();
    json!({"e": "start", "record": record, "replicas": replicas, "token": text.as_str()})
}

fn change(change: &TopologyChange) -> Value {
    let spec = |word: &str, spec: &EndpointSpec| {
        let mut entry = json!({"do": word, "name": spec.name, "pool": spec.pool});
        let given = [("zone", &spec.zone), ("region", &spec.region)];
        for (key, text) in given.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?))) {
            entry[key] = json!(text);
        }
        if let Some(factor) = spec.factor {
            entry["factor"] = json!(factor);
        }
        if let Some(since) = spec.up_since {
            entry["up_since_us"] = json!(since.as_micros());
        }
        entry
    };
    match change {
        TopologyChange::Add(added) => spec("add", added),
        TopologyChange::Update(updated) => spec("update", updated),
        TopologyChange::Remove(name) => json!({"do": "remove", "name": name}),
    }
}

fn stall(report: StallReport) -> Value {
    match report {
        StallReport::Paused { from, to } => {
            json!({"e": "stall", "kind": "paused", "from_us": from.as_micros(), "to_us": to.as_micros()})
        }
        StallReport::Throttled => json!({"e": "stall", "kind": "throttled"}),
        StallReport::Resumed => json!({"e": "stall", "kind": "resumed"}),
        StallReport::Reset => json!({"e": "stall", "kind": "reset"}),
        StallReport::Suspended => json!({"e": "stall", "kind": "suspended"}),
    }
}

/// Everything in a record is a whole number, and is written as one.
fn whole(value: f64) -> i64 {
    value as i64
}

fn code(code: Code) -> f64 {
    f64::from(code as u8)
}

/// An id that no table issues is one that is stale everywhere.
fn id(number: u64) -> f64 {
    if number <= MAX_MICROS { float(number) } else { 0.0 }
}

fn instant(at: Option<Instant>) -> f64 {
    at.map_or(NOT_GIVEN, |at| float(at.as_micros().min(MAX_MICROS)))
}

fn span(span: Option<Duration>) -> f64 {
    span.map_or(NOT_GIVEN, |span| float(span.as_micros().min(MAX_MICROS)))
}
