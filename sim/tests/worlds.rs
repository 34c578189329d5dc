//! Worlds as their rules say: the order of one instant, edges, replays, and what each fault does.

use hedgerow_sim::arm::Arm;
use hedgerow_sim::fault::{Fault, Kind, Target, When};
use hedgerow_sim::heap::Class;
use hedgerow_sim::metrics::Metrics;
use hedgerow_sim::sample::{Arrivals, Model, Rates};
use hedgerow_sim::stats::Quantile;
use hedgerow_sim::world::spec::{Discipline, Homes, Link, ServerCost, ServerSpec, Spec};
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
    // Messages take a millisecond, service two at the first server and ten at the second. Every call is hedged after one
    // millisecond, the first server wins, and the other one confirms that it has dropped the loser. Calls arrive every
    // millisecond, so that after some of them each instant has events of every class.
    let mut spec = Spec {
        servers: 2,
        arrivals: Arrivals::Replay((0..12).map(|call| call * 1000).collect()),
        service: vec![Model::Const(2000.0)],
        service_of: vec![ServerCost { server: 1, from_us: 0, service: vec![Model::Const(10_000.0)] }],
        server: ServerSpec { slots: 64, ..ServerSpec::default() },
        link_us: (1000, 1000),
        cancel_reaches_server: true,
        attempt_limit_us: Some(100_000),
        probe_us: 1000,
        ..Spec::default()
    };
    spec.faults.push(Fault::once(Kind::Slow { factor_ppm: 2_000_000 }, Target::Server(1), 9000, 9001));
    let hedging = arm("hedge_fixed(1000, 1000)");
    let mut world = World::new(&spec, &hedging, 1).unwrap();
    let mut classes = Vec::new();
    while let Some((at, class)) = world.step() {
        if at == 9000 {
            classes.push(class);
        }
    }
    assert!(classes.is_sorted(), "{classes:?}");
    classes.dedup();
    let all = [
        Class::Fault,
        Class::ServiceEnd,
        Class::Request,
        Class::Reply,
        Class::Cancel,
        Class::Timer,
        Class::Arrival,
        Class::Probe,
    ];
    assert_eq!(classes, all);
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
fn a_time_beyond_all_times_saturates_and_ends_the_run_as_a_horizon() {
    let spec = Spec { service: vec![Model::Const(3e19)], calls: Some(1), ..calm() };
    let mut world = World::new(&spec, &arm("none"), 1).unwrap();
    while world.advance(1) == Progress::Running {}
    assert_eq!((world.advance(1), world.now_us()), (Progress::Horizon, u64::MAX));
    assert!(world.events() < 50, "{} events: nobody reads gauges that cannot have changed", world.events());
    let figures = world.finish();
    assert_eq!((figures.calls, figures.failed, figures.open), (1, 1, 0));
    // A century is not the end of time, but nobody waits for it.
    let spec = Spec { service: vec![Model::Const(3e15)], ..spec };
    let mut world = World::new(&spec, &arm("none"), 1).unwrap();
    while world.advance(1) == Progress::Running {}
    assert_eq!(world.advance(1), Progress::Over);
}

#[test]
fn models_that_are_no_times_are_refused_wherever_they_stand() {
    let refused = |spec: Spec| World::new(&spec, &arm("netflix"), 1).unwrap_err().to_string();
    let not_a_number = vec![Model::exp(1.0), Model::Const(f64::NAN)];
    assert!(refused(Spec { service: not_a_number, ..calm() }).starts_with("service[1]: const: value: NaN"));
    let think = Arrivals::Closed { clients: 1, think: Model::exp(f64::INFINITY) };
    assert!(refused(Spec { arrivals: think, ..calm() }).starts_with("arrivals.think: exp: mean: inf"));
    let random = |gap, length| Spec {
        faults: vec![Fault {
            kind: Kind::ServerPause,
            target: Target::EachServer,
            when: When::Random { gap, length },
        }],
        ..calm()
    };
    let negative = refused(random(Model::exp(-1.0), Model::Const(1.0)));
    assert!(negative.starts_with("faults[0].when.gap: exp: mean: -1"), "{negative}");
    let long = refused(random(Model::exp(1.0), Model::Const(3.7e9)));
    assert_eq!(long, "faults[0].when.length: 3700000000, want 1..=3600000000");
}

#[test]
fn each_range_of_a_fault_is_told_with_path_and_value() {
    let world = Target::World;
    let cases = [
        (Kind::PacketLoss { ppm: 500_001, rto_us: 1 }, world, "p_ppm: 500001, want 0..=500000"),
        (Kind::PacketLoss { ppm: 1, rto_us: 0 }, world, "rto_us: 0, want 1..=3600000000"),
        (
            Kind::ClockStep { step_us: 86_400_000_001, mono_back: false },
            Target::EachClient,
            "step_us: 86400000001, want -86400000000..=86400000000",
        ),
        (
            Kind::Slow { factor_ppm: 999_999 },
            Target::Zone(0),
            "factor_ppm: 999999, want 1000000..=1000000000",
        ),
        (
            Kind::FastFailure { share_ppm: 1_000_001, after_us: 0 },
            Target::EachServer,
            "share_ppm: 1000001, want 0..=1000000",
        ),
        (
            Kind::RejectStorm { limit_ppm: 1_000_001 },
            Target::EachServer,
            "limit_ppm: 1000001, want 0..=1000000",
        ),
        (
            Kind::RetryStorm { factor_ppm: 100_000_001, ramp_us: 0, cohort_ppm: 0 },
            world,
            "factor_ppm: 100000001, want 1000000..=100000000",
        ),
        (Kind::Deploy { each_us: 0 }, world, "each_us: 0, want 1..=3155760000000000"),
        (Kind::Partition { clients: vec![1], servers: vec![0] }, world, "clients: 2, want 1..=1"),
        (Kind::Reorder { ppm: 1_000_001 }, world, "p_ppm: 1000001, want 0..=1000000"),
    ];
    for (kind, target, expected) in cases {
        let fault = Fault::once(kind, target, 0, 10);
        let refused = World::new(&Spec { faults: vec![fault], ..calm() }, &arm("netflix"), 1);
        assert_eq!(refused.unwrap_err().to_string(), format!("faults[0].{expected}"));
    }
}

#[test]
fn a_message_takes_the_way_between_its_two_zones() {
    let spec = Spec {
        servers: 2,
        zones: 2,
        homes: Homes::All(0),
        link_us: (10, 200),
        links: vec![Link { zones: (1, 0), us: 3000 }],
        service: vec![Model::Const(0.0)],
        arrivals: Arrivals::Replay(vec![0; 50]),
        ..Spec::default()
    };
    let summary = run(&spec, &arm("round_robin")).latency.summary();
    assert_eq!((summary.p50, summary.max), (Some(6000), Some(6000)), "half go to each server");
    let near = run(&spec, &arm("netflix")).latency.quantile(Quantile::ppm(10_000));
    assert_eq!(near, Some(20));
    let wrong = Spec { links: vec![Link { zones: (0, 2), us: 1 }], ..spec };
    let refused = World::new(&wrong, &arm("none"), 1).unwrap_err().to_string();
    assert_eq!(refused, "links[0].zones[1]: 2, want 0..=1");
}

#[test]
fn a_server_that_is_deployed_takes_nothing_and_a_paused_client_learns_it_the_hard_way() {
    // The client sleeps over the news of the topology, and what it sends on waking reaches a closed port.
    let spec = Spec {
        servers: 1,
        arrivals: Arrivals::Replay(vec![100, 1500]),
        service: vec![Model::Const(100.0)],
        link_us: (1000, 1000),
        faults: vec![Fault::once(Kind::Deploy { each_us: 50_000 }, Target::World, 1000, 1001)],
        ..Spec::default()
    };
    let figures = run(&spec, &arm("none"));
    assert_eq!((figures.failed, figures.refused()), (1, 1), "one was on its way, one found nobody");
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
