//! Clocks: where a client's one reading of time per turn comes from.
//!
//! The core takes time as an argument; a host must say what time it is. Two sources exist and no more: tokio's
//! monotonic clock (which follows `tokio::time::pause` in tests), and a [`ManualClock`] that only moves when told to.
//! Wall time is read for minting tokens and for HTTP dates alone.

use crate::manual::ManualClock;
use hedgerow::{Instant, Wall};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where time comes from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// Tokio's monotonic clock and the system's wall clock.
    #[default]
    Tokio,
    /// Time that a test moves by hand.
    Manual(ManualClock),
}

/// A clock with its origin fixed: the moment the client was built reads 0.
#[derive(Clone, Debug)]
pub(crate) enum Running {
    Tokio { origin: tokio::time::Instant },
    Manual(ManualClock),
}

impl Running {
    pub(crate) fn start(clock: Clock) -> Self {
        match clock {
            Clock::Tokio => Self::Tokio { origin: tokio::time::Instant::now() },
            Clock::Manual(clock) => Self::Manual(clock),
        }
    }

    /// Microseconds since the origin, rounded down.
    pub(crate) fn now(&self) -> Instant {
        match self {
            Self::Tokio { origin } => Instant::from_micros(micros(origin.elapsed())),
            Self::Manual(clock) => Instant::from_micros(micros(clock.now())),
        }
    }

    pub(crate) fn wall(&self) -> Wall {
        match self {
            Self::Tokio { .. } => {
                Wall::from_micros(micros(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()))
            }
            Self::Manual(clock) => clock.wall(),
        }
    }
}

/// A duration of the standard library in whole microseconds, rounded down.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// A duration of the core in that of the standard library.
pub(crate) const fn std_duration(duration: hedgerow::Duration) -> Duration {
    Duration::from_micros(duration.as_micros())
}
