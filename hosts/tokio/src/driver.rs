//! The driver: one task and one sleep per client, however many calls wait.
//!
//! The sleep is armed anew only when the earliest deadline is earlier than what it is armed for, or when it has fired;
//! a later deadline is found when the sleep fires and nothing is due. Deadlines are microseconds, tokio rounds a sleep
//! up to its milliseconds, so the driver never wakes early and spins.
//!
//! **Late ticks deliver IO first.** After a stall (a blocked runtime thread, a stopped process, a suspended machine) an
//! expired sleep and the answer in a socket become visible at once, and whichever task runs first wins. When the sleep
//! fires later than due by more than the configured tolerance, the driver therefore steps back until the runtime has
//! polled its IO driver and the tasks that this woke have run; then timers act. One such turn per wake, so a client that
//! is always late still makes progress.

use crate::{
    clock::Running,
    misuse::Stopped,
    shared::{Plan, Promise, Shared},
};
use hedgerow::{Duration, Instant};
use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{Arc, atomic::Ordering::Relaxed},
    task::Poll,
};
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    time::{Sleep, sleep_until},
};

/// How often the driver yields in a late tick.
///
/// Tokio wakes a yielded task only after the next poll of its IO driver, behind the tasks which that poll woke. An
/// answer then crosses up to four tasks: connection, attempt, connection again for the body, attempt.
const IO_TURN_YIELDS: u32 = 4;

/// What a late tick waits in addition on a multi-thread runtime, where the tasks that the IO poll woke may run on
/// another worker while this one yields: one tick of tokio's timer.
const IO_TURN_WAIT: std::time::Duration = std::time::Duration::from_millis(1);

/// The longest sleep, 2^31 − 1 ms; a longer wait wakes, finds nothing and sleeps again.
const LONGEST_SLEEP: Duration = Duration::from_millis((1 << 31) - 1);

/// Runs until the client is closed and nothing is open, or the runtime ends.
pub(crate) fn drive(shared: Arc<Shared>) -> impl Future<Output = ()> + Send {
    // Made here, so that it speaks even when the runtime ends before the driver was polled once.
    let end = End(shared);
    async move { run(&end.0).await }
}

async fn run(shared: &Shared) {
    let Running::Tokio { origin } = shared.clock else { return };
    let mut timer = Timer { sleep: Box::pin(sleep_until(origin)), origin, armed: None };
    loop {
        let Plan::Wait(next) = shared.plan() else { return };
        timer.arm(next, shared);
        let Some(due) = timer.fired(shared).await else { continue };
        let fired = shared.fired();
        if fired.since(due) > shared.late_tolerance {
            shared.counters.late.fetch_add(1, Relaxed);
            shared.stalled(due, fired);
            timer.io_turn().await;
        }
        shared.tick();
    }
}

struct Timer {
    sleep: Pin<Box<Sleep>>,
    origin: tokio::time::Instant,
    armed: Option<Promise>,
}

impl Timer {
    fn arm(&mut self, next: Option<Promise>, shared: &Shared) {
        if next == self.armed {
            return;
        }
        self.armed = next;
        if let Some(Promise { at, .. }) = next {
            let capped = at.min(shared.clock.now() + LONGEST_SLEEP);
            shared.counters.arms.fetch_add(1, Relaxed);
            self.sleep.as_mut().reset(self.origin + std::time::Duration::from_micros(capped.as_micros()));
        }
    }

    /// Waits; answers when it should have fired, or `None` when the plan has changed.
    async fn fired(&mut self, shared: &Shared) -> Option<Instant> {
        let mut changed = pin!(shared.wake.notified());
        poll_fn(|context| {
            if changed.as_mut().poll(context).is_ready() {
                return Poll::Ready(None);
            }
            if self.armed.is_none() || self.sleep.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            Poll::Ready(self.armed.take().map(|promise| promise.due))
        })
        .await
    }

    /// Lets everything that has arrived be read and handed over.
    async fn io_turn(&mut self) {
        for _ in 0..IO_TURN_YIELDS {
            tokio::task::yield_now().await;
        }
        if Handle::current().runtime_flavor() != RuntimeFlavor::CurrentThread {
            self.sleep.as_mut().reset(tokio::time::Instant::now() + IO_TURN_WAIT);
            self.sleep.as_mut().await;
        }
    }
}

/// Tells waiting calls when nobody will wake them any more.
struct End(Arc<Shared>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.stop(Stopped::Closed);
    }
}
