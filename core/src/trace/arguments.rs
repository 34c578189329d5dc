//! The arguments of each input in its line; an optional one that was not given has no key.

use alloc::format;

use crate::client::action::{ClockSample, EndpointSpec, Failure, GivenToken, Lease, Namespace, Operation};
use crate::client::action::{Response, StallReport, TopologyChange};
use crate::id::{AttemptId, EndpointId};
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
            Event::Response(attempt, response) => self.response(*attempt, response),
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
            Event::Clock(sample) => self.clock(sample),
            Event::Lease(lease) => self.lease(lease),
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

    fn response(&mut self, attempt: AttemptId, response: &Response) {
        let load = response.load;
        self.kind("response");
        self.number("attempt", attempt.number());
        self.given("in_flight", load.map(|load| load.in_flight.into()));
        self.given("latency_us", load.and_then(|load| load.latency).map(Duration::as_micros));
        self.given("wall_us", response.wall.map(Wall::as_micros));
    }

    fn clock(&mut self, sample: &ClockSample) {
        self.kind("clock");
        self.number("sent_us", sample.sent.as_micros());
        self.number("received_us", sample.received.as_micros());
        self.number("wall_us", sample.server.as_micros());
    }

    fn lease(&mut self, lease: &Lease) {
        self.kind("lease");
        self.number("from_us", lease.from_t);
        self.number("count", lease.count);
        self.number("expires_us", lease.expires_at.as_micros());
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
            StallReport::Suspended => self.text("kind", "suspended"),
        }
    }
}
