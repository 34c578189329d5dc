//! Runs a scripted scenario: a document of inputs that every language can read, played against one client.
//!
//! Inputs name calls by their cookie, attempts by cookie and ordinal (`"3/2"`), endpoints, operations and namespaces
//! by name, so that a scenario outlives a change of ids; a plain number is handed over as it is. The document's own
//! vocabulary states the rest.

use std::collections::BTreeMap;

use hedgerow::client::action::{
    Action, EndpointSpec, Failure, GivenToken, Namespace, Operation, Response, StallReport, Start,
    TopologyChange,
};
use hedgerow::config::{Idempotency, Priority};
use hedgerow::signal::record::Record;
use hedgerow::token::text::TokenText;
use hedgerow::trace::Trace;
use hedgerow::{
    AttemptId, CallId, Client, Config, Duration, EndpointId, FailureClass, Instant, Pushback, Seed, Wall,
};
use serde_json::Value;

/// A client in the middle of a scenario.
pub(crate) struct Script {
    client: Client,
    trace: Trace,
    now: u64,
    namespaces: BTreeMap<String, Namespace>,
    operations: BTreeMap<String, Operation>,
    calls: BTreeMap<String, CallId>,
    attempts: BTreeMap<String, AttemptId>,
    endpoints: BTreeMap<String, EndpointId>,
}

/// Plays a whole document; answers the configuration and the trace.
pub(crate) fn play(document: &Value) -> (Config, Trace) {
    let config: Config =
        serde_json::from_value(document["config"].clone()).unwrap_or_else(|error| panic!("{error}"));
    let mut script = Script::new(config.clone(), document);
    for (number, input) in document["inputs"].as_array().expect("inputs").iter().enumerate() {
        let understood = script.input(input).is_some();
        let last = script.trace.lines().last();
        assert!(understood, "input {number} cannot be played: {input}; the last line was {last:?}");
    }
    (config, script.trace)
}

impl Script {
    fn new(config: Config, document: &Value) -> Self {
        let text = document["seed"].as_str().expect("seed");
        let seed: Vec<u8> =
            (0..32).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("hex")).collect();
        let now = document["t0"].as_u64().expect("t0");
        let client =
            Client::new(config, &Seed::from_slice(&seed).expect("32 bytes"), Instant::from_micros(now));
        let trace = Trace::new(client.trace_header().expect("tracing is enabled").clone());
        Self {
            client,
            trace,
            now,
            namespaces: BTreeMap::new(),
            operations: BTreeMap::new(),
            calls: BTreeMap::new(),
            attempts: BTreeMap::new(),
            endpoints: BTreeMap::new(),
        }
    }

    /// Plays one input; `None` when it cannot be read.
    fn input(&mut self, input: &Value) -> Option<()> {
        let kind = input["e"].as_str()?;
        if kind == "run" {
            self.run(input["for_us"].as_u64()?);
            return Some(());
        }
        let told = Instant::from_micros(self.time(input)?);
        match kind {
            "namespace" => {
                let name = input["name"].as_str()?;
                let number = self.client.namespace(name).ok()?;
                self.namespaces.insert(name.into(), number);
            }
            "operation" => {
                let name = input["name"].as_str()?;
                let number = self.client.operation(name).ok()?;
                self.operations.insert(name.into(), number);
            }
            "start" => self.start(input, told)?,
            "response" => self.client.handle_response(self.attempt(input)?, Response::default(), told),
            "failure" => self.client.handle_failure(self.attempt(input)?, failure(input)?, told),
            "cancelled" => self.client.handle_cancelled(self.attempt(input)?, told),
            "signal" => {
                let (namespace, operation) = (self.namespace(&input["ns"]), self.operation(&input["op"]));
                self.client.handle_signal(namespace, operation, &record(&input["record"]), told);
            }
            "topology" => self.topology(input, told)?,
            "stall" => self.client.handle_stall(stall(input, told)?, told),
            "timeout" => self.client.handle_timeout(told),
            "cancel" => {
                let call = match &input["call"] {
                    Value::String(cookie) => *self.calls.get(cookie)?,
                    number => CallId::from_number(number.as_u64()?),
                };
                self.client.cancel(call, told);
            }
            "drain" => self.client.drain(instant(&input["deadline_us"], told), told),
            _ => return None,
        }
        self.take_outputs();
        Some(())
    }

    /// Wakes the client up at each time it asks for, until this time has passed.
    fn run(&mut self, micros: u64) {
        let end = self.now + micros;
        while let Some(wake) = self.client.poll_timeout().filter(|wake| wake.at.as_micros() <= end) {
            self.now = self.now.max(wake.at.as_micros());
            self.client.handle_timeout(Instant::from_micros(self.now));
            self.take_outputs();
        }
        self.now = end;
    }

    fn time(&mut self, input: &Value) -> Option<u64> {
        if let Some(told) = input["t"].as_u64() {
            return Some(told);
        }
        let base = match micros(&input["late_us"]) {
            Some(late) => self.client.poll_timeout()?.at.as_micros() + late,
            None => self.now + micros(&input["after_us"]).unwrap_or(0),
        };
        self.now = self.now.max(base);
        Some(self.now)
    }

    fn attempt(&self, input: &Value) -> Option<AttemptId> {
        match &input["attempt"] {
            Value::String(name) => self.attempts.get(name).copied(),
            number => number.as_u64().map(AttemptId::from_number),
        }
    }

    fn namespace(&self, value: &Value) -> Option<Namespace> {
        match value {
            Value::String(name) => Some(self.namespaces[name]),
            number => number.as_u64().map(|number| Namespace(number as u32)),
        }
    }

    fn operation(&self, value: &Value) -> Option<Operation> {
        match value {
            Value::String(name) => Some(self.operations[name]),
            number => number.as_u64().map(|number| Operation(number as u32)),
        }
    }

    fn start(&mut self, input: &Value, told: Instant) -> Option<()> {
        let names = input["replicas"].as_array().into_iter().flatten();
        let replicas: Option<Vec<_>> =
            names.map(|name| self.endpoints.get(name.as_str()?).copied()).collect();
        let replicas = replicas?;
        let token = match input["token"].as_str() {
            Some("host") => Some(GivenToken::HeldByHost),
            Some(text) => Some(GivenToken::Token(TokenText::parse(text).ok()?.token())),
            None => None,
        };
        let cookie = input["cookie"].as_u64()?;
        let start = Start {
            namespace: self.namespace(&input["ns"]).unwrap_or_default(),
            operation: self.operation(&input["op"]).unwrap_or_default(),
            replicas: &replicas,
            deadline: instant(&input["deadline_us"], told),
            idempotency: micros(&input["idempotency"]).and_then(|code| Idempotency::from_code(code as u8)),
            priority: micros(&input["priority"]).and_then(|code| Priority::from_code(code as u8)),
            token,
            wall: micros(&input["wall_us"]).map(Wall::from_micros),
            cookie,
            ..Start::default()
        };
        if let Ok(call) = self.client.start(&start, told) {
            self.calls.insert(cookie.to_string(), call);
        }
        Some(())
    }

    fn topology(&mut self, input: &Value, told: Instant) -> Option<()> {
        let changes: Option<Vec<_>> = input["changes"].as_array()?.iter().map(change).collect();
        let changes = changes?;
        if self.client.handle_topology(&changes, told).is_ok() {
            for change in input["changes"].as_array()? {
                let name = change["name"].as_str()?;
                self.endpoints.extend(self.client.endpoint(name).map(|id| (name.to_string(), id)));
            }
        }
        Some(())
    }

    fn take_outputs(&mut self) {
        while let Some(action) = self.client.poll_action() {
            if let Action::Send { attempt, ordinal, cookie, .. } = action {
                self.attempts.insert(format!("{cookie}/{ordinal}"), attempt);
            }
        }
        while let Some(record) = self.client.poll_trace() {
            self.trace.push(&record);
        }
    }
}

fn micros(value: &Value) -> Option<u64> {
    value.as_u64()
}

/// A time in µs, or one relative to the input's own: `"+6000"`.
fn instant(value: &Value, told: Instant) -> Option<Instant> {
    match value {
        Value::String(relative) => {
            let offset: i64 = relative.parse().expect("a signed number");
            Some(Instant::from_micros(told.as_micros().saturating_add_signed(offset)))
        }
        absolute => micros(absolute).map(Instant::from_micros),
    }
}

fn failure(input: &Value) -> Option<Failure> {
    let name = input["class"].as_str()?;
    let class = FailureClass::ALL.into_iter().find(|class| class.slug() == name)?;
    let pushback = Pushback {
        retry_after: micros(&input["retry_after_us"]).map(Duration::from_micros),
        never: input["never"].as_bool().unwrap_or(false),
        max_retries: micros(&input["max_retries"]).map(|most| most as u8),
    };
    Some(Failure { class, pushback })
}

fn record(value: &Value) -> Record {
    let time = |key: &str| micros(&value[key]).map(Duration::from_micros);
    Record {
        version: value["v"].as_u64().unwrap_or(0),
        origin: value["origin"].as_str().map(Into::into),
        target: time("target"),
        max: time("max"),
        calls: micros(&value["calls"]).map(|calls| calls as u32),
        hedges: micros(&value["hedges"]).map(|hedges| hedges as u32),
        ttl: time("ttl"),
        util: micros(&value["util"]).map(|util| util as u16),
        reset: value["reset"].as_bool().unwrap_or(false),
        ..Record::default()
    }
}

fn change(value: &Value) -> Option<TopologyChange> {
    let name = value["name"].as_str()?.to_string();
    let text = |key: &str| value[key].as_str().map(ToString::to_string);
    let spec = EndpointSpec {
        name: name.clone(),
        zone: text("zone"),
        region: text("region"),
        factor: micros(&value["factor"]).map(|factor| factor as u32),
        up_since: micros(&value["up_since_us"]).map(Instant::from_micros),
        pool: value["pool"].as_bool().unwrap_or(false),
    };
    match value["do"].as_str()? {
        "add" => Some(TopologyChange::Add(spec)),
        "update" => Some(TopologyChange::Update(spec)),
        "remove" => Some(TopologyChange::Remove(name)),
        _ => None,
    }
}

fn stall(input: &Value, told: Instant) -> Option<StallReport> {
    let at = |key: &str| instant(&input[key], told);
    match input["kind"].as_str()? {
        "paused" => Some(StallReport::Paused { from: at("from_us")?, to: at("to_us")? }),
        "throttled" => Some(StallReport::Throttled),
        "resumed" => Some(StallReport::Resumed),
        "reset" => Some(StallReport::Reset),
        _ => None,
    }
}
