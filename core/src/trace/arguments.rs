//! The arguments of each input in its line; an optional one that was not given has no key.

use alloc::format;

use crate::client::action::{EndpointSpec, Failure, GivenToken, Namespace, Operation};
use crate::client::action::{StallReport, TopologyChange};
use crate::id::EndpointId;
use crate::signal::record::Record;
use crate::time::{Duration, Instant, Wall};
use crate::token::Token;
use crate::trace::encode::record_numbers;
use crate::trace::event::{Event, StartEvent};
use crate::trace::line::Line;

impl Line {
    fn kind(&mut self, kind: &str) {
        self.text("e", kind);
    }

    /// The name of an input and its arguments.
    pub(super) fn event(&mut self, event: &Event) {
        match event {
            Event::Namespace(name) => {
                self.kind("namespace");
                self.text("name", name);
            }
            Event::Operation(name) => {
                self.kind("operation");
                self.text("name", name);
            }
            Event::Start(start) => self.start(start),
            Event::Response(attempt, response) => {
                self.kind("response");
                self.number("attempt", attempt.number());
                self.given("in_flight", response.load.map(|load| load.in_flight.into()));
                self.given(
                    "latency_us",
                    response.load.and_then(|load| load.latency).map(Duration::as_micros),
                );
            }
            Event::Failure(attempt, failure) => {
                self.kind("failure");
                self.number("attempt", attempt.number());
                self.failure(failure);
            }
            Event::Cancelled(attempt) => {
                self.kind("cancelled");
                self.number("attempt", attempt.number());
            }
            Event::Signal(namespace, operation, record) => self.signal(*namespace, *operation, record),
            Event::Topology(changes) => {
                self.kind("topology");
                self.key("changes");
                self.list(changes, |line, change| line.object(|line| line.change(change)));
            }
            Event::Stall(report) => self.stall(report),
            Event::Timeout => self.kind("timeout"),
            Event::Cancel(call) => {
                self.kind("cancel");
                self.number("call", call.number());
            }
            Event::Drain(deadline) => {
                self.kind("drain");
                self.given("deadline_us", deadline.map(Instant::as_micros));
            }
        }
    }

    fn start(&mut self, start: &StartEvent) {
        let arguments = &start.arguments;
        self.kind("start");
        self.number("ns", arguments.namespace.0.into());
        self.number("op", arguments.operation.0.into());
        self.key("replicas");
        self.list(&start.replicas, |line, replica: &EndpointId| line.value(replica.number()));
        self.given("deadline_us", arguments.deadline.map(Instant::as_micros));
        self.given("idempotency", arguments.idempotency.map(|code| code as u64));
        self.given("priority", arguments.priority.map(|code| code as u64));
        match arguments.token {
            Some(GivenToken::Token(Token { t, nonce })) => {
                self.text("token", &format!("{t:016x}-{nonce:032x}"));
            }
            Some(GivenToken::HeldByHost) => self.text("token", "host"),
            None => {}
        }
        self.given("wall_us", arguments.wall.map(Wall::as_micros));
        self.yes("no_hedges", arguments.no_hedges);
        self.yes("no_retries", arguments.no_retries);
        self.number("cookie", arguments.cookie);
    }

    fn failure(&mut self, failure: &Failure) {
        let pushback = failure.pushback;
        self.number("class", failure.class.code().into());
        self.given("retry_after_us", pushback.retry_after.map(Duration::as_micros));
        self.yes("never", pushback.never);
        self.given("max_retries", pushback.max_retries.map(u64::from));
    }

    fn signal(&mut self, namespace: Option<Namespace>, operation: Option<Operation>, record: &Record) {
        self.kind("signal");
        self.given("ns", namespace.map(|number| number.0.into()));
        self.given("op", operation.map(|number| number.0.into()));
        self.key("record");
        self.object(|line| {
            line.number("v", record.version);
            if let Some(origin) = &record.origin {
                line.text("origin", origin);
            }
            let numbers = record_numbers(record);
            let (first, sizes) = numbers.split_at(numbers.len() - 2);
            for (name, value) in first {
                line.given(name, *value);
            }
            if let Some(codecs) = &record.compress {
                line.key("compress");
                line.list(codecs, |line, codec| line.text_value(codec));
            }
            for (name, value) in sizes {
                line.given(name, *value);
            }
            line.yes("reset", record.reset);
        });
    }

    fn change(&mut self, change: &TopologyChange) {
        match change {
            TopologyChange::Add(spec) => self.endpoint("add", spec),
            TopologyChange::Update(spec) => self.endpoint("update", spec),
            TopologyChange::Remove(name) => {
                self.text("do", "remove");
                self.text("name", name);
            }
        }
    }

    fn endpoint(&mut self, verb: &str, spec: &EndpointSpec) {
        self.text("do", verb);
        self.text("name", &spec.name);
        for (key, text) in [("zone", &spec.zone), ("region", &spec.region)] {
            if let Some(text) = text {
                self.text(key, text);
            }
        }
        self.given("factor", spec.factor.map(u64::from));
        self.given("up_since_us", spec.up_since.map(Instant::as_micros));
        self.yes("pool", spec.pool);
    }

    fn stall(&mut self, report: &StallReport) {
        self.kind("stall");
        match report {
            StallReport::Paused { from, to } => {
                self.text("kind", "paused");
                self.number("from_us", from.as_micros());
                self.number("to_us", to.as_micros());
            }
            StallReport::Throttled => self.text("kind", "throttled"),
            StallReport::Resumed => self.text("kind", "resumed"),
            StallReport::Reset => self.text("kind", "reset"),
        }
    }
}
