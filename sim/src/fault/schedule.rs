//! When the faults of a world begin and end, for each of their targets.

use hedgerow::Stream;

use super::{Fault, Kind, Target, When};
use crate::stream::Purpose;

/// Targets of one fault have their streams in a range of their own.
const TARGETS: u64 = 1 << 20;

/// The times of one fault for one target.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    next: usize,
    draws: Stream,
}

impl Edge {
    pub(crate) fn new(run_seed: u64, fault: u32, target: u32) -> Self {
        let index = u64::from(fault) * TARGETS + u64::from(target);
        Self { next: 0, draws: Purpose::Faults.stream(run_seed, index) }
    }

    /// The next interval in which the fault is on, seen from the end of the last one.
    pub(crate) fn next(&mut self, fault: &Fault, now: u64) -> Option<(u64, u64)> {
        match &fault.when {
            When::Listed(list) => {
                self.next += 1;
                list.get(self.next - 1).copied()
            }
            When::Random { gap, length } => {
                let from = now.saturating_add(gap.sample(&mut self.draws));
                let length = length.sample(&mut self.draws).clamp(1, fault.longest());
                Some((from, from.saturating_add(length)))
            }
        }
    }
}

impl Fault {
    /// How many targets have times of their own in a world of so many servers and clients.
    pub(crate) fn targets(&self, servers: u32, clients: u32) -> u32 {
        match (&self.kind, self.target) {
            (Kind::Deploy { .. }, _) | (_, Target::EachServer) => servers,
            (_, Target::EachClient) => clients,
            _ => 1,
        }
    }

    /// The interval of one server of a deploy: its turn within its zone.
    pub(crate) fn turn(&self, interval: (u64, u64), server: u32, zones: u32) -> (u64, u64) {
        let Kind::Deploy { each_us } = self.kind else { return interval };
        let from = interval.0.saturating_add(each_us.saturating_mul(u64::from(server / zones)));
        (from, from.saturating_add(each_us))
    }
}
