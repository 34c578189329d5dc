//! Two runs beside each other: how calls ended, and which decisions one of them has and the other has not.

use std::collections::BTreeMap;

use hedgerow::client::action::Outcome;
use hedgerow::{Duration, Instant, Reason};

use super::side::{Book, CallLog, Entry};

/// How the calls of a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Starts, admitted or not.
    pub calls: u64,
    /// Not admitted.
    pub denied: u64,
    /// Answered.
    pub answered: u64,
    /// Failed.
    pub failed: u64,
    /// Given up by the caller.
    pub cancelled: u64,
    /// Not over when the trace ends.
    pub unfinished: u64,
    /// Not decided, because the outcome of an attempt is not known.
    pub undecided: u64,
    /// Attempts sent, those of undecided calls up to where they became so.
    pub attempts: u64,
}

/// The decisions that were made for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The reason.
    pub reason: Reason,
    /// How many were recorded.
    pub recorded: u64,
    /// How many there are under the other configuration, as far as outcomes are known.
    pub replayed: u64,
    /// Recorded, and not made.
    pub gone: u64,
    /// Made, and not recorded.
    pub new: u64,
    /// Made in both runs, but at another time, for another attempt, endpoint or value.
    pub changed: u64,
    /// Recorded of calls that are undecided by then.
    pub unknown: u64,
}

/// How long calls took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latencies {
    /// How many calls.
    pub calls: u64,
    /// Half of them took no longer.
    pub median: Duration,
    /// 99 of 100 took no longer.
    pub p99: Duration,
    /// The longest.
    pub longest: Duration,
}

/// Calls that became undecided: when, and how many of their decisions were made by then.
pub(super) type Undecided = BTreeMap<usize, (Instant, usize)>;

/// The comparison under way.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    pub(super) recorded: Tally,
    pub(super) replayed: Tally,
    rows: BTreeMap<Reason, Row>,
    /// Times of calls that were answered in both runs.
    walls: [Vec<Duration>; 2],
}

impl Row {
    const fn new(reason: Reason) -> Self {
        Self { reason, recorded: 0, replayed: 0, gone: 0, new: 0, changed: 0, unknown: 0 }
    }

    /// Whether a decision for this reason differs.
    pub const fn differs(&self) -> bool {
        self.gone + self.new + self.changed + self.unknown > 0
    }
}

impl Latencies {
    fn of(walls: &[Duration]) -> Option<Self> {
        let mut sorted = walls.to_vec();
        sorted.sort_unstable();
        let rank = |percent: usize| sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1));
        let (median, p99, longest) = (*rank(50)?, *rank(99)?, *sorted.last()?);
        Some(Self { calls: sorted.len() as u64, median, p99, longest })
    }
}

impl Comparison {
    /// Compares two runs. O(decisions log decisions).
    pub(super) fn of(recorded: &Book, replayed: &Book, undecided: &Undecided) -> Self {
        let mut compared = Self::default();
        for (number, (old, new)) in recorded.calls.iter().zip(&replayed.calls).enumerate() {
            let cut = undecided.get(&number).copied();
            compared.recorded.add(old, None, recorded);
            compared.replayed.add(new, cut, replayed);
            let known = cut.map_or(new.entries.len(), |(_, booked)| booked);
            compared.entries(&old.entries, &new.entries[..known], cut.map(|(at, _)| at));
            if let (Some((Outcome::Ok, old)), Some((Outcome::Ok, new)), None) = (old.end, new.end, cut) {
                compared.walls[0].push(old);
                compared.walls[1].push(new);
            }
        }
        compared.entries(&recorded.service, &replayed.service, None);
        compared
    }

    pub(super) fn rows(&self) -> Vec<Row> {
        self.rows.values().copied().collect()
    }

    pub(super) fn answered(&self) -> Option<[Latencies; 2]> {
        let [old, new] = &self.walls;
        Some([Latencies::of(old)?, Latencies::of(new)?])
    }

    /// Compares decisions about one call, or about none; from `cut` on the other run knows nothing.
    fn entries(&mut self, recorded: &[Entry], replayed: &[Entry], cut: Option<Instant>) {
        let mut counts: BTreeMap<Entry, (u64, u64)> = BTreeMap::new();
        for entry in recorded {
            counts.entry(*entry).or_default().0 += 1;
        }
        for entry in replayed {
            counts.entry(*entry).or_default().1 += 1;
        }
        let mut left: BTreeMap<Reason, (u64, u64)> = BTreeMap::new();
        for (entry, (old, new)) in counts {
            let row = self.rows.entry(entry.reason).or_insert(Row::new(entry.reason));
            row.recorded += old;
            row.replayed += new;
            let only_old = old.saturating_sub(new);
            if cut.is_some_and(|cut| entry.at >= cut) {
                row.unknown += only_old;
            } else {
                left.entry(entry.reason).or_default().0 += only_old;
            }
            left.entry(entry.reason).or_default().1 += new.saturating_sub(old);
        }
        for (reason, (old, new)) in left {
            let row = self.rows.entry(reason).or_insert(Row::new(reason));
            let changed = old.min(new);
            row.changed += changed;
            row.gone += old - changed;
            row.new += new - changed;
        }
    }
}

impl Tally {
    fn add(&mut self, call: &CallLog, cut: Option<(Instant, usize)>, book: &Book) {
        self.calls += 1;
        let sent = call.sent.iter().filter(|&&at| cut.is_none_or(|(cut, _)| book.sent[at].at <= cut));
        self.attempts += sent.count() as u64;
        let count = match (call.id, cut, call.end) {
            (None, ..) => &mut self.denied,
            (_, Some(_), _) => &mut self.undecided,
            (_, _, None) => &mut self.unfinished,
            (_, _, Some((Outcome::Ok, _))) => &mut self.answered,
            (_, _, Some((Outcome::Failed, _))) => &mut self.failed,
            (_, _, Some((Outcome::Cancelled, _))) => &mut self.cancelled,
        };
        *count += 1;
    }
}
