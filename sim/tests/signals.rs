//! What servers say with replies, and what clients make of it.

use hedgerow::client::action::{Namespace, Operation};
use hedgerow::retry::pushback::Pushback;
use hedgerow::signal::record::Record;
use hedgerow::{Duration, Reason, Stats};
use hedgerow_sim::arm::Arm;
use hedgerow_sim::fault::{Fault, Kind, Target};
use hedgerow_sim::metrics::Metrics;
use hedgerow_sim::sample::{Arrivals, Model, Rates};
use hedgerow_sim::world::saying::{Breadth, Saying, Signal, Words};
use hedgerow_sim::world::spec::Spec;
use hedgerow_sim::world::{Progress, World};
use serde_json::{Value, json};

fn says(record: Record) -> Saying {
    Saying::always(Words::Signal(Signal { record, ..Signal::default() }))
}

fn hints(hint: Pushback) -> Saying {
    Saying::always(Words::Pushback { hint, refuses: false })
}

/// Four servers that pause now and then, at a third of their capacity.
fn spec(sayings: Vec<Saying>) -> Spec {
    Spec {
        servers: 4,
        arrivals: Arrivals::Poisson(Rates::constant(1300.0).unwrap()),
        calls: Some(5000),
        service: vec![Model::exp(1000.0)],
        link_us: (100, 100),
        faults: vec![Fault::server_pauses(Target::EachServer)],
        sayings,
        ..Spec::default()
    }
}

fn run(spec: &Spec, fields: &Value) -> (Metrics, Stats, Option<u64>) {
    let arm = Arm::named("netflix").unwrap().with(fields);
    let mut world = World::checked(spec, &arm, 1).unwrap();
    while world.advance(1000) == Progress::Running {}
    let client = world.client(0).unwrap();
    let (stats, version) = (client.stats(), client.signal_version(Namespace(0), Operation(1)));
    (world.finish_checked().unwrap(), stats, version)
}

#[test]
fn a_signal_with_a_reply_changes_what_the_client_does() {
    let quiet = run(&spec(Vec::new()), &json!({}));
    assert!(quiet.0.hedges > 20 && quiet.0.signals == 0, "{} hedges", quiet.0.hedges);
    let off = Record { version: 3, hedges: Some(0), ..Record::default() };
    let (figures, stats, version) = run(&spec(vec![says(off)]), &json!({}));
    assert_eq!((version, stats.count(Reason::SignalApplied)), (Some(3), 1));
    assert!(figures.signals > 4900 && stats.count(Reason::SignalRefreshed) > 4900);
    assert!(figures.hedges <= 1, "{} hedges after the servers forbade them", figures.hedges);
    let hasty = Record { version: 1, target: Some(Duration::from_millis(3)), ..Record::default() };
    let (eager, ..) = run(&spec(vec![says(hasty)]), &json!({}));
    assert!(eager.hedges > 3 * quiet.0.hedges, "{} {}", eager.hedges, quiet.0.hedges);
}

#[test]
fn an_old_version_a_foreign_name_and_an_invalid_record_change_nothing() {
    let newer = Record { version: 9, hedges: Some(7), ..Record::default() };
    let older = Record { version: 8, hedges: Some(0), ..Record::default() };
    let first = Saying { to_us: 500_000, ..says(newer) };
    let (figures, stats, version) = run(&spec(vec![first, says(older)]), &json!({}));
    assert_eq!(version, Some(9));
    assert!(stats.count(Reason::SignalOldVersion) > 1000 && figures.hedges > 20);
    let foreign = Signal {
        record: Record { version: 1, hedges: Some(0), ..Record::default() },
        breadth: Breadth::Foreign,
        ..Signal::default()
    };
    let (_, stats, version) = run(&spec(vec![Saying::always(Words::Signal(foreign))]), &json!({}));
    assert_eq!((version, stats.signals_foreign > 4900), (None, true));
    let (_, stats, version) = run(&spec(vec![says(Record::default())]), &json!({}));
    assert_eq!((version, stats.count(Reason::SignalInvalid) > 4900), (None, true));
}

#[test]
fn a_server_tells_what_it_has_measured_and_numbers_what_it_says() {
    let record = Record {
        version: 1,
        target: Some(Duration::from_millis(5)),
        max: Some(Duration::from_millis(500)),
        ..Record::default()
    };
    let signal = Signal { record, renewed_us: 100_000, measured: true, ..Signal::default() };
    let spec = Spec { calls: Some(20_000), ..spec(vec![Saying::always(Words::Signal(signal))]) };
    let (figures, stats, version) = run(&spec, &json!({}));
    let version = version.unwrap();
    assert!((140..170).contains(&version), "a version in each tenth of fifteen seconds: {version}");
    assert!(stats.count(Reason::SignalApplied) >= version - 5 && stats.count(Reason::SignalInvalid) == 0);
    assert_eq!(figures.failed + figures.refused(), 0);
}

#[test]
fn a_handshake_is_answered_and_silence_halves_the_hedges() {
    let record = |ttl| Record { version: 5, ttl: Some(Duration::from_millis(ttl)), ..Record::default() };
    let handshake =
        json!({"signal": {"handshake": true, "refresh_us": 1_000_000, "guard": {"ttl_min_us": 1000}}});
    // With no share of the replies the handshake alone can tell it.
    let told = |ttl| Saying { share_ppm: 0, ..says(record(ttl)) };
    let long = |saying: Saying| Spec { calls: Some(13_000), ..spec(vec![saying]) };
    let (figures, stats, version) = run(&long(told(1000)), &handshake);
    assert_eq!(version, Some(5));
    assert!(figures.signals >= 8 && stats.count(Reason::HandshakeStart) == 1, "{}", figures.signals);
    assert_eq!(stats.hedges_halved, 0, "the servers are in touch");
    let (_, stats, _) = run(&long(Saying { to_us: 500_000, ..told(100) }), &handshake);
    assert!(stats.hedges_halved >= 5, "{}", stats.hedges_halved);
}

#[test]
fn a_hint_to_wait_is_a_floor_and_never_means_never() {
    let failing = |sayings| Spec { faults: Vec::new(), error_ppm: 300_000, ..spec(sayings) };
    let no_hedge = json!({"hedge": {"strategy": "off"}, "budget": {"mode": "off"}});
    let (free, ..) = run(&failing(Vec::new()), &no_hedge);
    let wait = Pushback::after(Duration::from_millis(80));
    let (waits, ..) = run(&failing(vec![hints(wait)]), &no_hedge);
    assert!(free.retries > 1000 && waits.retries > 1000);
    let p90 = |run: &Metrics| run.latency.summary().p90.unwrap();
    assert!(p90(&waits) > 80_000, "{}", p90(&waits));
    let (never, stats, _) = run(&failing(vec![hints(Pushback::NEVER)]), &no_hedge);
    assert_eq!((never.retries, stats.count(Reason::PushbackStop)), (0, never.failed));
    let two = Pushback { max_retries: Some(1), ..Pushback::NONE };
    let (one, ..) = run(&failing(vec![hints(two)]), &no_hedge);
    assert!(one.retries > 1000 && one.failed > free.failed, "{} {}", one.failed, free.failed);
}

#[test]
fn a_whole_service_that_refuses_is_not_asked_again() {
    let refuses = Saying::always(Words::Pushback { hint: Pushback::NONE, refuses: true });
    let storm = Fault::once(Kind::RejectStorm { limit_ppm: 0 }, Target::EachServer, 0, 10_000_000);
    let world = |sayings| Spec { faults: vec![storm.clone()], ..spec(sayings) };
    let (again, ..) = run(&world(Vec::new()), &json!({}));
    let (once, stats, _) = run(&world(vec![refuses]), &json!({}));
    assert!(again.retries + again.hedges > 100);
    assert_eq!((once.retries + once.hedges, once.failed), (0, 5000));
    assert_eq!(stats.count(Reason::PushbackStop), 5000);
}
