//! E12: three requests during one pause: a limit of hedges decides how many of them are rescued.
//!
//! Two calls read and one writes; their server is paused from 0 to 24 ms and then serves each for 0.5 ms in order of
//! arrival, another one in the next zone is quick. The averages of both operations were set by ten answered calls of
//! each. A denied hedge is dropped for good, so with one slot the second call waits for the end of the pause.

use serde_json::{Value, json};

use super::fleet::named;
use super::{Experiment, Figure, InputError, Inputs, Quick, Report, Row, Session};
use crate::fault::{Fault, Kind, Target};
use crate::sample::{Arrivals, Model};
use crate::world::spec::{Homes, Operation, ServerCost, ServerSpec, Spec};
use crate::world::{Happening, Progress, World};
use hedgerow::Reason;
use hedgerow::client::action::AttemptKind;

/// Answered calls of each operation before the story begins.
const BEFORE: u64 = 10;
/// Time between two of them, in µs.
const APART_US: u64 = 10_000;
/// When the story begins, in µs.
const START_US: u64 = 1_000_000;
/// The operations, in the order of the world.
const OPERATIONS: [&str; 2] = ["GET", "PUT"];
/// A call answered by then, after its start, was rescued from the pause.
const RESCUED_US: u64 = 20_000;

pub(super) const THREE: Experiment = Experiment {
    id: "E12",
    title: "three requests and one pause: how many a limit of hedges rescues",
    source: "InfoQ, How Netflix Ensures Highly-Reliable Online Stateful Systems; arrival times computed",
    view: "private (of the one client, hence global)",
    kinds: &[("three_requests", measure)],
    quick: Quick::Whole,
};

/// One call of the story.
#[derive(Clone, Debug)]
struct Told {
    at_us: u64,
    name: String,
    op: u16,
    average_us: u64,
}

fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let (calls, pause_us) = story(inputs.value("steps").unwrap_or(&Value::Null))?;
    let target_us = inputs.whole("target_us", 100..=60_000_000)?;
    let limit = inputs.whole("hedge_limit", 0..=1000)?;
    inputs.word_or("denied_hedge", &["drop"], "drop")?;
    let after_pause = inputs.whole("s1_service_us", 0..=1_000_000)?;
    let quick = [inputs.whole("s2_get_us", 0..=1_000_000)?, inputs.whole("s2_put_us", 0..=1_000_000)?];
    inputs.finish()?;
    let arm =
        named("netflix")?.with(&json!({"objective": {"target_us": target_us}, "limits": {"hedges": limit}}));
    let spec = world(&calls, pause_us, after_pause, quick);
    let mut world = World::new(&spec, &arm, session.seed)?;
    world.keep_journal();
    while world.advance(1000) == Progress::Running {}
    session.finished("three requests");
    Ok(Report::of(vec![row(&world, &calls)]))
}

/// The calls in order of time, and the end of the pause.
fn story(steps: &Value) -> Result<(Vec<Told>, u64), InputError> {
    let steps = steps.as_array().ok_or_else(|| InputError("steps: missing".into()))?;
    let (mut calls, mut pause) = (Vec::new(), 0);
    for (index, step) in steps.iter().enumerate() {
        let number = |field: &str| {
            let value = &step[field];
            value.as_u64().filter(|at| *at < START_US).ok_or_else(|| {
                InputError(format!("steps[{index}].{field}: {value}, want a whole number below {START_US}"))
            })
        };
        match step["do"].as_str() {
            Some("pause") => pause = number("until_us")?,
            Some("call") => {
                let op = OPERATIONS.iter().position(|name| step["op"] == **name);
                let op = op.ok_or_else(|| {
                    InputError(format!("steps[{index}].op: {}, want GET or PUT", step["op"]))
                })?;
                calls.push(Told {
                    at_us: number("at_us")?,
                    name: step["id"].as_str().unwrap_or_default().to_owned(),
                    op: op as u16,
                    average_us: number("avg_us")?,
                });
            }
            _ => return Err(InputError(format!("steps[{index}].do: {}, want call or pause", step["do"]))),
        }
    }
    calls.sort_by_key(|call| call.at_us);
    Ok((calls, pause))
}

fn world(calls: &[Told], pause_us: u64, after_pause: u64, quick: [u64; 2]) -> Spec {
    let mut times: Vec<_> = (0..2 * BEFORE).map(|number| number * APART_US).collect();
    times.extend(calls.iter().map(|call| START_US + call.at_us));
    let mut script: Vec<_> = (0..2 * BEFORE).map(|number| (number % 2) as u16).collect();
    script.extend(calls.iter().map(|call| call.op));
    let model = |us: u64| Model::Const(us as f64);
    let average = |op: u16| calls.iter().find(|call| call.op == op).map_or(1000, |call| call.average_us);
    let operation = |name: &str| Operation { name: name.into(), ..Operation::default() };
    Spec {
        servers: 2,
        zones: 2,
        server: ServerSpec { slots: 1, ..ServerSpec::default() },
        homes: Homes::All(0),
        arrivals: Arrivals::Replay(times),
        operations: OPERATIONS.map(operation).into(),
        script,
        service: vec![model(average(0)), model(average(1))],
        service_of: vec![
            ServerCost { server: 0, from_us: START_US, service: vec![model(after_pause)] },
            ServerCost { server: 1, from_us: START_US, service: quick.map(model).into() },
        ],
        faults: vec![Fault::once(Kind::ServerPause, Target::Server(0), START_US, START_US + pause_us.max(1))],
        ..Spec::default()
    }
}

fn row(world: &World, calls: &[Told]) -> Row {
    let mut row = Row::new("netflix");
    let stats = world.client(0).map(hedgerow::Client::stats);
    let denied = stats.map_or(0, |stats| stats.count(Reason::HedgeLimit));
    let mut rescued = 0;
    for (number, call) in (2 * BEFORE..).zip(calls) {
        let time = |wanted: fn(&Happening) -> bool| {
            let found = world.journal().iter().find(|entry| entry.call == number && wanted(&entry.what))?;
            Some(found.at_us - START_US)
        };
        let hedge = time(|what| matches!(what, Happening::Sent(AttemptKind::Hedge, _)));
        let answered = time(|what| matches!(what, Happening::Ended(..)));
        rescued += u64::from(answered.is_some_and(|at| at - call.at_us < RESCUED_US));
        let us = |time: Option<u64>| Figure::of(time.map(|us| us as f64));
        let word = match hedge {
            Some(_) => "sent",
            None if denied > 0 => "denied",
            None => "none",
        };
        row = row
            .with(format!("{}.hedge_sent_at_us", call.name), us(hedge))
            .with(format!("{}.answered_at_us", call.name), us(answered))
            .with(format!("{}.hedge", call.name), Figure::Word(word));
    }
    row.with("rescued", rescued as f64)
        .with("max_hedges_in_flight", f64::from(world.metrics().hedges_in_flight_max))
}
