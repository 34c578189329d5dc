//! Adaptive concurrency limits: how much work may be in progress, inferred from the response times of that work.
//!
//! By Little's law a server that answers r requests a second in w seconds each has r·w of them inside. Beyond the
//! concurrency that its hardware can work on, one more request adds wait and no throughput. The right limit is
//! therefore a property of the server now: it falls when a disk is slow and rises when the work is light. The
//! [`algorithm`]s infer it from what a limiter can see, as a congestion window infers the capacity of a path.
//!
//! Source: Netflix *concurrency-limits* (Vegas, Gradient2, AIMD, the windowed limit, the partitioned limiter). Published
//! guidance kept here: limits by delay on servers, by loss or mixed on clients. [`window`] makes one sample of many, and
//! [`adaptive`] steps an algorithm with it.
//!
//! Numbers are integers: an estimate is kept in millionths, decimal and not binary, so that a step of 0.2 · 4 is exact;
//! products are taken wide and divided once, rounding down. A response time of 0 µs, which a coarse clock says often,
//! counts as 1 µs. A lowered limit acts by attrition: nothing that runs is cancelled.

pub mod adaptive;
mod aimd;
pub mod algorithm;
pub mod comparison;
mod gradient2;
mod vegas;
pub mod window;

pub use aimd::AimdSettings;
pub use gradient2::{ExpAverage, Gradient2Settings};
pub use vegas::{VegasSettings, log10_root};

use crate::time::Duration;

/// One in parts per million, and one unit of an estimate.
const PPM: u64 = 1_000_000;
/// Longer response times count as this long, 71 minutes, so that sums of them stay in range.
const LONGEST_RTT: u64 = u32::MAX as u64;

/// What one request, or a window of them, tells an algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The response time; `None` when no success was seen.
    pub rtt: Option<Duration>,
    /// Requests in progress; of a window, the most.
    pub in_flight: u32,
    /// Whether a request was dropped: its time ran out, or the far side refused because of load.
    pub dropped: bool,
}

impl Sample {
    /// The response time in µs, at least 1.
    fn rtt_us(&self) -> Option<u64> {
        self.rtt.map(|rtt| rtt.as_micros().clamp(1, LONGEST_RTT))
    }

    /// Whether less than half of an estimate was in use: a limit that was not reached has told nothing.
    fn is_app_limited(&self, estimate_u: u64) -> bool {
        u64::from(self.in_flight).saturating_mul(2 * PPM) < estimate_u
    }
}

/// Where an estimate begins and between which bounds it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The limit at the start, between the bounds.
    pub initial: u32,
    /// The least limit, at least 1.
    pub min: u32,
    /// The greatest limit, at most 1 000 000.
    pub max: u32,
}

impl Bounds {
    /// 20, between 20 and 200.
    pub const DEFAULT: Self = Self { initial: 20, min: 20, max: 200 };

    fn initial_u(&self) -> u64 {
        self.clamp_u(u64::from(self.initial) * PPM)
    }

    fn clamp_u(&self, estimate_u: u64) -> u64 {
        estimate_u.max(u64::from(self.min) * PPM).min(u64::from(self.max) * PPM)
    }
}

/// `amount × part / whole`, taken wide; saturating.
fn scaled(amount: u64, part: u64, whole: u64) -> u64 {
    let wide = u128::from(amount) * u128::from(part) / u128::from(whole.max(1));
    u64::try_from(wide).unwrap_or(u64::MAX)
}
