//! What a random world is made of.

use hedgerow::Stream;
use hedgerow::config::{Idempotency, Priority};
use serde_json::{Value, json};

use super::Case;
use super::{document, sayings};
use crate::arm::Arm;
use crate::fault::{Fault, Kind, Target, When};
use crate::sample::{Arrivals, Keys, Model, Rates};
use crate::stream::Purpose;
use crate::world::spec::{Discipline, Homes, Operation, Placement, ServerSpec, Spec};

/// Mean service time, in µs.
const SERVICE_US: u64 = 1000;
/// The arm of a world in which hedges meet their limit and failures ask for time.
const CROWDED: &str = "crowded";
/// The stream of what was added to random worlds later.
const LATER: u64 = 1;

/// A drawn world with its configuration.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) spec: Spec,
    pub(super) arm: Arm,
    /// Faults and sayings of the seed, those left out among them.
    pub(super) droppable: usize,
}

/// Draws the world of a case. What is left out is drawn and dropped, so that everything else stays as it was.
pub(super) fn draw(case: &Case) -> Shape {
    let mut draws = Purpose::Swarm.stream(case.seed, 0);
    let draws = &mut draws;
    // A lone server, whose deploy leaves nobody, in one world of eight.
    let most_servers = if draws.below(8) == 0 { 1 } else { 64 };
    let servers = draws.range(1, most_servers).min(draws.range(1, most_servers)) as u32;
    let drawn_clients = draws.range(1, 32).min(draws.range(1, 32)) as u32;
    let clients = case.clients.unwrap_or(drawn_clients).clamp(1, drawn_clients);
    let drawn_calls = draws.range(2000, 40_000).min(draws.range(2000, 40_000));
    let calls = case.calls.unwrap_or(drawn_calls).min(drawn_calls);
    let zones = draws.range(1, 4) as u32;
    let slots = draws.range(1, 4) as u32;
    let load = draws.range(20, 130) as f64 / 100.0;
    let rate = load * f64::from(servers * slots) * 1e6 / SERVICE_US as f64;
    let server = ServerSpec {
        slots,
        discipline: if draws.chance(1 << 30) { Discipline::Lifo } else { Discipline::Fifo },
        queue_cap: some(draws, |draws| draws.range(1, 100) as u32),
        expire_us: some(draws, |draws| draws.range(1000, 1_000_000)),
    };
    let homes = if draws.below(2) == 0 { Homes::Nowhere } else { Homes::Spread };
    let arrivals = arrivals(draws, rate, clients);
    let placement = some(draws, |draws| Placement {
        keys: Keys::zipf(draws.range(0, 15) as f64 / 10.0, 1000),
        replicas: draws.range(1, 4) as u32,
    });
    let link_us = (draws.range(0, 300), draws.range(0, 2000));
    let error_ppm = if draws.below(2) == 0 { 0 } else { draws.range(0, 100_000) as u32 };
    let cancel_reaches_server = draws.below(2) == 0;
    let attempt_limit_us = some(draws, |draws| draws.range(5000, 500_000));
    let service = [Model::exp(1000.0), Model::Const(1000.0), Model::pareto(2.0, 1000.0)];
    let service = vec![service[draws.below(3) as usize].clone()];
    let document = document::draw(draws);
    let mut spec = Spec {
        servers,
        zones,
        server,
        clients,
        homes,
        arrivals,
        calls: Some(calls),
        operations: operations(),
        placement,
        service,
        link_us,
        error_ppm,
        cancel_reaches_server,
        attempt_limit_us,
        faults: faults(draws, servers, drawn_clients, zones),
        ..Spec::default()
    };
    let arm = add_later(&mut spec, document, case.seed);
    let droppable = spec.faults.len() + spec.sayings.len();
    leave_out(&mut spec, case);
    Shape { spec, arm, droppable }
}

/// What was added to random worlds later, from a stream of its own: what servers say, and more of the configuration.
fn add_later(spec: &mut Spec, document: Value, seed: u64) -> Arm {
    let mut draws = Purpose::Swarm.stream(seed, LATER);
    let arm = arm(&mut draws, document);
    spec.sayings = sayings::draw(&mut draws, spec.servers);
    if arm.name == CROWDED {
        spec.sayings.push(sayings::wait());
        spec.error_ppm = spec.error_ppm.max(100_000);
    }
    arm
}

/// Leaves out faults and sayings by their places, and the faults of clients that are not there.
fn leave_out(spec: &mut Spec, case: &Case) {
    let clients = spec.clients;
    let mut places = 0..;
    let mut stays = move || !places.next().is_some_and(|place| case.without.contains(&place));
    spec.faults.retain(|fault| {
        let cut = |clients_cut: &[u32]| clients_cut.iter().any(|one| *one >= clients);
        let gone = matches!(&fault.kind, Kind::Partition { clients, .. } if cut(clients));
        stays() && !gone && fault.target_exists(clients)
    });
    spec.sayings.retain(|_| stays());
}

/// A drawn configuration in most worlds; in the others that of an arm that experiments compare.
fn arm(draws: &mut Stream, document: Value) -> Arm {
    let further = document::further(draws);
    let crowded = document::crowded(draws);
    let names = Arm::names();
    let named = Arm::named(names[draws.below(names.len() as u64) as usize]);
    match named {
        // Calls that may take an hour would let a world of losses run for as long.
        Ok(named) if draws.below(5) == 0 => named.with(&json!({"objective": {"max_us": 2_000_000}})),
        _ if draws.below(5) == 0 => Arm::new(CROWDED, crowded),
        _ => Arm::new("drawn", document).with(&further),
    }
}

/// A value in a quarter of the worlds.
fn some<T>(draws: &mut Stream, draw: impl FnOnce(&mut Stream) -> T) -> Option<T> {
    let value = draw(draws);
    (draws.below(4) == 0).then_some(value)
}

fn arrivals(draws: &mut Stream, rate: f64, clients: u32) -> Arrivals {
    match draws.below(4) {
        0 => Arrivals::Closed { clients, think: Model::exp(f64::from(clients) * 1e6 / rate.max(1.0)) },
        1 => Arrivals::Constant { gap_us: (1e6 / rate).max(1.0) as u64 },
        _ => Arrivals::Poisson(Rates::constant(rate).unwrap_or_else(|_| Rates::none())),
    }
}

fn operations() -> Vec<Operation> {
    let operation = |name: &str, idempotency, share, reply_bytes| Operation {
        name: name.into(),
        idempotency,
        share,
        request_bytes: 300,
        reply_bytes,
        ..Operation::default()
    };
    vec![
        operation("add", Idempotency::None, 1, 100),
        operation("get", Idempotency::Natural, 6, 4000),
        operation("put", Idempotency::Token, 2, 100),
        operation("try", Idempotency::Retry, 1, 100),
        Operation { priority: Some(Priority::Bulk), ..operation("warm", Idempotency::Natural, 1, 4000) },
    ]
}

/// Each fault is on with probability one half, again and again.
fn faults(draws: &mut Stream, servers: u32, clients: u32, zones: u32) -> Vec<Fault> {
    let ppm = |draws: &mut Stream, most| draws.range(1, most) as u32;
    let server = Target::Server(draws.below(u64::from(servers)) as u32);
    let zone = Target::Zone(draws.below(u64::from(zones)) as u32);
    let cut = vec![draws.below(u64::from(clients)) as u32];
    let all = vec![
        (Kind::ServerPause, Target::EachServer),
        (Kind::ServerPause, zone),
        (Kind::ClientPause { naive_host: false }, Target::EachClient),
        (Kind::ClientPause { naive_host: true }, Target::Client(0)),
        (Kind::PacketLoss { ppm: ppm(draws, 50_000), rto_us: 20_000 }, Target::World),
        (Kind::ClockStep { step_us: -5_000_000, mono_back: draws.below(2) == 0 }, Target::EachClient),
        (Kind::Slow { factor_ppm: draws.range(1_000_000, 20_000_000) }, zone),
        (Kind::FastFailure { share_ppm: ppm(draws, 1_000_000), after_us: 100 }, server),
        (Kind::RejectStorm { limit_ppm: ppm(draws, 1_000_000) }, server),
        (
            Kind::RetryStorm { factor_ppm: 2_000_000, ramp_us: 100_000, cohort_ppm: ppm(draws, 1_000_000) },
            Target::World,
        ),
        (Kind::Stall, Target::EachServer),
        (Kind::Partition { clients: cut, servers: vec![servers - 1] }, Target::World),
        (Kind::Crash, Target::EachServer),
        (Kind::Duplicate { ppm: ppm(draws, 300_000) }, Target::World),
        (Kind::Reorder { ppm: ppm(draws, 300_000) }, Target::World),
        (Kind::Deploy { each_us: draws.range(10_000, 200_000) }, Target::World),
    ];
    let mut faults = Vec::new();
    for (kind, target) in all {
        let gap = draws.range(100_000, 3_000_000) as f64;
        let length = draws.range(1000, 300_000) as f64;
        let from = draws.range(0, 1_000_000);
        let when = match kind {
            Kind::Deploy { .. } => When::Listed(vec![(from, from + 1)]),
            _ => When::Random { gap: Model::exp(gap), length: Model::exp(length) },
        };
        if draws.below(2) == 0 {
            faults.push(Fault { kind, target, when });
        }
    }
    faults
}

impl Fault {
    fn target_exists(&self, clients: u32) -> bool {
        !matches!(self.target, Target::Client(client) if client >= clients)
    }
}
