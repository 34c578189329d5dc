//! The arguments of an input, read from its line.

use hedgerow::client::action::{
    ClockSample, Failure, GivenToken, Lease, Namespace, Operation, Response, ServerLoad, StallReport, Start,
};
use hedgerow::config::{Idempotency, Priority};
use hedgerow::retry::outcome::FailureClass;
use hedgerow::retry::pushback::Pushback;
use hedgerow::token::Token;
use hedgerow::trace::{Event, StartEvent};
use hedgerow::{AttemptId, CallId, Duration, EndpointId, Instant, Wall, config};

use crate::lines::Fields;

/// Reads the input of a line.
pub(crate) fn read(fields: &Fields<'_>) -> Result<Event, String> {
    Ok(match fields.text("e")? {
        "namespace" => Event::Namespace(fields.text("name")?.to_owned()),
        "operation" => Event::Operation(fields.text("name")?.to_owned()),
        "start" => Event::Start(start(fields)?),
        "response" => Event::Response(attempt(fields)?, response(fields)?),
        "failure" => Event::Failure(attempt(fields)?, failure(fields)?),
        "cancelled" => Event::Cancelled(attempt(fields)?),
        "signal" => signal(fields)?,
        "topology" => Event::Topology(topology(fields)?),
        "stall" => Event::Stall(stall(fields)?),
        "timeout" => Event::Timeout,
        "cancel" => Event::Cancel(CallId::from_number(fields.number("call")?)),
        "clock" => Event::Clock(ClockSample {
            sent: fields.number("sent_us").map(Instant::from_micros)?,
            received: fields.number("received_us").map(Instant::from_micros)?,
            server: fields.number("wall_us").map(Wall::from_micros)?,
        }),
        "lease" => Event::Lease(Lease {
            from_t: fields.number("from_us")?,
            count: fields.number("count")?,
            expires_at: fields.number("expires_us").map(Instant::from_micros)?,
        }),
        "drain" => Event::Drain(fields.given("deadline_us")?.map(Instant::from_micros)),
        other => return Err(format!("e: {other} is no input")),
    })
}

fn attempt(fields: &Fields<'_>) -> Result<AttemptId, String> {
    fields.number("attempt").map(AttemptId::from_number)
}

fn start(fields: &Fields<'_>) -> Result<StartEvent, String> {
    let replicas = fields.numbers("replicas")?.into_iter().map(EndpointId::from_number).collect();
    let idempotency = fields
        .small("idempotency")?
        .map(|code| Idempotency::from_code(code).ok_or_else(|| format!("idempotency: {code}, want 0..=3")));
    let priority = fields
        .small("priority")?
        .map(|code| Priority::from_code(code).ok_or_else(|| format!("priority: {code}, want 0..=3")));
    let arguments = Start {
        namespace: Namespace(fields.small("ns")?.unwrap_or(0)),
        operation: Operation(fields.small("op")?.unwrap_or(0)),
        replicas: &[],
        deadline: fields.given("deadline_us")?.map(Instant::from_micros),
        idempotency: idempotency.transpose()?,
        priority: priority.transpose()?,
        token: token(fields)?,
        wall: fields.given("wall_us")?.map(Wall::from_micros),
        no_hedges: fields.flag("no_hedges"),
        no_retries: fields.flag("no_retries"),
        cookie: fields.number("cookie")?,
    };
    Ok(StartEvent { replicas, arguments })
}

fn token(fields: &Fields<'_>) -> Result<Option<GivenToken>, String> {
    let Ok(text) = fields.text("token") else { return Ok(None) };
    if text == "host" {
        return Ok(Some(GivenToken::HeldByHost));
    }
    let token = text.split_once('-').and_then(|(t, nonce)| {
        let (t, nonce) = (u64::from_str_radix(t, 16).ok()?, u128::from_str_radix(nonce, 16).ok()?);
        Some(GivenToken::Token(Token { t, nonce }))
    });
    token.map(Some).ok_or_else(|| format!("token: {text} is none"))
}

fn response(fields: &Fields<'_>) -> Result<Response, String> {
    let latency = fields.given("latency_us")?.map(Duration::from_micros);
    let load = fields.small("in_flight")?.map(|in_flight| ServerLoad { in_flight, latency });
    let response = load.map_or_else(Response::default, Response::with_load);
    let wall = fields.given("wall_us")?.map(Wall::from_micros);
    Ok(wall.map_or(response, |wall| response.told_at(wall)))
}

fn failure(fields: &Fields<'_>) -> Result<Failure, String> {
    let class = fields.small("class")?.and_then(FailureClass::from_code);
    let pushback = Pushback {
        retry_after: fields.given("retry_after_us")?.map(Duration::from_micros),
        never: fields.flag("never"),
        max_retries: fields.small("max_retries")?,
    };
    Ok(Failure { class: class.ok_or("class: want 1..=6")?, pushback })
}

fn signal(fields: &Fields<'_>) -> Result<Event, String> {
    let record = fields.0.get("record").ok_or("record: missing")?;
    let record = config::record(record).map_err(|error| error.to_string())?;
    let (namespace, operation) = (fields.small("ns")?, fields.small("op")?);
    Ok(Event::Signal(namespace.map(Namespace), operation.map(Operation), record))
}

fn topology(fields: &Fields<'_>) -> Result<Vec<hedgerow::client::action::TopologyChange>, String> {
    let changes = fields.0.get("changes").ok_or("changes: missing")?;
    config::topology(changes).map_err(|error| error.to_string())
}

fn stall(fields: &Fields<'_>) -> Result<StallReport, String> {
    let instant = |name| fields.number(name).map(Instant::from_micros);
    match fields.text("kind")? {
        "paused" => Ok(StallReport::Paused { from: instant("from_us")?, to: instant("to_us")? }),
        "throttled" => Ok(StallReport::Throttled),
        "resumed" => Ok(StallReport::Resumed),
        "reset" => Ok(StallReport::Reset),
        "suspended" => Ok(StallReport::Suspended),
        other => Err(format!("kind: {other} is no stall")),
    }
}
