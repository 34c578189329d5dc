//! Numbers the records that a server issues: a new version when something changed that a client should read.
//!
//! The version starts at the wall time, in milliseconds, of the server's own start, so that a restarted server
//! counts on above what it said before without storing anything. It grows by one whenever target, max, a limit, the
//! ttl or a feature changes, or a utilization moves by a whole percent since the last record that was numbered; it
//! never goes back. What the numbers of a record are is the caller's business. The rule is ours.

use crate::{
    signal::record::{MAX_VERSION, Record},
    time::Wall,
};

/// A utilization that moved less than this, in basis points, is not worth a version.
const LEAST_MOVE: u16 = 100;

/// The last record issued for one namespace and operation.
///
/// ```
/// use hedgerow::{Duration, Wall, signal::{composer::Composer, record::Record}};
/// let mut composer = Composer::new(Wall::from_micros(1_700_000_000_000_000));
/// let record = Record { target: Some(Duration::from_millis(10)), util: Some(1200), ..Record::default() };
/// assert_eq!(composer.issue(record.clone()).version, 1_700_000_000_000);
/// assert_eq!(composer.issue(Record { util: Some(1299), ..record.clone() }).version, 1_700_000_000_000);
/// assert_eq!(composer.issue(Record { util: Some(1300), ..record }).version, 1_700_000_000_001);
/// ```
#[derive(Clone, Debug)]
pub struct Composer {
    next: u64,
    issued: Option<Record>,
}

impl Composer {
    /// Starts numbering at a server's start; without wall time (0) at 1.
    pub fn new(start: Wall) -> Self {
        Self { next: (start.as_micros() / 1000).clamp(1, MAX_VERSION), issued: None }
    }

    /// The record to send: the one given under a new version, or the last one again when nothing moved.
    ///
    /// The version in the argument is ignored.
    pub fn issue(&mut self, record: Record) -> &Record {
        let current = self.issued.take().filter(|issued| !is_news(issued, &record));
        let chosen = current.unwrap_or_else(|| {
            let version = self.next;
            self.next = self.next.saturating_add(1).min(MAX_VERSION);
            Record { version, ..record }
        });
        self.issued.insert(chosen)
    }

    /// The last record issued.
    pub const fn issued(&self) -> Option<&Record> {
        self.issued.as_ref()
    }
}

/// Whether a client that knows `old` should read `new`.
fn is_news(old: &Record, new: &Record) -> bool {
    let loads =
        |record: &Record| [record.util, record.util_target, record.util_max, record.compute, record.storage];
    let same_but_loads = Record {
        version: old.version,
        util: old.util,
        util_target: old.util_target,
        util_max: old.util_max,
        compute: old.compute,
        storage: old.storage,
        ..new.clone()
    } == *old;
    !same_but_loads || loads(old).into_iter().zip(loads(new)).any(|(old, new)| moved(old, new))
}

/// An absent utilization keeps the client's value, so only one that is there can move.
fn moved(old: Option<u16>, new: Option<u16>) -> bool {
    new.is_some_and(|new| old.is_none_or(|old| old.abs_diff(new) >= LEAST_MOVE))
}
