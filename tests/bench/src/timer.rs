//! Timers: the wheel beside ordered collections of the standard library and the queue of tokio-util.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use hedgerow::{Instant, Wheel};
use tokio_util::time::DelayQueue;

use crate::{Operation, Run, repeat};

const CANCEL: &str = "timer: insert and cancel, 10 000 armed";
const FIRE: &str = "timer: insert and fire, 5000 armed";

/// Timers armed while others come and go.
const ARMED: u64 = 10_000;
/// Time between two insertions where timers fire: 5000 of them are armed at any time.
const STEP: u64 = 100;

pub(crate) const LIST: &[Operation] = &[
    Operation::ours(CANCEL, cancel_in_wheel),
    Operation::of(CANCEL, "std BTreeMap", cancel_in_map),
    Operation::of(CANCEL, "tokio-util DelayQueue", cancel_in_delay_queue),
    Operation::ours(FIRE, fire_from_wheel),
    Operation::of(FIRE, "std BinaryHeap", fire_from_heap),
    Operation::of(FIRE, "std BTreeMap", fire_from_map),
];

/// Scattered over a second, as call timeouts are.
const fn delay(number: u64) -> u64 {
    1 + number.wrapping_mul(0x9E37_79B9_7F4A_7C15) % 1_000_000
}

fn cancel_in_wheel() -> Run {
    let (mut wheel, mut number) = (Wheel::new(), 0);
    let mut insert = move |keep: bool| {
        number += 1;
        let id = wheel.insert(Instant::from_micros(delay(number)), number);
        keep || wheel.cancel(id)
    };
    (0..ARMED).for_each(|_| assert!(insert(true)));
    repeat(move || insert(false))
}

/// Does the same: a key of deadline and number is found again to be removed.
fn cancel_in_map() -> Run {
    let (mut map, mut number) = (BTreeMap::new(), 0);
    let mut insert = move |keep: bool| {
        number += 1;
        let key = (delay(number), number);
        map.insert(key, number);
        keep || map.remove(&key).is_some()
    };
    (0..ARMED).for_each(|_| assert!(insert(true)));
    repeat(move || insert(false))
}

/// Does less and more: a tick of a millisecond needs fewer levels, but each insertion reads the runtime's clock.
///
/// Firing is not compared: it cannot be told from the runtime's own timer and clock.
fn cancel_in_delay_queue() -> Run {
    let runtime = crate::call::runtime();
    let (mut queue, mut number) = (DelayQueue::new(), 0_u64);
    let mut insert = move |keep: bool| {
        number += 1;
        let key = queue.insert(number, Duration::from_micros(delay(number)));
        keep || queue.try_remove(&key).is_some()
    };
    {
        let _inside = runtime.enter();
        (0..ARMED).for_each(|_| assert!(insert(true)));
    }
    Box::new(move |times| {
        let _inside = runtime.enter();
        for _ in 0..times {
            std::hint::black_box(insert(false));
        }
    })
}

/// Runs a queue through time until it is as full as it will be.
fn settled(mut once: impl FnMut(u64, u64) -> u64 + 'static) -> Run {
    let (mut now, mut number) = (0, 0);
    let mut step = move || {
        now += STEP;
        number += 1;
        once(now, now + delay(number))
    };
    (0..3 * ARMED).for_each(|_| _ = step());
    repeat(step)
}

fn fire_from_wheel() -> Run {
    let mut wheel = Wheel::new();
    settled(move |now, deadline| {
        wheel.insert(Instant::from_micros(deadline), deadline);
        std::iter::from_fn(|| wheel.advance(Instant::from_micros(now))).map(|fired| fired.payload).sum()
    })
}

/// Does less: nothing in a heap can be cancelled, and equal deadlines fire in any order.
fn fire_from_heap() -> Run {
    let mut heap = BinaryHeap::new();
    settled(move |now, deadline| {
        heap.push(Reverse((deadline, deadline)));
        let mut fired = 0;
        while heap.peek().is_some_and(|Reverse((due, _))| *due <= now) {
            fired += heap.pop().map_or(0, |Reverse((_, payload))| payload);
        }
        fired
    })
}

/// Does the same: a number beside the deadline keeps the order of insertion.
fn fire_from_map() -> Run {
    let (mut map, mut number) = (BTreeMap::new(), 0_u64);
    settled(move |now, deadline| {
        number += 1;
        map.insert((deadline, number), deadline);
        let mut fired = 0;
        while let Some(first) = map.first_entry().filter(|first| first.key().0 <= now) {
            fired += first.remove();
        }
        fired
    })
}
