//! After warm-up the path of a call allocates nothing, hedged and traced or not; and the memory of many calls stays in bounds.
//!
//! What the measuring thread allocates is counted, and nothing else.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::thread::LocalKey;

use hedgerow::client::action::{Action, EndpointSpec, Response, Start, TopologyChange};
use hedgerow::{AttemptId, Client, Config, EndpointId, Instant, Seed, Wall};
use serde_json::json;

/// The system's allocator, counted.
struct Counting;

thread_local! {
    // Of this thread alone: the test runner's own thread may allocate at any time.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static LIVE_BYTES: Cell<u64> = const { Cell::new(0) };
}

fn allocations() -> u64 {
    ALLOCATIONS.get()
}

fn live_bytes() -> u64 {
    LIVE_BYTES.get()
}

/// Adds to a counter; at the end of a thread there is none any more.
fn count(counter: &'static LocalKey<Cell<u64>>, amount: u64) {
    let _ = counter.try_with(|counter| counter.set(counter.get().wrapping_add(amount)));
}

// SAFETY: every call is handed to the system's allocator unchanged; only counters are added.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(&ALLOCATIONS, 1);
        count(&LIVE_BYTES, layout.size() as u64);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(&LIVE_BYTES, (layout.size() as u64).wrapping_neg());
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn build(document: serde_json::Value) -> (Client, Vec<EndpointId>) {
    let config: Config = serde_json::from_value(document).unwrap();
    let mut client = Client::new(config, &Seed::new([3; 32]), Instant::ZERO);
    let add = |index: u32| {
        let zone = Some(["a", "b", "c"][index as usize % 3].to_string());
        TopologyChange::Add(EndpointSpec { name: format!("e{index}"), zone, ..EndpointSpec::default() })
    };
    let changes: Vec<_> = (0..16).map(add).collect();
    let ids = client.handle_topology(&changes, Instant::ZERO).unwrap();
    (client, ids)
}

/// One call in three is hedged: the hedge timer fires and the hedge answers first.
fn run_calls(
    client: &mut Client,
    replicas: &[EndpointId],
    now: &mut u64,
    count: u32,
    trace: &mut Vec<u8>,
) -> u32 {
    let operation = client.operation("put").unwrap();
    let mut hedged = 0;
    for number in 0..count {
        let at = Instant::from_micros;
        *now += 1000;
        let start = Start {
            operation,
            replicas: &replicas[..3],
            wall: Some(Wall::from_micros(1_700_000_000_000_000 + *now)),
            ..Start::default()
        };
        client.start(&start, at(*now)).unwrap();
        let mut open: [Option<AttemptId>; 2] = [None; 2];
        let mut sent = 0;
        let mut take = |client: &mut Client, open: &mut [Option<AttemptId>; 2]| {
            while let Some(action) = client.poll_action() {
                if let Action::Send { attempt, .. } = action {
                    open[sent] = Some(attempt);
                    sent += 1;
                }
            }
        };
        take(client, &mut open);
        if number % 3 == 0 {
            *now += 5000;
            client.handle_timeout(at(*now));
            take(client, &mut open);
        }
        *now += 100;
        if let Some(hedge) = open[1] {
            hedged += 1;
            client.handle_response(hedge, Response::default(), at(*now));
            take(client, &mut open);
        }
        client.handle_response(open[0].unwrap(), Response::default(), at(*now));
        take(client, &mut open);
        while client.poll_note().is_some() {}
        trace.clear();
        client.poll_trace_bytes(trace);
    }
    hedged
}

#[test]
fn a_call_allocates_nothing_after_warm_up_and_many_calls_fit_their_bounds() {
    let (mut client, ids) = build(json!({
        "locality": {"zone": "a"},
        "objective": {"target_us": 10_000, "max_us": 500_000},
        "operations": {"put": {"idempotency": "token"}},
        "hedge": {"strategy": "fixed", "delay_us": 5000},
        "budget": {"mode": "off"},
        "trace": {"notes": 64, "enabled": true, "buffer": 64},
    }));
    let (mut now, mut trace) = (0, Vec::with_capacity(4096));
    run_calls(&mut client, &ids, &mut now, 1000, &mut trace);
    let before = allocations();
    let hedged = run_calls(&mut client, &ids, &mut now, 10_000, &mut trace);
    let allocations = allocations() - before;
    println!("10 000 calls, {hedged} hedged: {allocations} allocations");
    assert_eq!((allocations, hedged, client.stats().trace_lost), (0, 3334, 0));
    println!("{} bytes of trace for the last call", trace.len());
    many_calls();
}

/// 65 536 calls with one hedge each, all open, take at most 40 MB (explanations off).
fn many_calls() {
    const CALLS: u64 = 65_536;
    let (mut client, _) = build(json!({
        "operations": {"get": {"idempotency": "natural"}},
        "limits": {"calls": 1_000_000, "hedges": 1_000_000},
        "hedge": {"strategy": "fixed", "delay_us": 0},
        "budget": {"mode": "off"},
        "trace": {"explain_calls": 0},
    }));
    let operation = client.operation("get").unwrap();
    let before = live_bytes();
    for number in 0..CALLS {
        client.start(&Start { operation, ..Start::default() }, Instant::from_micros(number)).unwrap();
        let sends = std::iter::from_fn(|| client.poll_action()).count();
        assert_eq!(sends, 2);
    }
    let bytes = live_bytes() - before;
    println!("{CALLS} calls with one hedge: {} bytes each, {} MB", bytes / CALLS, bytes / 1_000_000);
    assert!(bytes <= 40_000_000, "{bytes} bytes");
}
