//! E24: one trace: the same world gives the same bytes of trace, however it is stepped and on whatever target.
//!
//! The world has servers that pause, packets that are lost, a client that pauses, keys in three zones, retries and
//! hedges. The first client's trace is rendered line by line, each line's hash chained to the one before; the last hash
//! is the figure, in two halves that a number can hold. It is the same for every target that runs the same build.

use serde_json::json;

use super::fleet::named;
use super::{Experiment, InputError, Inputs, Quick, Report, Row, Session};
use crate::arm::Arm;
use crate::fault::{Fault, Kind, Target, When};
use crate::sample::{Arrivals, Keys, Model, Rates};
use crate::world::spec::{Homes, Placement, ServerSpec, Spec};
use crate::world::{Progress, World};
use hedgerow::trace::Lines;

/// Events between two readings of the trace: its buffer holds them all.
const STEP: u64 = 1000;
/// Another way to step the same world.
const OTHER_STEP: u64 = 7;

pub(super) const IDENTITY: Experiment = Experiment {
    id: "E24",
    title: "trace identity: one world, one chain of hashes",
    source: "determinism of the core: same seed, configuration and events",
    view: "private",
    kinds: &[("trace_identity", measure)],
    quick: Quick::Whole,
};

fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let events = inputs.whole_or("events", 1..=10_000_000, 100_000)?;
    inputs.finish()?;
    let arm = named("netflix")?.with(&json!({"trace": {"enabled": true}}));
    let (hash, lines, seen) = trace(&arm, events, STEP, session.seed)?;
    let (again, ..) = trace(&arm, events, OTHER_STEP, session.seed)?;
    session.finished("trace");
    let row = Row::new("netflix")
        .with("events", seen as f64)
        .with("trace_lines", lines as f64)
        .with("hash_high", f64::from((hash >> 32) as u32))
        .with("hash_low", f64::from(hash as u32))
        .with("identical", f64::from(u8::from(hash == again)));
    Ok(Report::of(vec![row]))
}

/// The last hash of the first client's trace after so many events, its lines, and the events that happened.
fn trace(arm: &Arm, events: u64, step: u64, seed: u64) -> Result<(u64, u64, u64), InputError> {
    let mut world = World::new(&world(), arm, seed)?;
    let (mut chain, mut lines) = (Lines::new(), 0);
    loop {
        let left = events.saturating_sub(world.events());
        let progress = world.advance(step.min(left));
        let Some(client) = world.client_mut(0) else { break };
        if lines == 0
            && let Some(header) = client.trace_header()
        {
            let _ = chain.header(header);
            lines = 1;
        }
        while let Some(record) = client.poll_trace() {
            let _ = chain.record(&record);
            lines += 1;
        }
        if left <= step || progress != Progress::Running {
            break;
        }
    }
    Ok((chain.hash(), lines, world.events()))
}

fn world() -> Spec {
    let each = |kind, target, gap: f64, length: f64| {
        let when = When::Random { gap: Model::exp(gap), length: Model::exp(length) };
        Fault { kind, target, when }
    };
    Spec {
        servers: 12,
        zones: 3,
        server: ServerSpec { slots: 4, queue_cap: Some(50), ..ServerSpec::default() },
        clients: 2,
        homes: Homes::Spread,
        arrivals: Arrivals::Poisson(Rates::constant(20_000.0).unwrap_or_else(|_| Rates::none())),
        calls: Some(1_000_000),
        placement: Some(Placement { keys: Keys::zipf(0.9, 10_000), replicas: 3 }),
        service: vec![Model::exp(1000.0)],
        link_us: (100, 500),
        error_ppm: 2000,
        faults: vec![
            each(Kind::ServerPause, Target::EachServer, 1e6, 50_000.0),
            each(Kind::ClientPause { naive_host: false }, Target::Client(0), 1e6, 100_000.0),
            each(Kind::PacketLoss { ppm: 1000, rto_us: 200_000 }, Target::World, 500_000.0, 500_000.0),
            each(Kind::ClockStep { step_us: 5000, mono_back: true }, Target::Client(0), 1e6, 1e6),
        ],
        ..Spec::default()
    }
}
