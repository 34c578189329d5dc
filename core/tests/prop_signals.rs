//! Signals against a slow model that reads like the rules, and their wire forms against themselves.

use hedgerow::{
    Config, Duration, Instant, Reason, Wall,
    rng::Stream,
    signal::{
        composer::Composer,
        header::{Breadth, SloField},
        map::{Entry, MAX_RECORDS, Records},
        merge::{Effective, Field, Guard, Scope, SignalSettings, Signals},
        meter::{Meter, MeterSettings},
        record::Record,
    },
};
use proptest::{collection::vec, option, prelude::*, test_runner::RngSeed};
use std::collections::BTreeMap;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 512,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(3),
        ..ProptestConfig::default()
    }
}

const GUARD: Guard = Guard {
    min_target: Duration::from_micros(20),
    max_max: Duration::from_micros(70),
    max_calls: 60,
    max_hedges: 30,
    ttl_min: Duration::from_micros(5),
    ttl_max: Duration::from_micros(15),
};

const DEFAULT_TTL: u64 = 9;

fn settings() -> SignalSettings {
    SignalSettings { ttl: Duration::from_micros(DEFAULT_TTL), guard: GUARD, ..SignalSettings::default() }
}

const CONFIGURED: Effective =
    Effective { target: None, max: Duration::from_micros(50), calls: 40, hedges: 20 };

fn micros(range: std::ops::Range<u64>) -> impl Strategy<Value = Option<Duration>> {
    option::of(range.prop_map(Duration::from_micros))
}

/// Records with few versions and origins, so that each branch of the version rule is met often.
fn record() -> impl Strategy<Value = Record> {
    let numbers = (micros(0..90), micros(0..90), micros(1..20), option::of(0_u32..80), option::of(0_u32..50));
    let features = (option::of(9990_u16..10_003), option::of(prop_oneof![Just(0_u32), 500_u32..2000]));
    let identity = (0_u64..6, option::of("[ab]"), prop::bool::weighted(0.1));
    (numbers, features, identity).prop_map(|(numbers, features, identity)| Record {
        target: numbers.0,
        max: numbers.1,
        ttl: numbers.2,
        calls: numbers.3,
        hedges: numbers.4,
        util: features.0,
        chunk: features.1,
        version: identity.0,
        origin: identity.1,
        reset: identity.2,
        ..Record::default()
    })
}

fn scope() -> impl Strategy<Value = Scope> {
    (option::of(0_u32..3), option::of(0_u32..2))
        .prop_map(|(namespace, operation)| Scope { namespace, operation })
}

#[derive(Clone, Debug)]
enum Event {
    Receive(Scope, Record),
    Refresh(u32),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (scope(), record()).prop_map(|(scope, record)| Event::Receive(scope, record)),
        1 => (0_u32..3).prop_map(Event::Refresh),
    ]
}

type Key = (Option<u32>, Option<u32>);

/// One stored record: its version, origin, arrival and whatever fields are known.
#[derive(Clone, Default)]
struct Known {
    version: u64,
    origin: Option<String>,
    at: u64,
    fields: BTreeMap<&'static str, u64>,
}

impl Known {
    fn ttl(&self) -> u64 {
        self.fields.get("ttl").copied().unwrap_or(DEFAULT_TTL)
    }
}

#[derive(Default)]
struct Model {
    scopes: BTreeMap<Key, Known>,
    halvings: BTreeMap<u32, u32>,
}

fn named(record: &Record) -> BTreeMap<&'static str, u64> {
    let fields = [
        ("target", record.target.map(Duration::as_micros)),
        ("max", record.max.map(Duration::as_micros)),
        ("ttl", record.ttl.map(Duration::as_micros)),
        ("calls", record.calls.map(u64::from)),
        ("hedges", record.hedges.map(u64::from)),
        ("util", record.util.map(u64::from)),
        ("chunk", record.chunk.map(u64::from)),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

impl Model {
    /// The verdict, the clamped fields and whether the version fell.
    fn receive(&mut self, key: Key, record: &Record, now: u64) -> (Reason, Vec<&'static str>, bool) {
        let invalid = (Reason::SignalInvalid, Vec::new(), false);
        let new = named(record);
        let positive = ["target", "max", "ttl", "calls"];
        let broken = positive.iter().any(|name| new.get(name) == Some(&0)) || new.get("util") > Some(&10_000);
        if broken || record.version == 0 {
            return invalid;
        }
        let stored = self.scopes.get(&key).cloned();
        let mut fell = false;
        if let Some(stored) = stored.clone().filter(|stored| stored.origin == record.origin) {
            if now - stored.at > 10 * stored.ttl() {
                fell = record.version < stored.version;
            } else if record.version < stored.version {
                return (Reason::SignalOldVersion, Vec::new(), false);
            } else if record.version == stored.version {
                self.scopes.get_mut(&key).unwrap().at = now;
                self.hear(key);
                return (Reason::SignalRefreshed, Vec::new(), false);
            }
        }
        let mut fields = stored.filter(|_| !record.reset).unwrap_or_default().fields;
        fields.extend(new);
        for (small, large) in [("target", "max"), ("hedges", "calls")] {
            if let (Some(small), Some(large)) = (fields.get(small), fields.get(large))
                && small > large
            {
                return invalid;
            }
        }
        let clamped = Self::guard(&mut fields);
        self.scopes
            .insert(key, Known { version: record.version, origin: record.origin.clone(), at: now, fields });
        self.hear(key);
        (Reason::SignalApplied, clamped, fell)
    }

    fn guard(fields: &mut BTreeMap<&'static str, u64>) -> Vec<&'static str> {
        let mut clamped = Vec::new();
        for name in ["target", "max", "calls", "hedges", "ttl", "chunk"] {
            let (low, high) = match name {
                "target" => (20, 70),
                "max" => (fields.get("target").copied().unwrap_or(1), 70),
                "calls" => (1, 60),
                "hedges" => (0, 30),
                "ttl" => (5, 15),
                _ if fields.get(name) == Some(&0) => (0, 0),
                _ => (1024, 16 << 20),
            };
            if let Some(value) = fields.get_mut(name) {
                let fitting = (*value).max(low).min(high);
                if fitting != *value {
                    clamped.push(name);
                }
                *value = fitting;
            }
        }
        clamped
    }

    fn hear(&mut self, key: Key) {
        self.halvings.retain(|namespace, _| key.0.is_some_and(|heard| heard != *namespace));
    }

    fn refresh(&mut self, namespace: u32, now: u64) -> (Reason, u32) {
        let bears = |key: &Key| key.0.is_none() || key.0 == Some(namespace);
        let mine = self.scopes.iter().filter(|(key, _)| bears(key)).map(|(_, known)| known);
        let newest = mine.max_by_key(|known| (known.at, known.ttl()));
        let (age, ttl) = newest.map_or((0, DEFAULT_TTL), |known| (now - known.at, known.ttl()));
        if age > 10 * ttl {
            *self.halvings.entry(namespace).or_default() += 1;
        }
        let reason = if age > ttl { Reason::HandshakeStale } else { Reason::HandshakeRefresh };
        (reason, self.halvings.get(&namespace).copied().unwrap_or(0))
    }

    fn find(&self, namespace: u32, operation: u32, field: &str) -> Option<(u64, &Known)> {
        let chain = [(Some(namespace), Some(operation)), (Some(namespace), None), (None, None)];
        chain.iter().find_map(|key| {
            let known = self.scopes.get(key)?;
            Some((*known.fields.get(field)?, known))
        })
    }

    fn effective(&self, namespace: u32, operation: u32) -> (Option<u64>, u64, u64, u64) {
        let value = |field| self.find(namespace, operation, field).map(|(value, _)| value);
        let max = value("max").unwrap_or(50);
        let calls = value("calls").unwrap_or(40);
        let hedges = value("hedges").unwrap_or(20).min(calls);
        let halvings = self.halvings.get(&namespace).copied().unwrap_or(0);
        (value("target").map(|target| target.min(max)), max, calls, hedges >> halvings.min(63))
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn receiving_resolving_and_halving_follow_the_rules(
        events in vec((event(), prop_oneof![4 => 0_u64..8, 1 => 40_u64..200]), 1..60),
    ) {
        let (mut signals, mut model, mut now) = (Signals::new(settings()), Model::default(), 0);
        for (event, pause) in events {
            now += pause;
            let (at, before) = (Instant::from_micros(now), signals.clone());
            match event {
                Event::Receive(scope, record) => {
                    let got = signals.receive(scope, &record, at);
                    let key = if scope.namespace.is_none() { (None, None) } else { (scope.namespace, scope.operation) };
                    let clamped: Vec<_> = got.fields.iter().map(Field::name).collect();
                    prop_assert_eq!(got.clamped as usize, clamped.len());
                    prop_assert_eq!(
                        (got.verdict, clamped, got.version_reset),
                        model.receive(key, &record, now)
                    );
                    let changed = matches!(got.verdict, Reason::SignalApplied | Reason::SignalRefreshed);
                    prop_assert_eq!(signals.revision() > before.revision(), changed);
                }
                Event::Refresh(namespace) => {
                    let got = signals.on_refresh(namespace, at);
                    let halved = signals.revision() > before.revision();
                    prop_assert_eq!(halved, got.halvings > before.halvings(namespace));
                    prop_assert_eq!((got.reason, u32::from(got.halvings)), model.refresh(namespace, now));
                }
            }
            for (namespace, operation) in (0..4).flat_map(|ns| (0..3).map(move |op| (ns, op))) {
                let got = signals.effective(namespace, operation, CONFIGURED);
                let target = got.target.map(Duration::as_micros);
                prop_assert_eq!(
                    (target, got.max.as_micros(), u64::from(got.calls), u64::from(got.hedges)),
                    model.effective(namespace, operation)
                );
                let supplier = model.find(namespace, operation, "hedges");
                let stale = supplier.is_some_and(|(_, known)| now - known.at > known.ttl());
                prop_assert_eq!(signals.is_stale(namespace, operation, at), stale);
                let load = model.find(namespace, operation, "util").map(|(util, _)| util as u16);
                prop_assert_eq!(signals.load(namespace, operation).util, load);
                let chunk = model.find(namespace, operation, "chunk").map(|(chunk, _)| chunk as u32);
                prop_assert_eq!(signals.features(namespace, operation).chunk, chunk);
            }
            prop_assert_eq!(signals.len(), model.scopes.len());
        }
    }

    #[test]
    fn a_refresh_lies_within_its_jitter(refresh in 0_u64..1 << 40, jitter in 0_u32..=500_000, draw in any::<u32>()) {
        let settings = SignalSettings {
            refresh: Duration::from_micros(refresh),
            jitter_ppm: jitter,
            ..SignalSettings::default()
        };
        let mut draws = Stream::from_fractions(vec![draw; 2]);
        let delay = Signals::new(settings).refresh_delay(&mut draws).as_micros();
        let (mean, spread) = (i128::from(refresh) * 1_000_000, i128::from(refresh) * i128::from(jitter));
        let scaled = i128::from(delay) * 1_000_000;
        prop_assert!(scaled > mean - spread - 1_000_000 && scaled <= mean + spread);
    }

    #[test]
    fn a_record_survives_both_wire_forms(entry in entry(), breadth in 0_u8..3) {
        let breadth = match breadth {
            0 => Breadth::Operation,
            1 => Breadth::Namespace,
            _ => Breadth::All,
        };
        let field = SloField { breadth, record: entry.record.clone() };
        prop_assert_eq!(SloField::parse(&field.to_text().unwrap()), Ok(Some(field)));
        let json = serde_json::to_string(&entry).unwrap();
        prop_assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry.clone());
        let records = Records { entries: vec![entry.clone(), entry], invalid: 0 };
        let json = serde_json::to_string(&records).unwrap();
        prop_assert_eq!(serde_json::from_str::<Records>(&json).unwrap(), records);
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_report_counts_what_was_served_in_the_current_slot_and_the_nine_before(
        window in 0_u64..60,
        min_samples in 0_u32..6,
        events in vec((prop_oneof![3 => 0_u64..4, 1 => 0_u64..90], 0_u64..30), 1..60),
        readings in (option::of(9_998_u32..10_003), option::of(9_998_u32..10_003)),
    ) {
        let mut meter = Meter::new(MeterSettings { window: Duration::from_micros(window), min_samples });
        let (target, max) = (Duration::from_micros(10), Duration::from_micros(20));
        let width = (window / 10).max(1);
        let (mut served, mut now, mut refused) = (Vec::new(), 0, 0);
        for (pause, elapsed) in events {
            now += pause;
            let at = Instant::from_micros(now);
            meter.served(Duration::from_micros(elapsed), target, max, at);
            served.push((now / width, elapsed));
            let counted: Vec<_> = served.iter().filter(|(slot, _)| slot + 10 > now / width).collect();
            let total = counted.len();
            let share = |above: u64| {
                let slow = counted.iter().filter(|(_, elapsed)| *elapsed > above).count();
                (total >= min_samples as usize).then(|| (slow * 10_000 / total) as u16)
            };
            let load = meter.report(readings.0, readings.1, at);
            prop_assert_eq!((load.util_target, load.util_max), (share(10), share(20)));
            let fitting = |told: Option<u32>| told.filter(|&points| points <= 10_000).map(|points| points as u16);
            prop_assert_eq!((load.compute, load.storage), (fitting(readings.0), fitting(readings.1)));
            prop_assert_eq!(load.util, load.util_target.max(load.util_max).max(load.compute));
            refused += [readings.0, readings.1].iter().flatten().filter(|&&points| points > 10_000).count() as u64;
            prop_assert_eq!(meter.refused(), refused);
        }
    }
}

/// A valid record in every field.
fn entry() -> impl Strategy<Value = Entry> {
    let times = (micros(1..1 << 49), micros(1..1 << 49), micros(1..1 << 49));
    let counts = (option::of(1_u32..), option::of(0_u32..), option::of(0_u32..), option::of(0_u32..));
    let load = || option::of(0_u16..=10_000);
    let loads = (load(), load(), load(), load(), load());
    let texts = (option::of("[ -~]{0,32}"), option::of(vec("[a-zA-Z*][a-z0-9!#$%&'*+.^_`|~:/-]{0,9}", 0..4)));
    let names = (option::of("[a-z]{1,4}"), option::of("[a-z]{1,4}"));
    (times, counts, loads, texts, names, 1_u64..=999_999_999_999_999, any::<bool>()).prop_map(
        |(times, counts, loads, texts, names, version, reset)| Entry {
            namespace: names.0,
            operation: names.1,
            record: Record {
                version,
                origin: texts.0,
                target: times.0,
                max: times.1,
                ttl: times.2,
                calls: counts.0,
                hedges: counts.1,
                chunk: counts.2,
                page: counts.3,
                util: loads.0,
                util_target: loads.1,
                util_max: loads.2,
                compute: loads.3,
                storage: loads.4,
                compress: texts.1,
                reset,
            },
        },
    )
}

fn version(version: u64) -> Record {
    Record { version, ..Record::default() }
}

#[test]
fn halvings_go_50_25_12_6_3_1_0_and_end_with_the_next_record() {
    let mut signals = Signals::new(SignalSettings::default());
    let configured = Effective { target: None, max: Duration::from_secs(1), calls: 1000, hedges: 50 };
    let scope = Scope { namespace: Some(0), operation: None };
    signals.receive(scope, &version(1), Instant::ZERO);
    let at = |micros| Instant::ZERO + Duration::from_micros(micros);
    assert_eq!(signals.on_refresh(0, at(600_000_000)).halvings, 0, "at exactly ten lifetimes");
    let mut seen = Vec::new();
    for refresh in 1..=7 {
        seen.push(signals.effective(0, 0, configured).hedges);
        signals.on_refresh(0, at(600_000_000 + refresh));
    }
    assert_eq!(seen, [50, 25, 12, 6, 3, 1, 0]);
    for _ in 0..100 {
        signals.on_refresh(0, at(900_000_000));
    }
    assert_eq!((signals.halvings(0), signals.effective(0, 0, configured).hedges), (63, 0));
    assert_eq!(signals.effective(0, 0, configured).calls, 1000, "calls are never halved");
    assert_eq!(signals.effective(1, 0, configured).hedges, 50, "another namespace is not affected");
    signals.receive(scope, &version(2), at(900_000_000));
    assert_eq!(signals.effective(0, 0, configured).hedges, 50);
}

#[test]
fn a_lower_version_counts_again_one_microsecond_after_ten_lifetimes() {
    let mut signals = Signals::new(SignalSettings::default());
    let ten_lifetimes = Instant::ZERO + Duration::from_secs(600);
    signals.receive(Scope::ALL, &version(5), Instant::ZERO);
    assert_eq!(signals.receive(Scope::ALL, &version(4), ten_lifetimes).verdict, Reason::SignalOldVersion);
    let later = ten_lifetimes + Duration::from_micros(1);
    let received = signals.receive(Scope::ALL, &version(4), later);
    assert_eq!((received.verdict, received.version_reset), (Reason::SignalApplied, true));
    assert_eq!(signals.seen(0, 0), Some(4));
}

#[test]
fn codec_names_beyond_what_is_kept_are_clamped() {
    let mut signals = Signals::new(SignalSettings::default());
    let names: Vec<String> = (0..40).map(|n| format!("codec{n}")).chain(["x".repeat(33)]).collect();
    let record = Record { compress: Some(names), page: Some(0), ..version(1) };
    let received = signals.receive(Scope::ALL, &record, Instant::ZERO);
    let clamped: Vec<_> = received.fields.iter().map(Field::name).collect();
    assert_eq!(clamped, ["page", "compress"]);
    let features = signals.features(0, 0);
    assert_eq!(features.compress.map(<[_]>::len), Some(16));
    assert_eq!(features.page, Some(1024));
    let longest = Record { compress: Some(vec!["x".repeat(32)]), ..version(2) };
    assert!(signals.receive(Scope::ALL, &longest, Instant::ZERO).fields.is_empty(), "32 bytes are kept");
    let shorter = Record { compress: Some(vec!["lz4".into()]), ..version(3) };
    signals.receive(Scope::ALL, &shorter, Instant::ZERO);
    signals.receive(Scope::ALL, &version(4), Instant::ZERO);
    let kept = signals.features(0, 0).compress.unwrap();
    assert_eq!(kept.iter().map(|name| &**name).collect::<Vec<_>>(), ["lz4"]);
    signals.receive(Scope::ALL, &Record { reset: true, ..version(5) }, Instant::ZERO);
    assert_eq!(signals.features(0, 0).compress, None, "a reset forgets what the record does not name");
}

#[test]
fn an_invalid_record_of_a_document_does_not_drop_the_others() {
    let document = r#"{"extra": 1, "records": [
        {"ns": "a", "op": "*", "v": 1, "target": 5, "unknown": {"deep": [1, {"er": null}]}},
        {"v": 2, "target": true}, {"v": 2, "target": "5"}, {"v": 2.0}, {"v": 2, "calls": null}, {"target": 5},
        {"v": 2, "ns": 7}, {"v": 2, "compress": [1]}, {"v": 2, "reset": 1}, {"v": -1},
        7, null, [], "text", {"v": 18446744073709551615},
        {"v": 3, "v": 4, "compress": ["lz4"], "reset": true}
    ]}"#;
    let records: Records = serde_json::from_str(document).unwrap();
    assert_eq!((records.entries.len(), records.invalid), (2, 14));
    let first = &records.entries[0];
    assert_eq!((first.namespace.as_deref(), first.operation.as_deref()), (Some("a"), None));
    assert_eq!(records.entries[1].record.version, 4, "the last of a repeated name");
}

#[test]
fn a_document_of_too_many_records_is_refused() {
    let document = |count: usize| format!("{{\"records\":[{}]}}", vec!["{\"v\":1}"; count].join(","));
    assert!(serde_json::from_str::<Records>(&document(MAX_RECORDS)).is_ok());
    assert!(serde_json::from_str::<Records>(&document(MAX_RECORDS + 1)).is_err());
    assert!(serde_json::from_str::<Records>("{}").is_err());
}

#[test]
fn the_defaults_are_those_of_the_configuration() {
    assert_eq!(Config::default().signal, SignalSettings::default());
}

#[test]
fn a_composer_numbers_changes_and_repeats_the_rest() {
    let mut composer = Composer::new(Wall::from_micros(5_999));
    let base = Record { target: Some(Duration::from_micros(9)), util: Some(500), ..version(77) };
    let mut issue = |record: Record| composer.issue(record).version;
    assert_eq!(issue(base.clone()), 5);
    assert_eq!(issue(Record { util: Some(599), ..base.clone() }), 5);
    assert_eq!(
        issue(Record { util: Some(401), ..base.clone() }),
        5,
        "moves are measured from the numbered record"
    );
    assert_eq!(issue(Record { util: None, ..base.clone() }), 5, "an absent utilization keeps the client's");
    assert_eq!(issue(Record { util: Some(400), ..base.clone() }), 6);
    assert_eq!(issue(Record { storage: Some(0), ..base.clone() }), 7, "one that appears is news");
    assert_eq!(issue(Record { chunk: Some(0), ..base.clone() }), 8);
    assert_eq!(issue(Record { chunk: Some(0), hedges: Some(1), ..base.clone() }), 9);
    assert_eq!(composer.issued().map(|record| record.hedges), Some(Some(1)));
    assert_eq!(Composer::new(Wall::from_micros(0)).issue(base).version, 1);
}

#[test]
fn an_absent_field_keeps_and_a_given_one_replaces_what_was_said() {
    let mut signals = Signals::new(SignalSettings::default());
    let full = |version: u64, points: u16, bytes: u32| Record {
        version,
        util: Some(points),
        util_target: Some(points + 1),
        util_max: Some(points + 2),
        compute: Some(points + 3),
        storage: Some(points + 4),
        chunk: Some(bytes),
        page: Some(bytes + 1),
        ..Record::default()
    };
    for (turn, points, bytes) in [(1, 10, 2048), (3, 100, 4096)] {
        signals.receive(Scope::ALL, &full(turn, points, bytes), Instant::ZERO);
        for _ in 0..2 {
            let (load, features) = (signals.load(0, 0), signals.features(0, 0));
            let told = [load.util, load.util_target, load.util_max, load.compute, load.storage];
            assert_eq!(told, [0, 1, 2, 3, 4].map(|more| Some(points + more)));
            assert_eq!((features.chunk, features.page), (Some(bytes), Some(bytes + 1)));
            signals.receive(Scope::ALL, &version(turn + 1), Instant::ZERO);
        }
    }
}
