//! The flat form against the typed one: the same events through a buffer and through methods give the same decisions,
//! and no buffer whatever makes it panic or grow.

use hedgerow::client::action::{
    Action, EndpointSpec, Failure, GivenToken, Namespace, Operation, Response, ServerLoad, Start,
    TopologyChange,
};
use hedgerow::config::{Idempotency, Priority};
use hedgerow::wire::{MOST_WAITING, RECORD, Units};
use hedgerow::{
    AttemptId, CallId, Client, Config, Duration, EndpointId, FailureClass, Instant, Pushback, Reason, Seed,
    Wall,
};
use proptest::prelude::*;

const ALL: [Units; 3] = [Units::Micros, Units::Millis, Units::Seconds];

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() }
}

fn client(document: &str) -> Client {
    let config: Config = serde_json::from_str(document).expect("a document of this test");
    let mut client = Client::new(config, &Seed::new([3; 32]), Instant::from_micros(1000));
    let add = |name: &str| TopologyChange::Add(EndpointSpec { name: name.into(), ..EndpointSpec::default() });
    client.handle_topology(&[add("a"), add("b"), add("c")], Instant::from_micros(1000)).expect("three names");
    client
}

const DOCUMENT: &str = r#"{
    "objective": {"target_us": 10000, "max_us": 500000},
    "operations": {"put": {"idempotency": "token"}},
    "limits": {"calls": 6}, "trace": {"notes": 64}
}"#;

/// One input, told by which attempt or call of those seen so far it concerns.
#[derive(Clone, Debug)]
enum Step {
    Start {
        operation: u32,
        deadline: Option<u64>,
        replicas: usize,
        /// Bits: a token of its own, no hedges, no retries.
        flags: u32,
        priority: Option<u8>,
    },
    /// Which attempt, and requests in flight and latency in µs that the server told.
    Response(usize, Option<(u32, Option<u64>)>),
    Failure(usize, u8, Option<u64>, bool, Option<u8>),
    Cancelled(usize),
    GiveUp(usize),
    Timeout,
}

fn step() -> impl Strategy<Value = Step> {
    let deadline = proptest::option::of(0..400_000_u64);
    let max_retries = proptest::option::of(0..12_u8);
    prop_oneof![
        4 => (0..3_u32, deadline, 0..20_usize, 0..8_u32, proptest::option::of(0..4_u8)).prop_map(
            |(operation, deadline, replicas, flags, priority)| Step::Start {
                operation, deadline, replicas, flags, priority
            }
        ),
        2 => (0..9_usize, prop::option::of((0_u32..9, prop::option::of(0_u64..9000))))
            .prop_map(|(which, told)| Step::Response(which, told)),
        2 => (0..9_usize, 0..8_u8, proptest::option::of(0..50_000_u64), any::<bool>(), max_retries)
            .prop_map(|(which, class, after, never, most)| Step::Failure(which, class, after, never, most)),
        1 => (0..9_usize).prop_map(Step::Cancelled),
        1 => (0..9_usize).prop_map(Step::GiveUp),
        2 => Just(Step::Timeout),
    ]
}

/// What has been seen: ids of attempts and calls in order, and the ids of the endpoints.
#[derive(Default)]
struct Seen {
    attempts: Vec<AttemptId>,
    calls: Vec<CallId>,
}

impl Seen {
    fn attempt(&self, which: usize) -> AttemptId {
        self.attempts.iter().rev().nth(which).copied().unwrap_or(AttemptId::from_number(0))
    }

    fn call(&self, which: usize) -> CallId {
        self.calls.iter().rev().nth(which).copied().unwrap_or(CallId::from_number(0))
    }

    fn take(&mut self, client: &mut Client) -> Vec<Action> {
        let actions: Vec<Action> = std::iter::from_fn(|| client.poll_action()).collect();
        for action in &actions {
            if let Action::Send { attempt, call, .. } = action {
                self.attempts.push(*attempt);
                self.calls.push(*call);
            }
        }
        actions
    }
}

fn replicas(client: &Client, count: usize) -> Vec<EndpointId> {
    let ids: Vec<EndpointId> = ["a", "b", "c"].iter().filter_map(|name| client.endpoint(name)).collect();
    ids.iter().cycle().take(count).copied().collect()
}

fn typed(client: &mut Client, step: &Step, seen: &Seen, cookie: u64, now: Instant) -> Option<Reason> {
    match *step {
        Step::Start { operation, deadline, replicas: count, flags, priority } => {
            let replicas = replicas(client, count);
            let start = Start {
                namespace: Namespace(0),
                operation: Operation(operation),
                replicas: &replicas,
                deadline: deadline.map(|after| now + Duration::from_micros(after)),
                idempotency: None::<Idempotency>,
                priority: priority.and_then(Priority::from_code),
                token: (flags & 1 != 0).then_some(GivenToken::HeldByHost),
                wall: Some(Wall::from_micros(1_700_000_000_000_000 + now.as_micros())),
                no_hedges: flags & 2 != 0,
                no_retries: flags & 4 != 0,
                cookie,
            };
            return client.start(&start, now).err();
        }
        Step::Response(which, told) => {
            let load = |(in_flight, latency): (u32, Option<u64>)| ServerLoad {
                in_flight,
                latency: latency.map(Duration::from_micros),
            };
            let said = told.map_or_else(Response::default, |told| Response::with_load(load(told)));
            client.handle_response(seen.attempt(which), said, now);
        }
        Step::Failure(which, class, after, never, max_retries) => {
            let pushback = Pushback {
                retry_after: after.map(Duration::from_micros),
                never,
                max_retries: max_retries.map(|most| most.min(10)),
            };
            let class = FailureClass::from_code(class).unwrap_or(FailureClass::Transient);
            client.handle_failure(seen.attempt(which), Failure { class, pushback }, now);
        }
        Step::Cancelled(which) => client.handle_cancelled(seen.attempt(which), now),
        Step::GiveUp(which) => client.cancel(seen.call(which), now),
        Step::Timeout => client.handle_timeout(now),
    }
    None
}

#[allow(clippy::cast_precision_loss, reason = "ids are below 2^53")]
fn flat(client: &Client, step: &Step, seen: &Seen, cookie: u64, units: Units, now: Instant) -> Vec<f64> {
    let none = -1.0;
    let tell = |micros: Option<u64>| micros.map_or(none, |micros| units.tell(micros));
    let attempt = |which| seen.attempt(which).number() as f64;
    match *step {
        Step::Start { operation, deadline, replicas: count, flags, priority } => {
            let packed = u32::from(priority.unwrap_or(255)) + (255 << 8) + (flags << 16);
            let wall = units.tell(1_700_000_000_000_000 + now.as_micros());
            let deadline = tell(deadline.map(|after| now.as_micros() + after));
            let operation = f64::from(operation);
            let mut numbers =
                vec![64.0, cookie as f64, 0.0, operation, count as f64, deadline, wall, f64::from(packed)];
            numbers.extend(replicas(client, count).iter().map(|id| id.number() as f64));
            numbers.resize(numbers.len().next_multiple_of(RECORD), 0.0);
            numbers
        }
        Step::Response(which, told) => {
            let (in_flight, latency) = told.map_or((none, none), |(in_flight, latency)| {
                (f64::from(in_flight), latency.map_or(none, |latency| latency as f64))
            });
            vec![65.0, none, none, attempt(which), in_flight, latency, none, none]
        }
        Step::Failure(which, class, after, never, most) => {
            let packed = f64::from(u32::from(class) + (u32::from(never) << 8));
            let most = most.map_or(none, f64::from);
            vec![66.0, none, none, attempt(which), none, tell(after), most, packed]
        }
        Step::Cancelled(which) => vec![67.0, none, none, attempt(which), none, none, none, none],
        Step::GiveUp(which) => {
            vec![68.0, none, seen.call(which).number() as f64, none, none, none, none, none]
        }
        Step::Timeout => vec![69.0, none, none, none, none, none, none, none],
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_flat_form_decides_as_the_typed_one(
        steps in proptest::collection::vec((step(), 0..30_000_u64), 1..60),
        unit in 0..3_usize,
    ) {
        let units = ALL[unit];
        let (mut plain, mut packed) = (client(DOCUMENT), client(DOCUMENT));
        let (mut seen, mut seen_packed) = (Seen::default(), Seen::default());
        let mut now = Instant::from_micros(1000);
        for (cookie, (step, wait)) in (1_u64..).zip(steps) {
            now = now + Duration::from_micros(wait);
            let refused = typed(&mut plain, &step, &seen, cookie, now);
            let numbers = flat(&packed, &step, &seen_packed, cookie, units, now);
            let taken = packed.push_events(&numbers, units, units.now(units.tell(now.as_micros())));
            prop_assert_eq!(taken, numbers.len() / RECORD);
            let mut expected = seen.take(&mut plain);
            if let Some(reason) = refused {
                expected.push(Action::Reject { cookie, reason });
            }
            prop_assert_eq!(seen_packed.take(&mut packed), expected);
            prop_assert_eq!(packed.poll_timeout(), plain.poll_timeout());
        }
        let unknown = packed.stats().count(Reason::ClassUnknown);
        prop_assert!(unknown <= 60 && plain.stats().count(Reason::ClassUnknown) == 0);
    }

    #[test]
    fn any_buffer_is_taken_or_left(
        numbers in proptest::collection::vec(number(), 0..200),
        now in number(),
        unit in 0..3_usize,
    ) {
        let units = ALL[unit];
        let mut client = client(DOCUMENT);
        let taken = client.push_events(&numbers, units, units.now(now));
        prop_assert!(taken <= numbers.len() / RECORD);
        let mut buffer = [7.0; 20];
        loop {
            let written = client.poll_actions(&mut buffer, units);
            for record in buffer[..written * RECORD].chunks(RECORD) {
                prop_assert!((1.0..=5.0).contains(&record[0]) && record[7] >= 0.0 && record[7] < 4294967296.0);
            }
            prop_assert_eq!(&buffer[16..], &[7.0; 4][..]);
            if written == 0 {
                break;
            }
        }
        client.poll_notes(&mut buffer, units);
        let head: [f64; RECORD] = std::array::from_fn(|slot| numbers.get(slot).copied().unwrap_or(f64::NAN));
        let _ = client.start_record(&head, &numbers, None, units, units.now(now));
    }
}

/// Anything, but often something that means something.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => (64..70_u32).prop_map(f64::from),
        3 => Just(-1.0),
        3 => (0..20_u32).prop_map(f64::from),
        1 => (0..3_u64).prop_map(|low| f64::from(u32::try_from((1 << 24) + low).unwrap_or(0))),
        2 => any::<u64>().prop_map(f64::from_bits),
    ]
}

#[test]
fn a_refused_start_of_a_batch_keeps_its_place_among_the_actions() {
    let mut client = client(r#"{"limits": {"calls": 1}}"#);
    let start = |cookie: f64| [64.0, cookie, 0.0, 0.0, 0.0, -1.0, -1.0, -1.0];
    let gives_up = [68.0, -1.0, f64::from(1 << 24), -1.0, -1.0, -1.0, -1.0, -1.0];
    let batch = [start(1.0), start(2.0), gives_up, start(3.0)].concat();
    assert_eq!(client.push_events(&batch, Units::Millis, Instant::from_micros(1000)), 4);
    let mut buffer = [0.0; 64];
    let count = client.poll_actions(&mut buffer, Units::Millis);
    let told: Vec<(f64, f64)> =
        buffer.chunks(RECORD).take(count).map(|record| (record[0], record[1])).collect();
    assert_eq!(told, [(1.0, 1.0), (4.0, 2.0), (3.0, 1.0), (2.0, 1.0), (4.0, 3.0)]);
}

#[test]
fn a_batch_stops_before_what_is_no_input() {
    let timeout = [69.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0];
    let mut client = client("{}");
    for bad in [0.0, 1.0, 6.0, 63.0, 70.0, 64.5, -1.0, f64::NAN, 1e18] {
        let mut strange = timeout;
        strange[0] = bad;
        let batch = [timeout, strange, timeout].concat();
        assert_eq!(client.push_events(&batch, Units::Micros, Instant::ZERO), 1, "{bad}");
    }
    let outside = [64.0, 1.0, 0.0, 0.0, 9.0, -1.0, -1.0, -1.0];
    let batch = [timeout, outside, timeout].concat();
    assert_eq!(client.push_events(&batch, Units::Micros, Instant::ZERO), 1);
    assert_eq!(client.push_events(&timeout[..7], Units::Micros, Instant::ZERO), 0);
}

#[test]
fn a_host_that_never_drains_cannot_make_refusals_pile_up() {
    let mut client = client(r#"{"limits": {"calls": 1}}"#);
    let start = [64.0, 1.0, 0.0, 0.0, 0.0, -1.0, -1.0, -1.0];
    let batch = start.repeat(MOST_WAITING + 10);
    assert_eq!(client.push_events(&batch, Units::Micros, Instant::from_micros(1000)), MOST_WAITING);
    assert_eq!(client.push_events(&start, Units::Micros, Instant::from_micros(1000)), 0);
    assert!(client.poll_action().is_some());
    assert_eq!(client.push_events(&start, Units::Micros, Instant::from_micros(1000)), 1);
}

#[test]
fn a_bad_time_is_clamped_and_counted() {
    let mut client = client("{}");
    let timeout = [69.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0];
    for bad in [f64::NAN, f64::INFINITY, -5.0, 1e300] {
        client.push_events(&timeout, Units::Seconds, Units::Seconds.now(bad));
    }
    assert_eq!(client.stats().clock_bad, 4);
}

#[test]
fn actions_that_do_not_fit_wait_and_wake_at_once() {
    let mut client = client("{}");
    let now = Instant::from_micros(5000);
    client.start(&Start::default(), now).expect("admitted");
    assert_eq!(client.poll_actions(&mut [], Units::Millis), 0);
    assert_eq!(client.poll_actions(&mut [0.0; 7], Units::Millis), 0);
    let wake = client.poll_timeout().expect("an action waits");
    assert_eq!((wake.at, wake.reason), (now, Reason::Actions));
}

#[test]
fn a_turn_tells_how_many_records_it_wrote_and_when_to_wake() {
    let mut client = client("{}");
    client.start(&Start::default(), Instant::from_micros(5000)).expect("admitted");
    let mut buffer = [0.0; RECORD + 2];
    assert_eq!(client.poll_turn(&mut buffer, Units::Millis), 1);
    assert_eq!((buffer[0], buffer[8]), (1.0, 1.0));
    let wake = client.poll_timeout().expect("an undecided call has a timer");
    assert_eq!(Units::Millis.now(buffer[9]), wake.at);
    let mut idle = Client::new(Config::default(), &Seed::new([3; 32]), Instant::ZERO);
    assert_eq!(idle.poll_turn(&mut buffer, Units::Millis), 0);
    assert_eq!(buffer[8..], [0.0, f64::INFINITY]);
    assert_eq!(idle.poll_turn(&mut [], Units::Millis), 0);
}

#[test]
fn a_long_list_of_replicas_is_cut_and_counted() {
    let mut client = client("{}");
    let ids: Vec<f64> = vec![0.5; 17];
    let record = [64.0, 1.0, 0.0, 0.0, -1.0, -1.0, -1.0, -1.0];
    assert!(client.start_record(&record, &ids, None, Units::Millis, Instant::ZERO).expect("numbers").is_ok());
    assert_eq!(client.stats().replicas_truncated, 1);
}
