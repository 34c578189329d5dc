//! One record: what a server tells its clients about an operation's objective, limits, load and features.
//!
//! The two numbers `target` and `max`, the two limits and the shape of the utilization are published (Netflix's
//! articles on its stateful clients, 2024); versions, origins, ttl and the ranges are ours. Every field but the
//! version is optional, and an absent field keeps what an earlier record said, so that a response may carry its
//! utilization alone. A record is data: [`Signals`](crate::signal::merge::Signals) decides what it changes.

use crate::time::{Duration, MAX_MICROS};
use alloc::{string::String, vec::Vec};

/// The largest version: 15 digits, the most a structured-field integer carries.
pub const MAX_VERSION: u64 = 999_999_999_999_999;

/// The longest origin, in bytes.
pub const MAX_ORIGIN_LEN: usize = 32;

/// A whole, in the unit of utilizations: 10 000 basis points.
pub const MAX_BASIS_POINTS: u16 = 10_000;

/// A signal record; [`Record::is_valid`] tells whether each field is within its range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Grows per origin; 1 to [`MAX_VERSION`].
    pub version: u64,
    /// Who numbered the version, a server or a control plane; at most [`MAX_ORIGIN_LEN`] bytes.
    pub origin: Option<String>,
    /// The latency that hedges and retries try to meet; 1 µs to 2^53 − 1 µs.
    pub target: Option<Duration>,
    /// After this, time out and go away; 1 µs to 2^53 − 1 µs, at least the target.
    pub max: Option<Duration>,
    /// Concurrent normal requests; at least 1.
    pub calls: Option<u32>,
    /// Concurrent hedges; at most `calls`, 0 switches hedging off.
    pub hedges: Option<u32>,
    /// Utilization as a whole, in basis points; at most 10 000, like the four below.
    pub util: Option<u16>,
    /// Share of requests slower than the target.
    pub util_target: Option<u16>,
    /// Share of requests slower than the max.
    pub util_max: Option<u16>,
    /// Utilization of the processors.
    pub compute: Option<u16>,
    /// Utilization of the storage behind the server.
    pub storage: Option<u16>,
    /// Names of the codecs that the server wants, best first.
    pub compress: Option<Vec<String>>,
    /// Size of a chunk in bytes, 0 = do not chunk, else clamped to 1 KiB to 16 MiB.
    pub chunk: Option<u32>,
    /// Size of a page in bytes, clamped to 1 KiB to 64 MiB.
    pub page: Option<u32>,
    /// How long the record counts as fresh; 1 µs to 2^53 − 1 µs.
    pub ttl: Option<Duration>,
    /// Forget the scope's stored record before applying this one.
    pub reset: bool,
}

impl Record {
    /// Whether every field is within its range; what must hold between fields is checked on the merged record.
    pub fn is_valid(&self) -> bool {
        let durations = [self.target, self.max, self.ttl];
        let loads = [self.util, self.util_target, self.util_max, self.compute, self.storage];
        (1..=MAX_VERSION).contains(&self.version)
            && self.origin.as_ref().is_none_or(|origin| origin.len() <= MAX_ORIGIN_LEN)
            && durations.iter().flatten().all(|time| (1..=MAX_MICROS).contains(&time.as_micros()))
            && self.calls != Some(0)
            && loads.iter().flatten().all(|&load| load <= MAX_BASIS_POINTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid() -> Record {
        Record { version: 1, ..Record::default() }
    }

    #[test]
    fn each_field_has_a_range_of_its_own() {
        assert!(valid().is_valid());
        assert!(!Record::default().is_valid());
        assert!(Record { version: MAX_VERSION, ..valid() }.is_valid());
        assert!(!Record { version: MAX_VERSION + 1, ..valid() }.is_valid());
        for bad in [Duration::ZERO, Duration::from_micros(MAX_MICROS + 1)] {
            assert!(!Record { target: Some(bad), ..valid() }.is_valid());
            assert!(!Record { max: Some(bad), ..valid() }.is_valid());
            assert!(!Record { ttl: Some(bad), ..valid() }.is_valid());
        }
        assert!(!Record { calls: Some(0), ..valid() }.is_valid());
        assert!(Record { hedges: Some(0), util: Some(10_000), ..valid() }.is_valid());
        assert!(!Record { storage: Some(10_001), ..valid() }.is_valid());
    }

    #[test]
    fn an_origin_of_32_bytes_is_the_longest() {
        assert!(Record { origin: Some("é".repeat(16)), ..valid() }.is_valid());
        assert!(!Record { origin: Some("o".repeat(33)), ..valid() }.is_valid());
    }
}
