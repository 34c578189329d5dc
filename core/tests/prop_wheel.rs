//! The wheel against an indexed 4-ary heap, step by step, and the contract of its lower bound.

use hedgerow::timer::wheel::{LEVELS, SLOTS, level_of, slot_of};
use hedgerow::{Fired, Instant, TimerId, Wheel};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Keyed by (deadline, insertion), with each timer's place in the heap beside it. Payloads are insertion numbers.
#[derive(Default)]
struct Heap {
    tree: Vec<(u64, usize)>,
    place: Vec<Option<usize>>,
    floor: u64,
    running: bool,
    /// Timers from this number on were inserted during the advance in progress.
    mark: usize,
}

impl Heap {
    fn insert(&mut self, deadline: u64) -> u64 {
        let deadline = deadline.max(self.floor.saturating_add(1));
        self.place.push(Some(self.tree.len()));
        self.tree.push((deadline, self.place.len() - 1));
        self.sift_up(self.tree.len() - 1);
        deadline
    }

    fn cancel(&mut self, number: usize) -> bool {
        let Some(at) = self.place.get_mut(number).and_then(Option::take) else { return false };
        let last = self.tree.pop().unwrap();
        if at < self.tree.len() {
            self.tree[at] = last;
            self.place[last.1] = Some(at);
            self.sift_down(at);
            self.sift_up(at);
        }
        true
    }

    fn next(&self) -> Option<(u64, usize)> {
        self.tree.first().copied()
    }

    fn step(&mut self, now: u64) -> Option<(u64, usize)> {
        if !self.running || now > self.floor {
            (self.running, self.mark) = (true, self.place.len());
        }
        self.floor = self.floor.max(now);
        let due = self.next().filter(|&(deadline, number)| deadline <= self.floor && number < self.mark);
        match due {
            Some((_, number)) => assert!(self.cancel(number)),
            None => self.running = false,
        }
        due
    }

    fn sift_up(&mut self, mut at: usize) {
        while at > 0 && self.tree[at] < self.tree[(at - 1) / 4] {
            self.swap(at, (at - 1) / 4);
            at = (at - 1) / 4;
        }
    }

    fn sift_down(&mut self, mut at: usize) {
        while let Some(least) =
            (4 * at + 1..4 * at + 5).filter(|&n| n < self.tree.len()).min_by_key(|&n| self.tree[n])
        {
            if self.tree[at] < self.tree[least] {
                return;
            }
            self.swap(at, least);
            at = least;
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.tree.swap(a, b);
        self.place[self.tree[a].1] = Some(a);
        self.place[self.tree[b].1] = Some(b);
    }
}

/// A time, told relative to what the wheel has seen.
#[derive(Clone, Copy, Debug)]
enum When {
    Ahead(u64),
    Behind(u64),
    Absolute(u64),
    /// The deadline of the timer inserted last.
    Same,
    /// What the wheel calls its next deadline.
    Next,
}

#[derive(Clone, Debug)]
enum Op {
    Insert(When),
    /// A timer, counted back from the newest; it may have fired or been cancelled.
    Cancel(usize),
    /// To a time; after each firing the next of the inner operations; left unfinished after so many steps.
    Advance(When, Vec<Op>, Option<usize>),
}

/// Wheel and heap, given the same operations and compared after each.
#[derive(Default)]
struct Pair {
    wheel: Wheel,
    heap: Heap,
    ids: Vec<TimerId>,
    last: u64,
    fired: usize,
}

impl Pair {
    fn time(&self, when: When) -> u64 {
        match when {
            When::Ahead(by) => self.heap.floor.saturating_add(by),
            When::Behind(by) => self.heap.floor.saturating_sub(by),
            When::Absolute(time) => time,
            When::Same => self.last,
            When::Next => self.wheel.next_deadline().map_or(self.heap.floor, Instant::as_micros),
        }
    }

    fn apply(&mut self, op: &Op) {
        match op {
            Op::Insert(when) => self.insert(self.time(*when)),
            Op::Cancel(back) => {
                let Some(number) = self.ids.len().checked_sub(back + 1) else { return };
                assert_eq!(self.wheel.cancel(self.ids[number]), self.heap.cancel(number), "cancel {number}");
                assert_eq!(self.wheel.deadline(self.ids[number]), None);
            }
            Op::Advance(when, inner, stop) => {
                self.advance(self.time(*when), inner, stop.unwrap_or(usize::MAX));
            }
        }
        self.compare();
    }

    fn insert(&mut self, deadline: u64) {
        let id = self.wheel.insert(Instant::from_micros(deadline), self.ids.len() as u64);
        self.last = self.heap.insert(deadline);
        assert_eq!(self.wheel.deadline(id), Some(Instant::from_micros(self.last)));
        self.ids.push(id);
    }

    fn advance(&mut self, now: u64, inner: &[Op], steps: usize) {
        let mut inner = inner.iter();
        for _ in 0..steps {
            let want = self.heap.step(now).map(|(deadline, number)| Fired {
                id: self.ids[number],
                deadline: Instant::from_micros(deadline),
                payload: number as u64,
            });
            assert_eq!(self.wheel.advance(Instant::from_micros(now)), want);
            if want.is_none() {
                assert_eq!(self.wheel.reached().as_micros(), self.heap.floor);
                return;
            }
            self.fired += 1;
            if let Some(op) = inner.next() {
                self.apply(op);
            }
        }
    }

    fn compare(&self) {
        let (bound, exact) = (self.wheel.next_deadline().map(Instant::as_micros), self.heap.next());
        assert_eq!(self.wheel.len(), self.heap.tree.len());
        assert_eq!((bound.is_none(), self.wheel.is_empty()), (exact.is_none(), exact.is_none()));
        let (Some(bound), Some((earliest, number))) = (bound, exact) else { return };
        assert!(bound <= earliest, "lower bound {bound} of {earliest}");
        assert!(self.heap.running || self.heap.floor == u64::MAX || bound > self.heap.floor);
        let (peeked, payload) = self.wheel.peek(4).unwrap();
        let (peeked, exact) = ((peeked.as_micros(), payload), (earliest, number as u64));
        assert!(peeked == exact || peeked.0 == bound, "peek {peeked:?} of {exact:?}, bound {bound}");
        if self.heap.tree.len() < 64 {
            assert_eq!(self.wheel.peek(64).map(|(at, payload)| (at.as_micros(), payload)), Some(exact));
        }
    }
}

fn config(cases: u32, seed: u64) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A number of at most `bits` bits, every length equally likely.
fn any_length(bits: u32) -> impl Strategy<Value = u64> {
    (1..=bits, any::<u64>()).prop_map(|(bits, number)| number >> (64 - bits))
}

fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        4 => any_length(24).prop_map(When::Ahead),
        1 => any_length(64).prop_map(When::Ahead),
        1 => any_length(24).prop_map(When::Behind),
        1 => any_length(64).prop_map(When::Absolute),
        1 => (0_u64..3).prop_map(|below| When::Absolute(u64::MAX - below)),
        3 => Just(When::Same),
        3 => Just(When::Next),
    ]
}

fn edit() -> impl Strategy<Value = Op> {
    prop_oneof![3 => when().prop_map(Op::Insert), 1 => (0_usize..20).prop_map(Op::Cancel)]
}

fn op() -> impl Strategy<Value = Op> {
    let until = prop_oneof![
        8 => any_length(24).prop_map(When::Ahead),
        3 => Just(When::Next),
        1 => any_length(24).prop_map(When::Behind),
        1 => when(),
    ];
    let stop = prop_oneof![6 => Just(None), 1 => (0_usize..3).prop_map(Some)];
    let advance = (until, prop::collection::vec(edit(), 0..6), stop);
    prop_oneof![
        6 => edit(),
        2 => advance.prop_map(|(when, inner, stop)| Op::Advance(when, inner, stop)),
    ]
}

proptest! {
    #![proptest_config(config(400, 1))]

    #[test]
    fn the_wheel_fires_what_the_heap_fires(ops in prop::collection::vec(op(), 1..120)) {
        let mut pair = Pair::default();
        for op in &ops {
            pair.apply(op);
        }
        // Twice: a timer inserted at the end of time waits for a later advance.
        pair.advance(u64::MAX, &[], usize::MAX);
        pair.advance(u64::MAX, &[], usize::MAX);
        prop_assert!(pair.wheel.is_empty());
    }

    #[test]
    fn an_advance_to_the_next_deadline_fires_or_raises_it(
        deadlines in prop::collection::vec(any_length(63), 1..40),
    ) {
        let mut wheel = Wheel::new();
        for &deadline in &deadlines {
            wheel.insert(Instant::from_micros(deadline), 0);
        }
        let mut wakes = 0;
        while let Some(next) = wheel.next_deadline() {
            let fired = core::iter::from_fn(|| wheel.advance(next)).count();
            prop_assert!(fired > 0 || wheel.next_deadline() > Some(next));
            wakes += 1;
        }
        // A timer moves down at most once per level.
        prop_assert!(wakes <= deadlines.len() * LEVELS as usize);
    }

    #[test]
    fn the_firing_sequence_does_not_depend_on_when_the_host_polls(
        timers in prop::collection::vec((any_length(12), any_length(24)), 1..60),
        polls in prop::collection::vec(any::<bool>(), 60),
    ) {
        let play = |polls: &[bool]| {
            let (mut wheel, mut now, mut fired) = (Wheel::new(), 0_u64, Vec::new());
            for (number, (&(pause, length), &poll)) in timers.iter().zip(polls).enumerate() {
                now += pause;
                if poll {
                    fired.extend(core::iter::from_fn(|| wheel.advance(Instant::from_micros(now))));
                }
                wheel.insert(Instant::from_micros(now + 1 + length), number as u64);
            }
            fired.extend(core::iter::from_fn(|| wheel.advance(Instant::MAX)));
            fired.iter().map(|timer| (timer.deadline, timer.payload)).collect::<Vec<_>>()
        };
        let rarely = play(&[false; 60]);
        prop_assert!(rarely.is_sorted());
        prop_assert_eq!(play(&polls), rarely.clone());
        prop_assert_eq!(play(&[true; 60]), rarely);
    }

    #[test]
    fn a_deadline_lies_on_the_lowest_level_whose_higher_digits_agree(cur in any_length(64), deadline in any_length(64)) {
        let digit = |level: u32, time: u64| (u128::from(time) >> (6 * level)) as u64;
        let level = (0..LEVELS).find(|&level| digit(level + 1, cur) == digit(level + 1, deadline)).unwrap();
        prop_assert_eq!(level_of(Instant::from_micros(cur), Instant::from_micros(deadline)), level);
        let slot = digit(level, deadline) % u64::from(SLOTS);
        prop_assert_eq!(u64::from(slot_of(level, Instant::from_micros(deadline))), slot);
    }
}

/// SplitMix64; enough to scatter operations.
struct Scatter(u64);

impl Scatter {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn edit(&mut self) -> Op {
        let bits = 1 + self.below(26);
        match self.below(16) {
            0 => Op::Insert(When::Behind(self.below(1 << bits))),
            1..=3 => Op::Insert(When::Same),
            4 => Op::Insert(When::Ahead(self.below(1 << 45))),
            5..=10 => Op::Insert(When::Ahead(self.below(1 << bits))),
            _ => Op::Cancel(self.below(200) as usize),
        }
    }

    fn op(&mut self) -> Op {
        let bits = 1 + self.below(18);
        let until = match self.below(80) {
            0..=7 => When::Ahead(self.below(1 << bits)),
            8..=9 => When::Next,
            10 => When::Behind(self.below(1 << bits)),
            11 if self.below(20) == 0 => When::Ahead(self.below(1 << 44)),
            _ => return self.edit(),
        };
        let inner = (0..self.below(4)).map(|_| self.edit()).collect();
        let stop = (self.below(16) == 0).then_some(1);
        Op::Advance(until, inner, stop)
    }
}

#[test]
fn four_hundred_thousand_operations_equal_the_heap() {
    let (mut pair, mut scatter) = (Pair::default(), Scatter(7));
    for _ in 0..400_000 {
        pair.apply(&scatter.op());
    }
    assert!(pair.fired > 50_000, "only {} timers fired", pair.fired);
}
