//! Cost of the timing wheel, beside the standard library's heap, which cannot cancel.

use divan::{Bencher, black_box};
use hedgerow::{Instant, Wheel};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Timers armed while the benchmark runs.
const TIMERS: u64 = 10_000;

fn main() {
    divan::main();
}

/// Deadlines scattered over a second, as call timeouts are.
fn deadline(number: u64) -> u64 {
    1 + number.wrapping_mul(0x9E37_79B9_7F4A_7C15) % 1_000_000
}

fn full(now: u64) -> Wheel {
    let mut wheel = Wheel::new();
    assert_eq!(wheel.advance(Instant::from_micros(now)), None);
    for number in 0..TIMERS {
        wheel.insert(Instant::from_micros(now + deadline(number)), number);
    }
    wheel
}

/// A call that is answered in time: armed, then cancelled, among ten thousand others.
#[divan::bench]
fn insert_and_cancel(bencher: Bencher<'_, '_>) {
    let (mut wheel, mut number) = (full(0), 0_u64);
    bencher.bench_local(|| {
        number += 1;
        let id = wheel.insert(Instant::from_micros(deadline(black_box(number))), number);
        wheel.cancel(black_box(id))
    });
}

#[divan::bench]
fn next_deadline(bencher: Bencher<'_, '_>) {
    let wheel = full(0);
    bencher.bench_local(|| black_box(&wheel).next_deadline());
}

/// Ten thousand timers armed and fired, the host waking each millisecond; divide by ten thousand for one timer.
#[divan::bench]
fn insert_and_fire_10k(bencher: Bencher<'_, '_>) {
    let (mut wheel, mut now) = (full(0), 0_u64);
    while wheel.advance(Instant::from_micros(1_000_000)).is_some() {}
    bencher.bench_local(|| {
        now += 1_000_000;
        for number in 0..TIMERS {
            wheel.insert(Instant::from_micros(now + deadline(number)), number);
        }
        let mut fired = 0_u64;
        for wake in 0..=1000 {
            while wheel.advance(Instant::from_micros(now + wake * 1000)).is_some() {
                fired += 1;
            }
        }
        assert_eq!(fired, TIMERS);
    });
}

#[divan::bench]
fn insert_and_fire_10k_in_a_binary_heap(bencher: Bencher<'_, '_>) {
    let (mut heap, mut now) = (BinaryHeap::with_capacity(TIMERS as usize), 0_u64);
    bencher.bench_local(|| {
        now += 1_000_000;
        for number in 0..TIMERS {
            heap.push(Reverse((now + deadline(number), number)));
        }
        let mut fired = 0_u64;
        for wake in 0..=1000 {
            while heap.peek().is_some_and(|Reverse((deadline, _))| *deadline <= now + wake * 1000) {
                black_box(heap.pop());
                fired += 1;
            }
        }
        assert_eq!(fired, TIMERS);
    });
}
