//! Inputs in the compact form: a kind, then the arguments, optional ones behind a set of flags.

use alloc::vec::Vec;

use crate::client::action::{EndpointSpec, Failure, GivenToken, Namespace, Operation};
use crate::client::action::{Response, StallReport, Start, TopologyChange};
use crate::signal::record::Record;
use crate::time::{Duration, Instant, Wall};
use crate::trace::event::Input;
use crate::trace::number::{put, put_text};

/// The kinds of inputs; append-only.
pub(super) mod kind {
    pub(crate) const NAMESPACE: u64 = 1;
    pub(crate) const OPERATION: u64 = 2;
    pub(crate) const START: u64 = 3;
    pub(crate) const RESPONSE: u64 = 4;
    pub(crate) const FAILURE: u64 = 5;
    pub(crate) const CANCELLED: u64 = 6;
    pub(crate) const SIGNAL: u64 = 7;
    pub(crate) const TOPOLOGY: u64 = 8;
    pub(crate) const STALL: u64 = 9;
    pub(crate) const TIMEOUT: u64 = 10;
    pub(crate) const CANCEL: u64 = 11;
    pub(crate) const DRAIN: u64 = 12;
    /// A response with a report of the server's load.
    pub(crate) const LOADED: u64 = 13;
    /// A response with the server's wall time, and perhaps a report of its load.
    pub(crate) const TIMED: u64 = 14;
    pub(crate) const CLOCK: u64 = 15;
    pub(crate) const LEASE: u64 = 16;
}

/// Flags, one bit per optional argument in the order of writing.
fn flags(given: &[bool]) -> u64 {
    given.iter().enumerate().map(|(bit, &given)| u64::from(given) << bit).sum()
}

fn put_given(out: &mut Vec<u8>, values: impl IntoIterator<Item = Option<u64>>) {
    values.into_iter().flatten().for_each(|value| put(out, value));
}

/// Appends an input without its kind.
pub(super) fn put_arguments(out: &mut Vec<u8>, input: &Input<'_>) {
    match input {
        Input::Namespace(name) | Input::Operation(name) => put_text(out, name),
        Input::Start(start) => put_start(out, start),
        Input::Cancelled(attempt) => put(out, attempt.number()),
        Input::Response(attempt, response) => {
            put(out, attempt.number());
            put_response(out, response);
        }
        Input::Failure(attempt, failure) => {
            put(out, attempt.number());
            put_failure(out, failure);
        }
        Input::Signal(namespace, operation, record) => put_signal(out, *namespace, *operation, record),
        Input::Topology(changes) => {
            put(out, changes.len() as u64);
            changes.iter().for_each(|change| put_change(out, change));
        }
        Input::Stall(report) => put_stall(out, report),
        Input::Timeout => {}
        Input::Cancel(call) => put(out, call.number()),
        Input::Drain(deadline) => {
            put(out, flags(&[deadline.is_some()]));
            put_given(out, [deadline.map(Instant::as_micros)]);
        }
        Input::Clock(sample) => {
            let times = [sample.sent.as_micros(), sample.received.as_micros(), sample.server.as_micros()];
            put_given(out, times.map(Some));
        }
        Input::Lease(lease) => {
            put_given(out, [lease.from_t, lease.count, lease.expires_at.as_micros()].map(Some));
        }
    }
}

/// What stands behind the attempt: nothing, a report of load, or a wall time with perhaps a report.
fn put_response(out: &mut Vec<u8>, response: &Response) {
    let latency = response.load.and_then(|load| load.latency);
    let in_flight = response.load.map(|load| load.in_flight.into());
    match (response.wall, in_flight) {
        (None, None) => return,
        (None, Some(_)) => put(out, flags(&[latency.is_some()])),
        (Some(wall), _) => {
            put(out, flags(&[in_flight.is_some(), latency.is_some()]));
            put(out, wall.as_micros());
        }
    }
    put_given(out, [in_flight, latency.map(Duration::as_micros)]);
}

pub(super) const fn kind_of(input: &Input<'_>) -> u64 {
    match input {
        Input::Namespace(_) => kind::NAMESPACE,
        Input::Operation(_) => kind::OPERATION,
        Input::Start(_) => kind::START,
        Input::Response(_, response) if response.wall.is_some() => kind::TIMED,
        Input::Response(_, response) if response.load.is_some() => kind::LOADED,
        Input::Response(..) => kind::RESPONSE,
        Input::Failure(..) => kind::FAILURE,
        Input::Cancelled(_) => kind::CANCELLED,
        Input::Signal(..) => kind::SIGNAL,
        Input::Topology(_) => kind::TOPOLOGY,
        Input::Stall(_) => kind::STALL,
        Input::Timeout => kind::TIMEOUT,
        Input::Cancel(_) => kind::CANCEL,
        Input::Drain(_) => kind::DRAIN,
        Input::Clock(_) => kind::CLOCK,
        Input::Lease(_) => kind::LEASE,
    }
}

fn put_start(out: &mut Vec<u8>, start: &Start<'_>) {
    let minted = matches!(start.token, Some(GivenToken::Token(_)));
    let held = matches!(start.token, Some(GivenToken::HeldByHost));
    let (idempotency, priority) = (start.idempotency, start.priority);
    let given = [start.deadline.is_some(), idempotency.is_some(), priority.is_some()];
    let further = [start.no_hedges, start.no_retries];
    put(
        out,
        flags(&[given[0], given[1], given[2], start.wall.is_some(), minted, held, further[0], further[1]]),
    );
    put(out, u64::from(start.namespace.0));
    put(out, u64::from(start.operation.0));
    put(out, start.cookie);
    put(out, start.replicas.len() as u64);
    start.replicas.iter().for_each(|replica| put(out, replica.number()));
    let code = |code: u8| u64::from(code);
    put_given(
        out,
        [
            start.deadline.map(Instant::as_micros),
            idempotency.map(|idempotency| code(idempotency as u8)),
            priority.map(|priority| code(priority as u8)),
            start.wall.map(Wall::as_micros),
        ],
    );
    if let Some(GivenToken::Token(token)) = start.token {
        put(out, token.t);
        put(out, (token.nonce >> 64) as u64);
        put(out, token.nonce as u64);
    }
}

fn put_failure(out: &mut Vec<u8>, failure: &Failure) {
    let pushback = failure.pushback;
    put(out, u64::from(failure.class.code()));
    put(out, flags(&[pushback.retry_after.is_some(), pushback.max_retries.is_some(), pushback.never]));
    put_given(out, [pushback.retry_after.map(Duration::as_micros), pushback.max_retries.map(u64::from)]);
}

/// The optional numbers of a record with the names that its map form gives them.
pub(crate) fn record_numbers(record: &Record) -> [(&'static str, Option<u64>); 12] {
    let micros = |time: Option<Duration>| time.map(Duration::as_micros);
    [
        ("target", micros(record.target)),
        ("max", micros(record.max)),
        ("calls", record.calls.map(u64::from)),
        ("hedges", record.hedges.map(u64::from)),
        ("ttl", micros(record.ttl)),
        ("util", record.util.map(u64::from)),
        ("util_target", record.util_target.map(u64::from)),
        ("util_max", record.util_max.map(u64::from)),
        ("compute", record.compute.map(u64::from)),
        ("storage", record.storage.map(u64::from)),
        ("chunk", record.chunk.map(u64::from)),
        ("page", record.page.map(u64::from)),
    ]
}

fn put_signal(
    out: &mut Vec<u8>,
    namespace: Option<Namespace>,
    operation: Option<Operation>,
    record: &Record,
) {
    let texts = [record.origin.is_some(), record.compress.is_some(), record.reset];
    put(out, flags(&[namespace.is_some(), operation.is_some(), texts[0], texts[1], texts[2]]));
    put_given(out, [namespace.map(|number| number.0.into()), operation.map(|number| number.0.into())]);
    put(out, record.version);
    if let Some(origin) = &record.origin {
        put_text(out, origin);
    }
    if let Some(codecs) = &record.compress {
        put(out, codecs.len() as u64);
        for codec in codecs {
            put_text(out, codec);
        }
    }
    let numbers = record_numbers(record).map(|(_, value)| value);
    put(out, flags(&numbers.map(|value| value.is_some())));
    put_given(out, numbers);
}

fn put_change(out: &mut Vec<u8>, change: &TopologyChange) {
    let (code, spec) = match change {
        TopologyChange::Add(spec) => (0, spec),
        TopologyChange::Update(spec) => (1, spec),
        TopologyChange::Remove(name) => {
            put(out, 2);
            return put_text(out, name);
        }
    };
    put(out, code);
    put_endpoint(out, spec);
}

fn put_endpoint(out: &mut Vec<u8>, spec: &EndpointSpec) {
    let texts = [spec.zone.is_some(), spec.region.is_some()];
    let numbers = [spec.factor.is_some(), spec.up_since.is_some()];
    put(out, flags(&[texts[0], texts[1], numbers[0], numbers[1], spec.pool]));
    put_text(out, &spec.name);
    [&spec.zone, &spec.region].into_iter().flatten().for_each(|text| put_text(out, text));
    put_given(out, [spec.factor.map(u64::from), spec.up_since.map(Instant::as_micros)]);
}

fn put_stall(out: &mut Vec<u8>, report: &StallReport) {
    match report {
        StallReport::Paused { from, to } => {
            put(out, 0);
            put(out, from.as_micros());
            put(out, to.as_micros());
        }
        StallReport::Throttled => put(out, 1),
        StallReport::Resumed => put(out, 2),
        StallReport::Reset => put(out, 3),
        StallReport::Suspended => put(out, 4),
    }
}
