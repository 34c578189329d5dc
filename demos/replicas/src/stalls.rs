//! How much of the measured time was lost because this process did not run.
//!
//! A beat asks the runtime to be woken every few milliseconds; what it comes late by, beyond a tolerance, is
//! time in which no arm could have answered either. On a busy machine this is the floor under every figure.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

const BEAT: Duration = Duration::from_millis(5);
/// A lateness up to this is ordinary scheduling.
pub const TOLERANCE: Duration = Duration::from_millis(4);

#[derive(Debug, Default)]
struct Sums {
    count: AtomicU64,
    total_us: AtomicU64,
    longest_us: AtomicU64,
}

/// What the beat saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stalls {
    /// Beats that came late.
    pub count: u64,
    /// Sum of their lateness.
    pub total: Duration,
    /// The worst one.
    pub longest: Duration,
}

/// A running beat; dropping it ends it.
#[derive(Debug)]
pub struct Beat {
    sums: Arc<Sums>,
    task: JoinHandle<()>,
}

impl Beat {
    /// Starts beating on the current runtime.
    pub fn start() -> Self {
        let sums = Arc::new(Sums::default());
        let task = tokio::spawn(beat(Arc::clone(&sums)));
        Self { sums, task }
    }

    /// What was seen so far.
    pub fn stalls(&self) -> Stalls {
        let micros = |cell: &AtomicU64| Duration::from_micros(cell.load(Ordering::Relaxed));
        Stalls {
            count: self.sums.count.load(Ordering::Relaxed),
            total: micros(&self.sums.total_us),
            longest: micros(&self.sums.longest_us),
        }
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn beat(sums: Arc<Sums>) {
    loop {
        let asked = Instant::now();
        tokio::time::sleep(BEAT).await;
        let late = asked.elapsed().saturating_sub(BEAT);
        if late > TOLERANCE {
            let micros = late.as_micros() as u64;
            sums.count.fetch_add(1, Ordering::Relaxed);
            sums.total_us.fetch_add(micros, Ordering::Relaxed);
            sums.longest_us.fetch_max(micros, Ordering::Relaxed);
        }
    }
}
