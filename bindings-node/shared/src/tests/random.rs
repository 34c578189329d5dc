//! Workers that take turns at random, beside a machine that nobody shares.
//!
//! The same inputs must lead to the same decisions, whoever handed them in; each action must come to the owner of its call,
//! in order; and no worker may oversleep a deadline of its own.

use std::collections::VecDeque;

use hedgerow::wire::{RECORD, Units};
use hedgerow::{CallId, Client, Config, Instant, Seed};
use proptest::prelude::*;

use super::{COMPLETE, DOCUMENT, Desk, SEND, added, shared};
use crate::cookie;

const WORKERS: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Step {
    Start,
    Answer(usize),
    Fail(usize),
    Confirm(usize),
    GiveUp(usize),
    Tick,
}

fn step() -> impl Strategy<Value = (usize, Step, u64)> {
    let kind = prop_oneof![
        4 => Just(Step::Start),
        3 => (0..8usize).prop_map(Step::Answer),
        2 => (0..8usize).prop_map(Step::Fail),
        2 => (0..8usize).prop_map(Step::Confirm),
        1 => (0..8usize).prop_map(Step::GiveUp),
        4 => Just(Step::Tick),
    ];
    (0..WORKERS, kind, 0..8_000u64)
}

/// A machine alone, with its actions sorted by owner.
struct Alone {
    client: Client,
    waiting: [VecDeque<[f64; RECORD]>; WORKERS],
}

impl Alone {
    fn new() -> Self {
        let config = serde_json::from_str::<Config>(DOCUMENT).unwrap();
        let mut client = Client::new(config, &Seed::new([7; 32]), Instant::ZERO);
        for _ in 0..WORKERS {
            client.handle_topology(&["a", "b", "c"].map(added), Instant::ZERO).unwrap();
        }
        Self { client, waiting: Default::default() }
    }

    fn push(&mut self, record: &[f64; RECORD], now: Instant) {
        self.client.push_events(record, Units::Millis, now);
        let mut record = [0.0; RECORD];
        while self.client.poll_actions(&mut record, Units::Millis) == 1 {
            let (owner, own) = cookie::inner(record[1]).unwrap();
            record[1] = own;
            self.waiting[owner].push_back(record);
        }
    }

    /// The earliest deadline of a worker's calls.
    fn deadline(&self, worker: usize) -> Option<Instant> {
        let calls = self.client.calls_between(cookie::first(worker), cookie::last(worker));
        calls.into_iter().filter_map(|call| self.client.call_deadline(call)).min()
    }
}

/// What a worker knows of its own calls.
#[derive(Default)]
struct Known {
    open: Vec<f64>,
    calls: Vec<f64>,
    next_cookie: f64,
}

impl Known {
    fn take(&mut self, records: &[[f64; RECORD]]) {
        for record in records {
            match record[0] {
                SEND => {
                    self.open.push(record[3]);
                    self.calls.push(record[2]);
                }
                COMPLETE => self.calls.retain(|call| *call != record[2]),
                _ => {}
            }
        }
    }

    fn end(&mut self, at: usize) -> Option<f64> {
        (!self.open.is_empty()).then(|| self.open.remove(at % self.open.len()))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn workers_decide_as_one_machine_would_and_each_is_told_of_its_own(steps in prop::collection::vec(step(), 1..120)) {
        let shared = shared(DOCUMENT);
        let mut desks: [Desk<'_>; WORKERS] = std::array::from_fn(|_| Desk::new(&shared));
        let mut known: [Known; WORKERS] = Default::default();
        let mut alone = Alone::new();
        let mut now = 0u64;
        for (me, step, later) in steps {
            now += later;
            let (at, told) = (Instant::from_micros(now), Units::Millis.tell(now));
            let (desk, mine) = (&mut desks[me], &mut known[me]);
            let one = |code: f64, attempt: f64, packed: f64| [code, -1.0, -1.0, attempt, -1.0, -1.0, -1.0, packed];
            match step {
                Step::Start => {
                    let packed = 255.0 + 256.0 * 2.0;
                    let start = [64.0, cookie::outer(me, mine.next_cookie).unwrap(), 0.0, 0.0, 0.0, -1.0, -1.0, packed];
                    alone.push(&start, at);
                    desk.start(mine.next_cookie, told);
                    mine.next_cookie += 1.0;
                }
                Step::Answer(which) | Step::Fail(which) | Step::Confirm(which) => {
                    let Some(attempt) = mine.end(which) else { continue };
                    let (code, packed) = match step {
                        Step::Answer(_) => (65.0, -1.0),
                        Step::Fail(_) => (66.0, 2.0),
                        _ => (67.0, -1.0),
                    };
                    alone.push(&one(code, attempt, packed), at);
                    desk.push(code, -1.0, attempt, told);
                }
                Step::GiveUp(which) => {
                    let Some(call) = mine.calls.get(which % mine.calls.len().max(1)).copied() else { continue };
                    alone.push(&[68.0, -1.0, call, -1.0, -1.0, -1.0, -1.0, -1.0], at);
                    desk.push(68.0, call, -1.0, told);
                }
                Step::Tick => {
                    if alone.deadline(me).is_some_and(|due| due <= at) {
                        alone.push(&one(69.0, -1.0, -1.0), at);
                    }
                    desk.tick(told);
                }
            }
            // All that was decided for this worker is here, in order; nothing of anybody else.
            let mut seen = desk.records();
            while desk.records().len() == 4 {
                shared.poll(desk.me, &mut desk.buffer).unwrap();
                seen.extend(desk.records());
            }
            let wanted: Vec<_> = alone.waiting[me].drain(..).collect();
            prop_assert_eq!(&seen, &wanted);
            mine.take(&seen);
            let due = alone.deadline(me).map_or(f64::INFINITY, |due| Units::Millis.tell(due.as_micros()));
            prop_assert_eq!(desk.next(), due, "worker {} at {}", me, now);
        }
        for (me, desk) in desks.iter().enumerate() {
            prop_assert!(alone.waiting[me].is_empty() || desk.wakes() > 0);
            shared.detach(desk.me).unwrap();
        }
        prop_assert!(shared.read(Client::is_idle).unwrap());
        prop_assert_eq!(shared.read(|client| client.state(CallId::from_number(1)) as u8).unwrap(), 4);
    }
}
