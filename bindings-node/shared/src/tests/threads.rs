//! Real threads, with everything that can go wrong for a worker: late answers, failures, and its own end at any time.

use std::collections::{HashMap, HashSet};
use std::sync::Barrier;
use std::thread;

use hedgerow::client::action::Namespace;
use hedgerow::{Client, Seed, Stream};

use super::{CANCEL, COMPLETE, Desk, SEND, shared};
use crate::Shared;

const LIMIT: u32 = 3;
const THREADS: u64 = 8;
const CALLS: usize = 400;

const CROWDED: &str = r#"{
    "hedge": {"strategy": "fixed", "delay_us": 1000},
    "limits": {"hedges": 3},
    "objective": {"max_us": 50000},
    "retry": {"backoff": {"base_us": 1000, "cap_us": 2000}}
}"#;

/// One worker: how many calls it started, and how many of them ended exactly once.
struct Tally {
    started: usize,
    ended: usize,
}

/// Starts calls and ends their attempts by chance, with a clock of its own that all threads' clocks resemble.
fn work(shared: &Shared, seed: u64, leaves_early: bool) -> Tally {
    let mut chance = Stream::derive_raw(&Seed::new([9; 32]), seed);
    let mut desk = Desk::new(shared);
    let mut open: Vec<f64> = Vec::new();
    let (mut sent, mut ends) = (HashSet::new(), HashMap::<u64, u32>::new());
    let (mut now, mut started) = (0.0, 0);
    while started < CALLS || ends.values().any(|count| *count == 0) || !open.is_empty() {
        if leaves_early && started == CALLS / 2 {
            break;
        }
        now += chance.below(1500) as f64 / 1000.0;
        match chance.below(4) {
            0 if started < CALLS => {
                let call = desk.start(started as f64, now);
                if call > 0.0 {
                    ends.insert(call as u64, 0);
                }
                started += 1;
            }
            1 if !open.is_empty() => {
                let attempt = open.swap_remove(chance.below(open.len() as u64) as usize);
                desk.push([65.0, 66.0, 67.0][chance.below(3) as usize], -1.0, attempt, now);
            }
            _ => desk.tick(now),
        }
        for record in desk.records() {
            match record[0] {
                SEND => {
                    open.push(record[3]);
                    sent.insert(record[3] as u64);
                }
                COMPLETE => *ends.get_mut(&(record[2] as u64)).expect("a call of this worker") += 1,
                // Its end may have been told while the action waited.
                CANCEL => assert!(sent.contains(&(record[3] as u64)), "an attempt of this worker"),
                _ => {}
            }
        }
        assert!(shared.read(|client| client.hedges_in_flight(Namespace(0))).unwrap() <= LIMIT);
    }
    assert!(ends.values().all(|count| *count <= 1), "no call ended twice");
    let ended = ends.values().filter(|count| **count == 1).count();
    shared.detach(desk.me).unwrap();
    Tally { started: ends.len(), ended }
}

#[test]
fn threads_share_one_limit_and_every_call_ends_once() {
    for seed in 0..4 {
        let shared = shared(CROWDED);
        let start = Barrier::new(THREADS as usize);
        let tallies: Vec<(bool, Tally)> = thread::scope(|scope| {
            let spawn = |number: u64| {
                let (shared, start) = (&shared, &start);
                let leaves_early = number % 3 == seed % 3;
                scope.spawn(move || {
                    start.wait();
                    (leaves_early, work(shared, seed * THREADS + number, leaves_early))
                })
            };
            let threads: Vec<_> = (0..THREADS).map(spawn).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for (leaves_early, Tally { started, ended }) in tallies {
            assert!(leaves_early || started == ended, "{started} calls, {ended} ended");
        }
        assert!(shared.read(Client::is_idle).unwrap());
        let (held, hedges) = shared
            .read(|client| (client.calls_held(Namespace(0)), client.hedges_in_flight(Namespace(0))))
            .unwrap();
        assert_eq!((held, hedges), (0, 0));
        let stats = shared.read(Client::stats).unwrap();
        assert_eq!(stats.started, stats.completed_ok + stats.completed_failed + stats.completed_cancelled);
    }
}
