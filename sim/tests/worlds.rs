//! Worlds as their rules say: the order of one instant, edges, replays, and what each fault does.

use hedgerow_sim::arm::Arm;
use hedgerow_sim::fault::{Fault, Kind, Target, When};
use hedgerow_sim::heap::Class;
use hedgerow_sim::metrics::Metrics;
use hedgerow_sim::sample::{Arrivals, Model, Rates};
use hedgerow_sim::world::spec::{Discipline, Homes, ServerSpec, Spec};
use hedgerow_sim::world::{Progress, World};
use serde_json::json;

fn arm(name: &str) -> Arm {
    Arm::named(name).unwrap()
}

fn poisson(per_second: f64) -> Arrivals {
    Arrivals::Poisson(Rates::constant(per_second).unwrap())
}

/// Three servers at about a third of their capacity.
fn calm() -> Spec {
    Spec {
        servers: 3,
        arrivals: poisson(1000.0),
        calls: Some(2000),
        service: vec![Model::exp(1000.0)],
        ..Spec::default()
    }
}

fn run(spec: &Spec, arm: &Arm) -> Metrics {
    let mut world = World::checked(spec, arm, 1).unwrap();
    while world.advance(1000) == Progress::Running {}
    world.finish_checked().unwrap()
}

#[test]
fn at_one_instant_events_come_by_class() {
    let mut spec = Spec {
        servers: 1,
        clients: 1,
        arrivals: Arrivals::Replay(vec![0, 500, 1000]),
        service: vec![Model::Const(500.0)],
        server: ServerSpec { slots: 8, ..ServerSpec::default() },
        link_us: (500, 500),
        cancel_reaches_server: true,
        probe_us: 1000,
        ..Spec::default()
    };
    spec.faults.push(Fault::once(Kind::Stall, Target::Server(0), 1000, 1001));
    let mut world = World::new(&spec, &arm("netflix"), 1).unwrap();
    let mut classes = Vec::new();
    while let Some((at, class)) = world.step() {
        if at == 1000 {
            classes.push(class);
        }
    }
    assert!(classes.is_sorted(), "{classes:?}");
    assert!(
        [Class::Fault, Class::ServiceEnd, Class::Request, Class::Arrival, Class::Probe]
            .iter()
            .all(|class| classes.contains(class)),
        "{classes:?}"
    );
}

#[test]
fn one_seed_gives_one_run_however_it_is_stepped() {
    let whole = World::new(&calm(), &arm("netflix"), 3).unwrap().run();
    let mut stepped = World::new(&calm(), &arm("netflix"), 3).unwrap();
    while stepped.advance(7) == Progress::Running {}
    assert_eq!(format!("{whole:?}"), format!("{:?}", stepped.finish()));
    let other = World::new(&calm(), &arm("netflix"), 4).unwrap().run();
    assert_ne!(format!("{:?}", whole.latency), format!("{:?}", other.latency));
}

#[test]
fn arms_of_one_seed_face_the_same_arrivals_and_costs() {
    // With a slot for every call nothing waits, so that latency is the service time alone.
    let spec = Spec { server: ServerSpec { slots: 4000, ..ServerSpec::default() }, ..calm() };
    let all: Vec<_> = ["none", "p2c", "jsq"].map(|name| run(&spec, &arm(name)).latency.summary()).into();
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{all:?}");
}

#[test]
fn no_server_denies_every_call_and_rate_zero_brings_none() {
    let none = run(&Spec { servers: 0, ..calm() }, &arm("netflix"));
    assert_eq!((none.calls, none.refused(), none.ok), (2000, 2000, 0));
    assert_eq!(none.latency.summary().p99, None);
    let silent = run(&Spec { arrivals: poisson(0.0), ..calm() }, &arm("netflix"));
    assert_eq!((silent.calls, silent.amplification(), silent.goodput()), (0, None, None));
}

#[test]
fn service_of_no_time_ends_at_once() {
    let spec = Spec { service: vec![Model::Const(0.0)], ..calm() };
    assert_eq!(run(&spec, &arm("netflix")).latency.summary().max, Some(0));
}

#[test]
fn the_end_of_time_is_a_horizon_with_open_calls() {
    let spec = Spec { service: vec![Model::Const(1e19)], calls: Some(1), ..calm() };
    let fields = json!({"objective": {"max_us": 1000}});
    let mut world =
        World::new(&Spec { end_us: Some(500_000), ..spec }, &arm("none").with(&fields), 1).unwrap();
    while world.advance(100) == Progress::Running {}
    assert_eq!(world.advance(1), Progress::Horizon);
    let figures = world.finish();
    assert_eq!((figures.calls, figures.ok, figures.failed), (1, 0, 1));
}

#[test]
fn a_bad_description_is_refused_by_path_value_and_range() {
    let refused = |spec: Spec| World::new(&spec, &arm("netflix"), 1).unwrap_err().to_string();
    let slots = ServerSpec { slots: 0, ..ServerSpec::default() };
    assert_eq!(refused(Spec { server: slots, ..calm() }), "servers.slots: 0, want 1..=1000000");
    assert_eq!(refused(Spec { zones: 3, homes: Homes::All(3), ..calm() }), "clients.zone: 3, want 0..=2");
    let endless = Spec { calls: None, ..calm() };
    assert_eq!(refused(endless), "arrivals: without an end, want `calls`, `until_us` or `end_us`");
    let fault = Fault::once(Kind::ServerPause, Target::Server(3), 0, 10);
    assert_eq!(refused(Spec { faults: vec![fault], ..calm() }), "faults[0].target: 3, want below 3");
    let fault = Fault::once(Kind::Duplicate { ppm: 1_000_001 }, Target::World, 0, 10);
    assert_eq!(refused(Spec { faults: vec![fault], ..calm() }), "faults[0].p_ppm: 1000001, want 0..=1000000");
    let fault = Fault::once(Kind::Stall, Target::Client(0), 0, 10);
    assert!(
        refused(Spec { faults: vec![fault], ..calm() }).starts_with("faults[0].target: Client(0), want ")
    );
    let fault = Fault::once(Kind::Stall, Target::Server(0), 10, 10);
    assert!(
        refused(Spec { faults: vec![fault], ..calm() })
            .starts_with("faults[0].when[0].to_us: 10, want 11..=")
    );
}

#[test]
fn a_pause_adds_its_length_and_pauses_nest() {
    let one = |faults| Spec {
        servers: 1,
        arrivals: Arrivals::Replay(vec![1000]),
        service: vec![Model::Const(5000.0)],
        faults,
        ..Spec::default()
    };
    let pause = |from, to| Fault::once(Kind::ServerPause, Target::Server(0), from, to);
    let latency = |faults| run(&one(faults), &arm("none")).latency.summary().max;
    assert_eq!(latency(vec![]), Some(5000));
    assert_eq!(latency(vec![pause(2000, 3000)]), Some(6000));
    assert_eq!(latency(vec![pause(2000, 4000), pause(3000, 7000)]), Some(10_000));
    let slow = |factor| Fault::once(Kind::Slow { factor_ppm: factor }, Target::Zone(0), 0, 100_000);
    assert_eq!(latency(vec![slow(2_000_000), slow(3_000_000)]), Some(30_000));
}

#[test]
fn a_paused_client_takes_results_before_timers_and_a_naive_one_loses_them() {
    let paused = |naive_host| Spec {
        servers: 1,
        arrivals: Arrivals::Replay(vec![0]),
        service: vec![Model::Const(300_000.0)],
        faults: vec![Fault::once(Kind::ClientPause { naive_host }, Target::Client(0), 100_000, 900_000)],
        ..Spec::default()
    };
    // One stage and no grace: the old way, which a tick before the result ends at once.
    let plain = arm("none").with(&json!({
        "objective": {"max_us": 500_000}, "timer": {"stages": 1, "grace": false, "max_ext": 0, "slack_us": 0}
    }));
    assert_eq!((run(&paused(false), &plain).ok, run(&paused(true), &plain).ok), (1, 0));
    assert_eq!(run(&paused(true), &arm("netflix")).ok, 1, "grace makes good what the host does wrong");
}

#[test]
fn every_fault_leaves_a_world_that_ends_whole() {
    let kinds = [
        (Kind::PacketLoss { ppm: 100_000, rto_us: 1000 }, Target::World),
        (Kind::Duplicate { ppm: 500_000 }, Target::World),
        (Kind::Reorder { ppm: 500_000 }, Target::World),
        (Kind::Partition { clients: vec![0], servers: vec![1, 2] }, Target::World),
        (Kind::RetryStorm { factor_ppm: 2_000_000, ramp_us: 100_000, cohort_ppm: 1_000_000 }, Target::World),
        (Kind::Deploy { each_us: 200_000 }, Target::World),
        (Kind::ServerPause, Target::EachServer),
        (Kind::Stall, Target::EachServer),
        (Kind::Crash, Target::Server(1)),
        (Kind::FastFailure { share_ppm: 900_000, after_us: 100 }, Target::Server(0)),
        (Kind::RejectStorm { limit_ppm: 0 }, Target::Zone(0)),
        (Kind::ClientPause { naive_host: false }, Target::EachClient),
        (Kind::ClientPause { naive_host: true }, Target::Client(1)),
        (Kind::ClockStep { step_us: -5000, mono_back: true }, Target::EachClient),
        (Kind::Slow { factor_ppm: 10_000_000 }, Target::Server(2)),
    ];
    for (kind, target) in kinds {
        let fault = Fault { kind, target, when: When::Listed(vec![(200_000, 600_000), (700_000, 900_000)]) };
        let spec = Spec { clients: 2, zones: 3, homes: Homes::Spread, faults: vec![fault.clone()], ..calm() };
        for name in ["netflix", "naive"] {
            let figures = run(&spec, &arm(name));
            let resolved = figures.ok + figures.failed + figures.refused();
            assert_eq!((resolved, figures.open), (figures.calls, 0), "{fault:?} {name}");
            assert_ne!(figures.faults, []);
        }
    }
}

#[test]
fn a_queue_of_the_newest_first_or_with_a_cap_serves_otherwise() {
    let busy = Spec { servers: 1, arrivals: poisson(1100.0), ..calm() };
    let with = |server| run(&Spec { server, ..busy.clone() }, &arm("none"));
    let fifo = with(ServerSpec::default());
    let lifo = with(ServerSpec { discipline: Discipline::Lifo, ..ServerSpec::default() });
    let cap = with(ServerSpec { queue_cap: Some(5), ..ServerSpec::default() });
    let expire = with(ServerSpec { expire_us: Some(10_000), ..ServerSpec::default() });
    assert!(lifo.latency.summary().p50 < fifo.latency.summary().p50);
    assert!(cap.failed > 0 && cap.latency.summary().p99 < Some(20_000));
    assert!(expire.lost > 0);
}

#[test]
fn a_cancel_that_reaches_its_server_frees_the_place() {
    let spec = Spec { servers: 2, arrivals: poisson(900.0), ..calm() };
    let hedging = arm("hedge_fixed(2000, 1000)");
    let stays = run(&spec, &hedging);
    let leaves = run(&Spec { cancel_reaches_server: true, link_us: (50, 50), ..spec }, &hedging);
    assert!(stays.cancels > 100 && leaves.cancels > 100);
    assert!(leaves.late < stays.late / 2, "{} {}", leaves.late, stays.late);
}

#[test]
fn a_long_run_keeps_its_places_few() {
    let spec = Spec { calls: Some(50_000), ..calm() };
    let mut world = World::new(&spec, &arm("netflix"), 1).unwrap();
    let mut most = 0;
    while world.advance(1000) == Progress::Running {
        most = most.max(world.places().0 + world.places().1);
    }
    assert!(most < 200, "{most}");
}
