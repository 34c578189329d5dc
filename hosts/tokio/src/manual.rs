//! The manual clock: time that stands still until a test moves it.
//!
//! With it no real timer exists anywhere: time passes inside [`ManualClock::advance`], which stops at every sleep and
//! timer on the way, hands results over and then lets timers act, as the host loop does. [`ManualClock::stall`] jumps
//! instead, as a process that was stopped does.

use crate::{clock::micros, shared::Shared};
use hedgerow::{Instant, Wall};
use std::{
    collections::BTreeMap,
    fmt,
    future::poll_fn,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    task::{Poll, Waker},
    time::Duration,
};

/// How often [`ManualClock`] lets other tasks run before it takes them to be waiting.
///
/// An answer crosses a handful of tasks (sleep, attempt, call, the next attempt); each yield moves all of them by at
/// least one.
const SETTLE_YIELDS: u32 = 16;

/// Wall time at a manual clock's zero: 2026-01-01 00:00:00 UTC.
const MANUAL_WALL_ORIGIN: u64 = 1_767_225_600_000_000;

/// A clock that stands still until a test moves it; clones share one time.
///
/// It carries the timers of every client built on it, and the waits of [`ManualClock::sleep`]. Meant for a
/// current-thread runtime: there, yielding lets every task run until all of them wait.
///
/// ```
/// use hedgerow_tokio::ManualClock;
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let clock = ManualClock::new();
/// let nap = tokio::spawn({ let clock = clock.clone(); async move { clock.sleep(Duration::from_secs(3600)).await } });
/// clock.advance(Duration::from_secs(3599)).await;
/// assert!(!nap.is_finished());
/// assert_eq!(clock.advance_to_next().await, Some(Duration::from_secs(1)));
/// assert!(nap.is_finished());
/// # }
/// ```
#[derive(Clone, Default)]
pub struct ManualClock(Arc<Manual>);

#[derive(Default)]
struct Manual {
    now: AtomicU64,
    waits: Mutex<Waits>,
}

#[derive(Default)]
struct Waits {
    sequence: u64,
    /// By (deadline in µs, order of arrival).
    sleepers: BTreeMap<(u64, u64), Waker>,
    clients: Vec<Weak<Shared>>,
}

impl ManualClock {
    /// Makes a clock that reads zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Time since the clock was made.
    pub fn now(&self) -> Duration {
        Duration::from_micros(self.0.now.load(SeqCst))
    }

    /// Waits until the clock reads `duration` more than now.
    ///
    /// A wait of zero is over at once.
    pub async fn sleep(&self, duration: Duration) {
        let deadline = self.0.now.load(SeqCst).saturating_add(micros(duration));
        let mut entry = Entry { clock: self, key: None };
        poll_fn(|context| {
            let mut waits = self.waits();
            if self.0.now.load(SeqCst) >= deadline {
                return Poll::Ready(());
            }
            let key = *entry.key.get_or_insert_with(|| {
                waits.sequence += 1;
                (deadline, waits.sequence)
            });
            waits.sleepers.insert(key, context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Moves time forward by `duration`, stopping at every sleep and timer on the way, in order.
    ///
    /// At each stop what has arrived is handed over first and timers act second.
    pub async fn advance(&self, duration: Duration) {
        let target = self.0.now.load(SeqCst).saturating_add(micros(duration));
        self.settle().await;
        while let Some(next) = self.next_stop().filter(|&next| next <= target) {
            self.stop_at(next).await;
        }
        self.stop_at(target).await;
    }

    /// Moves time to the earliest sleep or timer; answers by how much, or `None` when nothing waits.
    pub async fn advance_to_next(&self) -> Option<Duration> {
        self.settle().await;
        let before = self.0.now.load(SeqCst);
        let next = self.next_stop()?;
        self.stop_at(next).await;
        Some(Duration::from_micros(next.saturating_sub(before)))
    }

    /// Jumps by `duration` in one step, as a process that was paused does: everything due is late at once.
    pub async fn stall(&self, duration: Duration) {
        self.settle().await;
        self.stop_at(self.0.now.load(SeqCst).saturating_add(micros(duration))).await;
    }

    /// Lets every other task run until it waits, without moving time.
    pub async fn settle(&self) {
        for _ in 0..SETTLE_YIELDS {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn attach(&self, client: &Arc<Shared>) {
        self.waits().clients.push(Arc::downgrade(client));
    }

    pub(crate) fn wall(&self) -> Wall {
        Wall::from_micros(MANUAL_WALL_ORIGIN.saturating_add(self.0.now.load(SeqCst)))
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.0.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clients(&self) -> Vec<Arc<Shared>> {
        let mut waits = self.waits();
        waits.clients.retain(|client| client.strong_count() > 0);
        waits.clients.iter().filter_map(Weak::upgrade).collect()
    }

    /// The earliest sleep or timer; one that is overdue counts as now.
    fn next_stop(&self) -> Option<u64> {
        let timers =
            self.clients().iter().filter_map(|client| client.next_wake()).map(Instant::as_micros).min();
        let sleep = self.waits().sleepers.keys().next().map(|key| key.0);
        let next = timers.into_iter().chain(sleep).min()?;
        Some(next.max(self.0.now.load(SeqCst)))
    }

    async fn stop_at(&self, time: u64) {
        self.0.now.fetch_max(time, SeqCst);
        let due = {
            let mut waits = self.waits();
            let later = waits.sleepers.split_off(&(time.saturating_add(1), 0));
            std::mem::replace(&mut waits.sleepers, later)
        };
        due.into_values().for_each(Waker::wake);
        self.settle().await;
        for client in self.clients() {
            client.tick();
        }
        self.settle().await;
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ManualClock").field("now", &self.now()).finish_non_exhaustive()
    }
}

/// Takes a wait that is given up out of the clock.
struct Entry<'a> {
    clock: &'a ManualClock,
    key: Option<(u64, u64)>,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.clock.waits().sleepers.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sleeps_end_in_order_and_a_dropped_one_leaves_nothing_behind() {
        let clock = ManualClock::new();
        let (order, seen) = std::sync::mpsc::channel();
        for millis in [30, 10, 20] {
            let (clock, order) = (clock.clone(), order.clone());
            tokio::spawn(async move {
                clock.sleep(Duration::from_millis(millis)).await;
                order.send((millis, clock.now().as_millis())).unwrap();
            });
        }
        let dropped = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_millis(5)).await }
        });
        clock.settle().await;
        dropped.abort();
        clock.advance(Duration::from_millis(25)).await;
        assert_eq!(seen.try_iter().collect::<Vec<_>>(), [(10, 10), (20, 20)]);
        assert_eq!(clock.advance_to_next().await, Some(Duration::from_millis(5)));
        assert_eq!(seen.try_recv(), Ok((30, 30)));
        assert_eq!(clock.advance_to_next().await, None);
    }

    #[tokio::test]
    async fn a_stall_ends_every_sleep_at_once() {
        let clock = ManualClock::new();
        let (order, seen) = std::sync::mpsc::channel();
        for millis in [2, 1] {
            let (clock, order) = (clock.clone(), order.clone());
            tokio::spawn(async move {
                clock.sleep(Duration::from_millis(millis)).await;
                order.send((millis, clock.now().as_millis())).unwrap();
            });
        }
        clock.stall(Duration::from_millis(100)).await;
        assert_eq!(seen.try_iter().collect::<Vec<_>>(), [(1, 100), (2, 100)]);
    }
}
