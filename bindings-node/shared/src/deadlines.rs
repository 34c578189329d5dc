//! When the calls of one worker have to be looked at next.
//!
//! The machine has one wheel for all calls; what it tells is the earliest deadline of anybody. A worker that woke for that
//! would wake for everybody's calls, so each keeps a heap of its own: one entry for each time that a deadline of one of
//! its calls became known. An entry is looked at only when it is the earliest, and the machine is asked then whether it
//! still holds; what does not is dropped or moved. So an entry is never later than the deadline of its call as long as
//! deadlines become earlier in turns that tell of them, which all do: an input for the call itself, or a send.
//!
//! O(log entries) amortised. Entries of calls that are over are swept when they outnumber the others.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use hedgerow::{CallId, Client, Instant};

/// Entries below which nothing is swept.
const FEW: usize = 64;

#[derive(Debug)]
pub(crate) struct Deadlines {
    heap: BinaryHeap<Reverse<(Instant, CallId)>>,
    /// Entries at which the next sweep is due.
    sweep_at: usize,
}

impl Deadlines {
    pub(crate) fn new() -> Self {
        Self { heap: BinaryHeap::new(), sweep_at: FEW }
    }

    /// Something happened to a call.
    pub(crate) fn note(&mut self, call: CallId, client: &Client) {
        let Some(at) = client.call_deadline(call) else { return };
        self.heap.push(Reverse((at, call)));
        if self.heap.len() >= self.sweep_at {
            self.sweep(client);
        }
    }

    /// The earliest deadline of the worker's calls.
    pub(crate) fn next(&mut self, client: &Client) -> Option<Instant> {
        loop {
            let &Reverse((at, call)) = self.heap.peek()?;
            match client.call_deadline(call) {
                Some(found) if found <= at => return Some(found),
                Some(later) => {
                    self.heap.pop();
                    self.heap.push(Reverse((later, call)));
                }
                None => {
                    self.heap.pop();
                }
            }
        }
    }

    /// Keeps one entry for each call that is not over.
    fn sweep(&mut self, client: &Client) {
        let mut calls: Vec<CallId> = self.heap.drain().map(|Reverse((_, call))| call).collect();
        calls.sort_unstable();
        calls.dedup();
        let known = |call| client.call_deadline(call).map(|at| Reverse((at, call)));
        self.heap.extend(calls.into_iter().filter_map(known));
        self.sweep_at = (2 * self.heap.len()).max(FEW);
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }
}
