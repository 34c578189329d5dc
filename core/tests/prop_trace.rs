//! Properties of traces over arbitrary inputs: recording changes nothing, what was recorded repeats itself, and bytes
//! of any origin are answered.

use hedgerow::client::action::{
    Action, ClockSample, EndpointSpec, Failure, GivenToken, Lease, Namespace, Operation, Response,
    ServerLoad, StallReport, Start, TopologyChange,
};
use hedgerow::config::{Idempotency, Priority};
use hedgerow::signal::record::Record;
use hedgerow::token::Token;
use hedgerow::trace::{Event, StartEvent, Trace, TraceRecord, replay};
use hedgerow::{
    AttemptId, CallId, Client, Config, Duration, EndpointId, FailureClass, Instant, Pushback, Seed, Stats,
    Wall,
};
use proptest::prelude::*;
use proptest::test_runner::{Config as Runner, RngAlgorithm, RngSeed};
use serde_json::json;

/// One drawn input: its kind, and what its arguments are made of.
type Draw = (u8, u8, u16, u32);

fn runner(cases: u32) -> Runner {
    Runner {
        cases,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(9),
        ..Runner::default()
    }
}

fn config(enabled: bool, buffer: u32) -> Config {
    serde_json::from_value(json!({
        "objective": {"target_us": 10_000, "max_us": 100_000},
        "operations": {
            "append": {"idempotency": "none"},
            "eager": {"idempotency": "natural", "hedge": {"strategy": "fixed", "delay_us": 0, "max": 2}},
            "get": {"idempotency": "natural"},
            "put": {"idempotency": "token"},
        },
        "attempt": {"timeout_us": 20_000, "orphan_ttl_us": 1_000_000},
        "capacity": {"calls": 8, "namespaces": 2, "operations": 5},
        "trace": {"enabled": enabled, "buffer": buffer},
    }))
    .unwrap()
}

/// A client with what it told, which later inputs refer to.
struct World {
    client: Client,
    now: u64,
    calls: Vec<CallId>,
    attempts: Vec<AttemptId>,
    endpoints: Vec<EndpointId>,
    log: Vec<String>,
}

impl World {
    fn new(config: Config) -> Self {
        let client = Client::new(config, &Seed::new([5; 32]), Instant::from_micros(77));
        Self { client, now: 77, calls: vec![], attempts: vec![], endpoints: vec![], log: vec![] }
    }

    fn run(config: Config, draws: &[Draw]) -> Self {
        let mut world = Self::new(config);
        for draw in draws {
            world.step(*draw);
        }
        world
    }

    fn step(&mut self, draw: Draw) {
        let (kind, small, _, large) = draw;
        self.now += u64::from(large % 7000);
        let told = match kind % 16 {
            0 => u64::from(large),
            1 => u64::MAX,
            _ => self.now,
        };
        let event = self.event(draw);
        event.apply(&mut self.client, Instant::from_micros(told));
        while let Some(action) = self.client.poll_action() {
            if let Action::Send { call, attempt, .. } = action {
                self.calls.push(call);
                self.attempts.push(attempt);
            }
            self.log.push(format!("{action:?}"));
        }
        self.log.push(format!("{:?}", self.client.poll_timeout()));
        let names = (small < 8).then(|| format!("e{small}"));
        self.endpoints.extend(names.and_then(|name| self.client.endpoint(&name)));
    }

    fn event(&self, (kind, small, middle, large): Draw) -> Event {
        let attempt = || pick(&self.attempts, middle).unwrap_or(AttemptId::from_number(large.into()));
        match kind / 16 {
            0 => Event::Topology((0..small % 4).map(|n| change(small.wrapping_add(n * 3), large)).collect()),
            1 if small < 32 => Event::Namespace(format!("n{small}")),
            1 if small < 64 => Event::Operation(format!("é{small}")),
            1 if small < 96 => Event::Clock(ClockSample {
                sent: Instant::from_micros(self.now.saturating_sub(u64::from(middle))),
                received: Instant::from_micros(self.now),
                server: wall(large),
            }),
            1 if small < 128 => Event::Lease(Lease {
                from_t: u64::from(large),
                count: u64::from(small),
                expires_at: Instant::from_micros(self.now + u64::from(middle)),
            }),
            1 => Event::Stall(stall(small, self.now, large)),
            2 if small < 8 => Event::Drain((small < 4).then(|| Instant::from_micros(self.now + 50_000))),
            2 => Event::Signal(
                (small & 1 != 0).then(|| Namespace(u32::from(small >> 6))),
                (small & 2 != 0).then(|| Operation(u32::from(small >> 5))),
                record(middle, large),
            ),
            3 => Event::Cancel(pick(&self.calls, middle).unwrap_or(CallId::from_number(large.into()))),
            4 => Event::Cancelled(attempt()),
            5 | 6 => Event::Failure(attempt(), failure(small, large)),
            7 if small < 16 => Event::Response(attempt(), Response::default().told_at(wall(large))),
            7 if small < 64 => Event::Response(
                attempt(),
                Response::with_load(ServerLoad {
                    in_flight: u32::from(middle),
                    latency: (small < 32).then(|| Duration::from_micros(large.into())),
                }),
            ),
            7 | 8 => Event::Response(attempt(), Response::default()),
            9..=11 => Event::Timeout,
            _ => Event::Start(self.start(small, middle, large)),
        }
    }

    fn start(&self, small: u8, middle: u16, large: u32) -> StartEvent {
        let given = |bit: u32| middle & (1 << bit) != 0;
        let token = match small {
            0..32 => Some(GivenToken::Token(Token { t: large.into(), nonce: u128::from(large) << 70 })),
            32..64 => Some(GivenToken::HeldByHost),
            _ => None,
        };
        StartEvent {
            replicas: (0..small % 3)
                .filter_map(|n| pick(&self.endpoints, middle.wrapping_add(n.into())))
                .collect(),
            arguments: Start {
                namespace: Namespace(middle.is_multiple_of(7).into()),
                operation: Operation(u32::from(small % 7)),
                deadline: given(0).then(|| Instant::from_micros(self.now + u64::from(large % 60_000))),
                idempotency: given(1).then_some(Idempotency::ALL[usize::from(middle >> 14)]),
                priority: given(2).then_some(Priority::ALL[usize::from(middle >> 14)]),
                token,
                wall: given(3).then(|| Wall::from_micros(1_700_000_000_000_000 + self.now)),
                no_hedges: given(4),
                no_retries: given(5),
                cookie: large.into(),
                ..Start::default()
            },
        }
    }
}

fn wall(large: u32) -> Wall {
    Wall::from_micros(1_700_000_000_000_000 + u64::from(large))
}

fn pick<T: Copy>(of: &[T], draw: u16) -> Option<T> {
    // Recent ones more often: they are the ones that are open.
    let back = usize::from(draw % 8) + 1;
    of.get(of.len().checked_sub(back)?).copied()
}

fn change(small: u8, large: u32) -> TopologyChange {
    let name = format!("e{}", small % 8);
    let spec = EndpointSpec {
        name: name.clone(),
        zone: (large & 1 != 0).then(|| "z".into()),
        region: (large & 2 != 0).then(|| "r".into()),
        factor: (large & 4 != 0).then_some(large % 2000),
        up_since: (large & 8 != 0).then(|| Instant::from_micros(large.into())),
        pool: large & 16 != 0,
    };
    match small / 64 {
        0..=2 => TopologyChange::Add(spec),
        _ if large & 32 != 0 => TopologyChange::Update(spec),
        _ => TopologyChange::Remove(name),
    }
}

fn stall(small: u8, now: u64, large: u32) -> StallReport {
    let back = |micros: u32| Instant::from_micros(now.saturating_sub(micros.into()));
    match small % 4 {
        0 => StallReport::Throttled,
        1 => StallReport::Resumed,
        2 if large & 1 == 0 => StallReport::Suspended,
        2 => StallReport::Reset,
        _ => StallReport::Paused { from: back(large), to: back(large / 2) },
    }
}

fn failure(small: u8, large: u32) -> Failure {
    let pushback = Pushback {
        retry_after: large.is_multiple_of(4).then(|| Duration::from_micros(u64::from(large % 5000))),
        never: (large >> 2).is_multiple_of(8),
        max_retries: (large >> 5).is_multiple_of(4).then_some(small % 12),
    };
    Failure { class: FailureClass::ALL[usize::from(small % 6)], pushback }
}

fn record(middle: u16, large: u32) -> Record {
    let given = |bit: u32| middle & (1 << bit) != 0;
    let micros = Duration::from_micros(u64::from(large) + 100);
    Record {
        version: u64::from(large % 50),
        origin: given(0).then(|| "ö".into()),
        target: given(1).then_some(micros),
        max: given(2).then_some(micros),
        calls: given(3).then_some(large % 9),
        hedges: given(4).then_some(large % 5),
        util: given(5).then_some(middle),
        compress: given(6).then(|| vec!["a".into(), String::new()]),
        page: given(7).then_some(large),
        reset: given(8),
        ..Record::default()
    }
}

fn draws(most: usize) -> impl Strategy<Value = Vec<Draw>> {
    // A world begins with endpoints, or little would happen in it.
    prop::collection::vec(any::<Draw>(), 1..most).prop_map(|mut draws| {
        draws.insert(0, (2, 2, 0, 0));
        draws.insert(0, (2, 3, 0, 1));
        draws
    })
}

fn without_lost(mut stats: Stats) -> Stats {
    stats.trace_lost = 0;
    stats
}

/// The records that wait, taken one by one.
fn taken(client: &mut Client) -> Vec<TraceRecord> {
    std::iter::from_fn(|| client.poll_trace()).collect()
}

proptest! {
    #![proptest_config(runner(96))]

    #[test]
    fn recording_changes_no_decision(draws in draws(200)) {
        let silent = World::run(config(false, 16), &draws);
        for buffer in [16, 65_536] {
            let recorded = World::run(config(true, buffer), &draws);
            prop_assert_eq!(&recorded.log, &silent.log);
            prop_assert_eq!(without_lost(recorded.client.stats()), silent.client.stats());
        }
        let mut silent = silent.client;
        prop_assert!(silent.poll_trace().is_none() && silent.trace_header().is_none());
        prop_assert_eq!(silent.poll_trace_bytes(&mut Vec::new()), 0);
    }

    #[test]
    fn what_is_recorded_comes_back_and_repeats_itself(draws in draws(200)) {
        let config = config(true, 65_536);
        let mut client = World::run(config.clone(), &draws).client;
        let mut bytes = Vec::new();
        let written = client.clone().poll_trace_bytes(&mut bytes);
        prop_assert_eq!(written, bytes.len());
        let trace = Trace::from_bytes(&bytes).unwrap();
        prop_assert_eq!(trace.to_bytes(), bytes);
        prop_assert_eq!(trace.len(), draws.len() as u64);

        let mut typed = Trace::new(client.trace_header().unwrap().clone());
        let records = taken(&mut client);
        for record in &records {
            typed.push(record);
        }
        prop_assert_eq!(&typed, &trace);
        prop_assert_eq!(trace.records().collect::<Vec<_>>(), records);

        let report = replay(&config, &trace).unwrap_or_else(|divergence| panic!("{divergence}"));
        prop_assert_eq!((report.records, report.hash), (trace.len(), trace.hash()));
        prop_assert_eq!(report.client.stats(), client.stats());
    }

    #[test]
    fn bytes_taken_in_pieces_are_the_bytes_taken_at_once(draws in draws(120), every in 1usize..20) {
        let mut pieces = World::new(config(true, 16));
        let mut bytes = Vec::new();
        for (number, draw) in draws.iter().enumerate() {
            pieces.step(*draw);
            if number % every.min(16) == 0 {
                pieces.client.poll_trace_bytes(&mut bytes);
            }
        }
        pieces.client.poll_trace_bytes(&mut bytes);
        let mut whole = Vec::new();
        World::run(config(true, 16), &[]).client.poll_trace_bytes(&mut whole);
        let mut all = World::run(config(true, 65_536), &draws);
        let header = all.client.trace_header().unwrap().clone();
        let records = taken(&mut all.client);
        let trace = Trace::from_bytes(&bytes).unwrap();
        prop_assert_ne!(trace.header(), &header); // another buffer, another configuration
        prop_assert_eq!(trace.records().collect::<Vec<_>>(), records);
        prop_assert!(bytes.starts_with(&whole));
    }

    #[test]
    fn a_full_buffer_ends_the_recording_and_counts_what_is_lost(draws in draws(80)) {
        let mut full = World::run(config(true, 16), &draws).client;
        let mut all = World::run(config(true, 65_536), &draws).client;
        let (kept, records) = (taken(&mut full), taken(&mut all));
        prop_assert_eq!(&kept[..], &records[..records.len().min(16)]);
        prop_assert_eq!(full.stats().trace_lost, records.len().saturating_sub(16) as u64);
        full.handle_timeout(Instant::MAX);
        let ended = records.len() > 16;
        prop_assert_eq!((full.poll_trace().is_none(), all.stats().trace_lost), (ended, 0));
    }

    #[test]
    fn arbitrary_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut after_header = Trace::new(World::new(config(true, 16)).client.trace_header().unwrap().clone()).to_bytes();
        prop_assert!(Trace::from_bytes(&bytes).is_err());
        after_header.extend(&bytes);
        if let Ok(trace) = Trace::from_bytes(&after_header) {
            prop_assert_eq!(trace.to_bytes(), after_header);
            let _ = replay(&config(true, 16), &trace);
        }
    }
}

/// A trace in which every kind of input occurs.
fn sample() -> (Config, Vec<u8>) {
    let draws: Vec<Draw> = (0u32..70)
        .map(|n| {
            let mixed = n.wrapping_mul(2_654_435_761);
            let kind = if n < 2 { 2 } else { (mixed >> 24) as u8 };
            (kind, if n < 2 { 3 } else { (mixed >> 11) as u8 }, (mixed >> 3) as u16, mixed >> 2)
        })
        .collect();
    let config = config(true, 65_536);
    let mut bytes = Vec::new();
    World::run(config.clone(), &draws).client.poll_trace_bytes(&mut bytes);
    (config, bytes)
}

#[test]
fn every_truncation_is_an_error_or_a_prefix_that_repeats_itself() {
    let (config, bytes) = sample();
    let whole = Trace::from_bytes(&bytes).unwrap();
    let mut prefixes = 0;
    for end in 0..bytes.len() {
        let Ok(trace) = Trace::from_bytes(&bytes[..end]) else { continue };
        assert!(trace.records().eq(whole.records().take(trace.len() as usize)));
        assert!(replay(&config, &trace).is_ok());
        prefixes += 1;
    }
    assert_eq!(prefixes, whole.len());
}

/// A changed length may swallow a record that decided nothing; what is left is a run of its own, told by its hash.
#[test]
fn every_change_of_one_byte_is_an_error_a_divergence_or_a_trace_of_another_hash() {
    let (config, bytes) = sample();
    let whole = Trace::from_bytes(&bytes).unwrap();
    let (mut refused, mut diverged, mut repeated) = (0, 0, 0);
    for at in 0..bytes.len() {
        for change in [0x01, 0x10, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            let Ok(trace) = Trace::from_bytes(&changed) else {
                refused += 1;
                continue;
            };
            assert_eq!(trace.to_bytes(), changed, "a trace has one form");
            assert_ne!(trace.hash(), whole.hash(), "byte {at}");
            match replay(&config, &trace) {
                Err(_) => diverged += 1,
                Ok(_) => repeated += 1,
            }
        }
    }
    println!("{} bytes: {refused} refused, {diverged} diverged, {repeated} repeated", bytes.len());
    assert!(refused > 0 && diverged > 0 && repeated > 0);
}
