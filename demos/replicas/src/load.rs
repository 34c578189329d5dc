//! The open loop: calls go out when they are due, whether or not earlier ones have come back.
//!
//! A thread of its own sleeps to each instant and hands the call to the runtime, so that the runtime's timers
//! do not blur the send times. Latency counts from the *scheduled* send: if the load itself is late, the call
//! pays for it, and slow servers cannot slow the measurement down (no coordinated omission).

use crate::arm::{Arm, Called};
use crate::schedule::{Planned, arm_offset};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// One finished call.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Index of the arm.
    pub arm: usize,
    /// The call.
    pub planned: Planned,
    /// When it was due, counted from the start of the load.
    pub due: Duration,
    /// From the scheduled send to the answer, successful or not.
    pub latency: Duration,
    /// What the arm says about it.
    pub called: Called,
}

#[derive(Clone, Copy, Debug)]
struct Due {
    at: Duration,
    arm: usize,
    planned: Planned,
}

/// Sends every planned call once through every arm and answers them in the order they finished.
///
/// `tick` hears of each finished call. Dropping the future stops the sending.
pub async fn drive(
    arms: &[Arc<Arm>],
    planned: &[Planned],
    gap: Duration,
    start: Instant,
    mut tick: impl FnMut(&Finished),
) -> Vec<Finished> {
    let due = interleaved(planned, arms.len(), gap);
    let expected = due.len();
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let ended = Ended(Arc::new(AtomicBool::new(false)));
    let (flag, runtime, arms) = (Arc::clone(&ended.0), tokio::runtime::Handle::current(), arms.to_vec());
    std::thread::spawn(move || send_all(&due, &arms, start, &runtime, &sender, &flag));
    let mut finished = Vec::with_capacity(expected);
    while let Some(one) = receiver.recv().await {
        tick(&one);
        finished.push(one);
    }
    finished
}

/// Tells the sending thread that nobody waits any more.
struct Ended(Arc<AtomicBool>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

fn interleaved(planned: &[Planned], arms: usize, gap: Duration) -> Vec<Due> {
    let copies = |call: &Planned| {
        let call = *call;
        (0..arms).map(move |arm| Due {
            at: call.at + arm_offset(call.index, arm, arms, gap),
            arm,
            planned: call,
        })
    };
    let mut due: Vec<_> = planned.iter().flat_map(copies).collect();
    due.sort_by_key(|due| due.at);
    due
}

fn send_all(
    due: &[Due],
    arms: &[Arc<Arm>],
    start: Instant,
    runtime: &tokio::runtime::Handle,
    sender: &mpsc::UnboundedSender<Finished>,
    ended: &AtomicBool,
) {
    for Due { at, arm, planned } in due.iter().copied() {
        let scheduled = start + at;
        std::thread::sleep(scheduled.saturating_duration_since(Instant::now()));
        if ended.load(Ordering::Acquire) {
            return;
        }
        let (sender, by) = (sender.clone(), Arc::clone(&arms[arm]));
        runtime.spawn(async move {
            let id = format!("{}-{}", by.name(), planned.index);
            let called = by.call(&planned, &id).await;
            // Fails only when the run was given up.
            let _ = sender.send(Finished { arm, planned, due: at, latency: scheduled.elapsed(), called });
        });
    }
}
