//! Additive increase, multiplicative decrease: the limit by loss, and the default of clients.
//!
//! Source: Netflix *concurrency-limits*, `AIMDLimit`, after TCP. A drop or a response time beyond a timeout cuts the limit
//! to a share of itself; an answer while at least half of the limit is in use raises it by one. It does not look at how
//! slow an answer is, so a client that sees many servers is not misled by their differences.

use super::{Bounds, PPM, Sample, scaled};
use crate::time::Duration;

/// Settings of the AIMD algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AimdSettings {
    /// Where the limit begins and stays.
    pub bounds: Bounds,
    /// Share of the limit that a drop leaves, 500 000 to 999 999 ppm.
    pub backoff_ppm: u32,
    /// A longer response time is a drop, 1 µs to 1 h.
    pub timeout: Duration,
}

impl AimdSettings {
    /// As published: 20 to 200, nine tenths, 5 s.
    pub const DEFAULT: Self =
        Self { bounds: Bounds::DEFAULT, backoff_ppm: 900_000, timeout: Duration::from_secs(5) };

    /// The next estimate, a whole number of millions; drops are looked at before anything else.
    pub(super) fn step(&self, estimate_u: u64, sample: Sample) -> u64 {
        let slow = sample.rtt.is_some_and(|rtt| rtt > self.timeout);
        let next = if sample.dropped || slow {
            scaled(estimate_u, u64::from(self.backoff_ppm), PPM) / PPM * PPM
        } else if sample.rtt.is_some() && !sample.is_app_limited(estimate_u) {
            estimate_u.saturating_add(PPM)
        } else {
            estimate_u
        };
        self.bounds.clamp_u(next)
    }
}
