//! What a run of one arm measured.
//!
//! Latency is the time from the arrival of a logical call to its resolution, in µs. Amplification is attempts for each
//! call, work is attempts that a server took into service for each call. Calls of the warm-up are run and not counted.
//! Counters grow with the run, samples and series do not: what is kept is bounded.

mod coverage;
mod series;

pub use coverage::{Coverage, SOMETIMES};
pub(crate) use coverage::{Sight, Sights};
pub use series::{Second, Series};

use std::collections::BTreeMap;

use hedgerow::Reason;
use hedgerow::client::action::{AttemptKind, Outcome};
use hedgerow::config::Objective;

use crate::stats::Samples;

/// Beginnings and ends of faults that are remembered for drawings.
const MOST_EDGES: usize = 1024;

/// The end of a call, as the figures need it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Completed {
    pub(crate) outcome: Outcome,
    pub(crate) reason: Reason,
    pub(crate) arrived: u64,
    pub(crate) now: u64,
    pub(crate) hedged: bool,
    pub(crate) by_hedge: bool,
    pub(crate) measured: bool,
}

/// The figures of one run.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// The arm.
    pub arm: String,
    target_us: Option<u64>,
    max_us: u64,
    /// Logical calls that arrived, measured ones only, as all counters of calls and attempts here.
    pub calls: u64,
    /// Calls that a core refused, by reason code.
    pub denied: BTreeMap<u16, u64>,
    /// Calls that ended, by reason code.
    pub ended: BTreeMap<u16, u64>,
    /// Calls answered.
    pub ok: u64,
    /// Of them, those within the max of the objective.
    pub ok_in_max: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Calls still open at the end of the run.
    pub open: u64,
    /// First attempts.
    pub firsts: u64,
    /// Retries.
    pub retries: u64,
    /// Hedges.
    pub hedges: u64,
    /// Calls that sent a hedge.
    pub hedged: u64,
    /// Calls that a hedge answered first.
    pub hedge_wins: u64,
    /// Attempts to a server of the client's own zone.
    pub local: u64,
    /// Attempts that a server took into service.
    pub served: u64,
    /// Attempts that the core asked to cancel.
    pub cancels: u64,
    /// Replies for calls that were resolved, or for attempts given up.
    pub late: u64,
    /// Messages that never arrived and requests that a server dropped.
    pub lost: u64,
    /// Records of servers that clients were told.
    pub signals: u64,
    /// Whether the run stopped at an open call that nothing would happen to: a fault of the core or the simulator.
    pub stuck: bool,
    /// Attempts that the host gave up by its own limit.
    pub given_up: u64,
    /// Calls that missed the target, of those that were answered, and all that were not.
    pub target_misses: u64,
    /// Most hedges of one client in flight.
    pub hedges_in_flight_max: u32,
    /// Least level of a client's retry budget after a hedge or a retry, in micro-tokens; none without either.
    pub budget_min: Option<u64>,
    /// Most calls open at a reading of the gauges.
    pub open_max: u64,
    /// Longest queue of a server at a reading of the gauges.
    pub queue_max: u64,
    /// Latencies of answered calls, in µs.
    pub latency: Samples,
    /// The same figures over time.
    pub series: Series,
    /// Beginnings and ends of faults: time in µs, number in the world's list, whether it begins.
    pub faults: Vec<(u64, u32, bool)>,
    /// How often each branch that matters was taken.
    pub coverage: Coverage,
    /// Events of the run.
    pub events: u64,
    /// When the first measured call arrived, in µs.
    pub from_us: Option<u64>,
    /// When the run ended, in µs.
    pub to_us: u64,
}

impl Metrics {
    pub(crate) fn new(arm: &str, objective: Objective) -> Self {
        let target_us = objective.target.map(hedgerow::Duration::as_micros);
        Self { arm: arm.to_owned(), target_us, max_us: objective.max.as_micros(), ..Self::default() }
    }

    pub(crate) fn arrive(&mut self, now: u64, measured: bool) {
        if measured {
            self.calls += 1;
            self.from_us.get_or_insert(now);
            self.series.at(now).arrived += 1;
        }
    }

    pub(crate) fn deny(&mut self, reason: Reason, arrived: u64, measured: bool) {
        if measured {
            *self.denied.entry(reason.code()).or_default() += 1;
            self.target_misses += 1;
            self.series.at(arrived).failed += 1;
        }
    }

    pub(crate) fn send(&mut self, kind: AttemptKind, local: bool, measured: bool, now: u64, hedges: u32) {
        self.hedges_in_flight_max = self.hedges_in_flight_max.max(hedges);
        if !measured {
            return;
        }
        self.local += u64::from(local);
        let second = self.series.at(now);
        second.attempts += 1;
        match kind {
            AttemptKind::Primary => self.firsts += 1,
            AttemptKind::Retry => {
                self.retries += 1;
                second.retries += 1;
            }
            AttemptKind::Hedge => {
                self.hedges += 1;
                second.hedges += 1;
            }
        }
    }

    pub(crate) fn serve(&mut self, measured: bool) {
        self.served += u64::from(measured);
    }

    /// A call has ended. Series count it where it arrived, so that a second's share of answered calls is at most one.
    pub(crate) fn complete(&mut self, done: &Completed) {
        if !done.measured {
            return;
        }
        *self.ended.entry(done.reason.code()).or_default() += 1;
        self.hedged += u64::from(done.hedged);
        self.hedge_wins += u64::from(done.by_hedge);
        let latency = done.now - done.arrived;
        let second = self.series.at(done.arrived);
        let mut missed = true;
        if done.outcome == Outcome::Ok {
            self.ok += 1;
            self.ok_in_max += u64::from(latency <= self.max_us);
            second.ok += 1;
            second.latency_us += latency;
            second.latency_max_us = second.latency_max_us.max(latency);
            missed = self.target_us.is_some_and(|target| latency > target);
            self.latency.add(latency);
        } else {
            self.failed += 1;
            second.failed += 1;
        }
        if missed {
            self.target_misses += 1;
            self.series.at(done.arrived).misses += 1;
        }
    }

    /// The level of a budget after something was taken from it.
    pub(crate) fn budget(&mut self, level: u64) {
        self.budget_min = Some(self.budget_min.map_or(level, |least| least.min(level)));
    }

    pub(crate) fn gauge(&mut self, queued: u64, open: u64) {
        self.queue_max = self.queue_max.max(queued);
        self.open_max = self.open_max.max(open);
    }

    pub(crate) fn fault(&mut self, now: u64, fault: u32, on: bool) {
        if self.faults.len() < MOST_EDGES {
            self.faults.push((now, fault, on));
        }
    }

    pub(crate) fn close(&mut self, now: u64, open: u64, events: u64) {
        self.to_us = now;
        self.open = open;
        self.events = events;
    }

    /// Attempts sent.
    pub const fn attempts(&self) -> u64 {
        self.firsts + self.retries + self.hedges
    }

    /// Calls refused by a core.
    pub fn refused(&self) -> u64 {
        self.denied.values().sum()
    }

    /// Attempts for each call; `None` without calls.
    pub fn amplification(&self) -> Option<f64> {
        share(self.attempts(), self.calls)
    }

    /// Attempts that received service, for each call; `None` without calls.
    pub fn work(&self) -> Option<f64> {
        share(self.served, self.calls)
    }

    /// Share of the calls that sent a hedge; `None` without calls.
    pub fn hedged_share(&self) -> Option<f64> {
        share(self.hedged, self.calls)
    }

    /// Share of the attempts that stayed in the client's zone; `None` without attempts.
    pub fn local_share(&self) -> Option<f64> {
        share(self.local, self.attempts())
    }

    /// Calls answered within the max for each second of the measured time; `None` when no time has passed.
    pub fn goodput(&self) -> Option<f64> {
        let measured = self.to_us - self.from_us?;
        share(self.ok_in_max.saturating_mul(1_000_000), measured)
    }

    /// Share of the calls that arrived in [from, to) and were answered; `None` when none arrived.
    pub fn answered_share(&self, from_us: u64, to_us: u64) -> Option<f64> {
        let (arrived, ok) = self
            .series
            .between(from_us, to_us)
            .fold((0, 0), |(arrived, ok), second| (arrived + second.arrived, ok + second.ok));
        share(ok, arrived)
    }
}

/// A quotient of two counts; `None` where nothing was counted.
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
