//! Inputs read back from the compact form; the counterpart of the encoder, for bytes of any origin.

use crate::client::action::{ClockSample, EndpointSpec, Failure, GivenToken, Lease, Namespace, Operation};
use crate::client::action::{Response, ServerLoad, StallReport, Start, TopologyChange};
use crate::config::{Idempotency, Priority};
use crate::id::{AttemptId, CallId, EndpointId};
use crate::retry::outcome::FailureClass;
use crate::retry::pushback::Pushback;
use crate::signal::record::Record;
use crate::time::{Duration, Instant, Wall};
use crate::token::Token;
use crate::trace::encode::kind;
use crate::trace::event::{Event, StartEvent};
use crate::trace::number::{Reader, TraceFault};

type Read<T> = Result<T, TraceFault>;

/// Reads the arguments of an input of this kind.
pub(super) fn read_event(kind: u64, reader: &mut Reader<'_>) -> Read<Event> {
    Ok(match kind {
        kind::NAMESPACE => Event::Namespace(reader.text()?),
        kind::OPERATION => Event::Operation(reader.text()?),
        kind::START => Event::Start(start(reader)?),
        kind::RESPONSE => Event::Response(attempt(reader)?, Response::default()),
        kind::LOADED => Event::Response(attempt(reader)?, Response::with_load(load(reader)?)),
        kind::TIMED => Event::Response(attempt(reader)?, timed(reader)?),
        kind::FAILURE => Event::Failure(attempt(reader)?, failure(reader)?),
        kind::CANCELLED => Event::Cancelled(attempt(reader)?),
        kind::SIGNAL => signal(reader)?,
        kind::TOPOLOGY => Event::Topology(reader.list(change)?),
        kind::STALL => Event::Stall(stall(reader)?),
        kind::TIMEOUT => Event::Timeout,
        kind::CANCEL => {
            let number = reader.number()?;
            Event::Cancel(issued(number, CallId::from_number(number), CallId::number)?)
        }
        kind::DRAIN => {
            let flags = reader.flags(1)?;
            Event::Drain(reader.optional(flags == 1)?.map(Instant::from_micros))
        }
        kind::CLOCK => Event::Clock(ClockSample {
            sent: Instant::from_micros(reader.number()?),
            received: Instant::from_micros(reader.number()?),
            server: Wall::from_micros(reader.number()?),
        }),
        kind::LEASE => Event::Lease(Lease {
            from_t: reader.number()?,
            count: reader.number()?,
            expires_at: Instant::from_micros(reader.number()?),
        }),
        _ => return Err(TraceFault::Value),
    })
}

/// An id whose number is one that ids can have.
fn issued<T: Copy>(number: u64, id: T, back: impl Fn(T) -> u64) -> Read<T> {
    if back(id) == number { Ok(id) } else { Err(TraceFault::Value) }
}

fn attempt(reader: &mut Reader<'_>) -> Read<AttemptId> {
    let number = reader.number()?;
    issued(number, AttemptId::from_number(number), AttemptId::number)
}

fn endpoint(reader: &mut Reader<'_>) -> Read<EndpointId> {
    let number = reader.number()?;
    issued(number, EndpointId::from_number(number), EndpointId::number)
}

/// Turns a code into its value, where one is given.
fn coded<T>(code: Option<u64>, of: impl Fn(u8) -> Option<T>) -> Read<Option<T>> {
    let Some(code) = code else { return Ok(None) };
    u8::try_from(code).ok().and_then(of).map(Some).ok_or(TraceFault::Value)
}

fn start(reader: &mut Reader<'_>) -> Read<StartEvent> {
    let flags = reader.flags(0b1111_1111)?;
    let given = |bit: u32| flags & (1 << bit) != 0;
    let mut arguments = Start {
        namespace: Namespace(reader.narrow()?),
        operation: Operation(reader.narrow()?),
        cookie: reader.number()?,
        no_hedges: given(6),
        no_retries: given(7),
        ..Start::default()
    };
    let replicas = reader.list(endpoint)?;
    arguments.deadline = reader.optional(given(0))?.map(Instant::from_micros);
    arguments.idempotency = coded(reader.optional(given(1))?, Idempotency::from_code)?;
    arguments.priority = coded(reader.optional(given(2))?, Priority::from_code)?;
    arguments.wall = reader.optional(given(3))?.map(Wall::from_micros);
    arguments.token = match (given(4), given(5)) {
        (false, false) => None,
        (false, true) => Some(GivenToken::HeldByHost),
        (true, false) => Some(GivenToken::Token(token(reader)?)),
        (true, true) => return Err(TraceFault::Value),
    };
    Ok(StartEvent { replicas, arguments })
}

fn token(reader: &mut Reader<'_>) -> Read<Token> {
    let (t, high, low) = (reader.number()?, reader.number()?, reader.number()?);
    Ok(Token { t, nonce: u128::from(high) << 64 | u128::from(low) })
}

fn load(reader: &mut Reader<'_>) -> Read<ServerLoad> {
    let timed = reader.flags(1)? == 1;
    let in_flight = reader.narrow()?;
    Ok(ServerLoad { in_flight, latency: reader.optional(timed)?.map(Duration::from_micros) })
}

fn timed(reader: &mut Reader<'_>) -> Read<Response> {
    let flags = reader.flags(0b11)?;
    let wall = Wall::from_micros(reader.number()?);
    let response = match flags {
        0 => Response::default(),
        1 | 3 => {
            let in_flight = reader.narrow()?;
            let latency = reader.optional(flags == 3)?.map(Duration::from_micros);
            Response::with_load(ServerLoad { in_flight, latency })
        }
        _ => return Err(TraceFault::Value),
    };
    Ok(response.told_at(wall))
}

fn failure(reader: &mut Reader<'_>) -> Read<Failure> {
    let class = FailureClass::from_code(reader.narrow()?).ok_or(TraceFault::Value)?;
    let flags = reader.flags(0b111)?;
    let retry_after = reader.optional(flags & 1 != 0)?.map(Duration::from_micros);
    let max_retries = if flags & 2 != 0 { Some(reader.narrow()?) } else { None };
    Ok(Failure { class, pushback: Pushback { retry_after, never: flags & 4 != 0, max_retries } })
}

fn signal(reader: &mut Reader<'_>) -> Read<Event> {
    let flags = reader.flags(0b1_1111)?;
    let given = |bit: u32| flags & (1 << bit) != 0;
    let namespace = narrowed(reader.optional(given(0))?)?.map(Namespace);
    let operation = narrowed(reader.optional(given(1))?)?.map(Operation);
    let version = reader.number()?;
    let origin = if given(2) { Some(reader.text()?) } else { None };
    let compress = if given(3) { Some(reader.list(Reader::text)?) } else { None };
    let numbers = reader.flags(0xfff)?;
    let mut next = 0;
    let mut number = || {
        next += 1;
        reader.optional(numbers & (1 << (next - 1)) != 0)
    };
    // Evaluated in the order of writing.
    let record = Record {
        target: number()?.map(Duration::from_micros),
        max: number()?.map(Duration::from_micros),
        calls: narrowed(number()?)?,
        hedges: narrowed(number()?)?,
        ttl: number()?.map(Duration::from_micros),
        util: narrowed(number()?)?,
        util_target: narrowed(number()?)?,
        util_max: narrowed(number()?)?,
        compute: narrowed(number()?)?,
        storage: narrowed(number()?)?,
        chunk: narrowed(number()?)?,
        page: narrowed(number()?)?,
        reset: given(4),
        version,
        origin,
        compress,
    };
    Ok(Event::Signal(namespace, operation, record))
}

fn narrowed<T: TryFrom<u64>>(value: Option<u64>) -> Read<Option<T>> {
    value.map(T::try_from).transpose().map_err(|_| TraceFault::Number)
}

fn change(reader: &mut Reader<'_>) -> Read<TopologyChange> {
    Ok(match reader.number()? {
        0 => TopologyChange::Add(spec(reader)?),
        1 => TopologyChange::Update(spec(reader)?),
        2 => TopologyChange::Remove(reader.text()?),
        _ => return Err(TraceFault::Value),
    })
}

fn spec(reader: &mut Reader<'_>) -> Read<EndpointSpec> {
    let flags = reader.flags(0b1_1111)?;
    let given = |bit: u32| flags & (1 << bit) != 0;
    Ok(EndpointSpec {
        name: reader.text()?,
        zone: if given(0) { Some(reader.text()?) } else { None },
        region: if given(1) { Some(reader.text()?) } else { None },
        factor: narrowed(reader.optional(given(2))?)?,
        up_since: reader.optional(given(3))?.map(Instant::from_micros),
        pool: given(4),
    })
}

fn stall(reader: &mut Reader<'_>) -> Read<StallReport> {
    Ok(match reader.number()? {
        0 => {
            let (from, to) = (reader.number()?, reader.number()?);
            StallReport::Paused { from: Instant::from_micros(from), to: Instant::from_micros(to) }
        }
        1 => StallReport::Throttled,
        2 => StallReport::Resumed,
        3 => StallReport::Reset,
        4 => StallReport::Suspended,
        _ => return Err(TraceFault::Value),
    })
}
