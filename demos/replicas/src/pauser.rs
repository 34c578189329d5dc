//! Stops and continues the server processes on the schedule, from a thread of its own.
//!
//! The thread sleeps to each instant, so pauses do not depend on how busy the load's runtime is. It logs when
//! each pause really began and ended. However it ends (schedule done, dropped early, panic), every server is
//! continued.

use crate::process;
use crate::schedule::Pause;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Instant;

/// A running schedule of pauses.
#[derive(Debug)]
pub struct Pauser {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<Vec<Pause>>>,
}

/// Continues every server when dropped, also when the thread panics.
struct Continued<'a>(&'a [u32]);

impl Drop for Continued<'_> {
    fn drop(&mut self) {
        for pid in self.0 {
            // A server that is gone needs no continuing.
            let _ = process::resume(*pid);
        }
    }
}

#[derive(Clone, Copy)]
struct Step {
    at: std::time::Duration,
    server: usize,
    stop: bool,
}

impl Pauser {
    /// Starts pausing the processes `pids` (by server index); instants count from `start`.
    pub fn start(pids: Vec<u32>, pauses: &[Pause], start: Instant) -> Self {
        let steps = steps(pauses);
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::spawn(move || perform(&pids, &steps, start, &stopped));
        Self { stop: Some(stop), thread: Some(thread) }
    }

    /// Ends the schedule, continues every server and answers the pauses as they really were.
    pub fn finish(mut self) -> Vec<Pause> {
        self.end()
    }

    fn end(&mut self) -> Vec<Pause> {
        self.stop.take();
        self.thread.take().and_then(|thread| thread.join().ok()).unwrap_or_default()
    }
}

impl Drop for Pauser {
    fn drop(&mut self) {
        self.end();
    }
}

fn steps(pauses: &[Pause]) -> Vec<Step> {
    let stop = |pause: &Pause| Step { at: pause.start, server: pause.server, stop: true };
    let go = |pause: &Pause| Step { at: pause.end, server: pause.server, stop: false };
    let mut steps: Vec<_> = pauses.iter().flat_map(|pause| [stop(pause), go(pause)]).collect();
    steps.sort_by_key(|step| step.at);
    steps
}

fn perform(pids: &[u32], steps: &[Step], start: Instant, stopped: &mpsc::Receiver<()>) -> Vec<Pause> {
    let _continued = Continued(pids);
    let mut open: Vec<Option<std::time::Duration>> = vec![None; pids.len()];
    let mut done = Vec::new();
    for step in steps {
        let wait = (start + step.at).saturating_duration_since(Instant::now());
        if !matches!(stopped.recv_timeout(wait), Err(RecvTimeoutError::Timeout)) {
            break;
        }
        let (Some(pid), Some(since)) = (pids.get(step.server), open.get_mut(step.server)) else { continue };
        let now = start.elapsed();
        if step.stop {
            *since = process::suspend(*pid).is_ok().then_some(now);
        } else if process::resume(*pid).is_ok()
            && let Some(since) = since.take()
        {
            done.push(Pause { server: step.server, start: since, end: now });
        }
    }
    done
}
