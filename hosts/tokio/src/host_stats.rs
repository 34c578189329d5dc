//! Host counters: what this host did with its one timer.

use std::sync::atomic::AtomicU64;

/// What the host itself did; the core's own counters say what it decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostStats {
    /// Host timers that are armed now: 0 or 1, however many calls wait.
    pub active_timers: u32,
    /// How often the one timer was armed for another time.
    pub timer_arms: u64,
    /// How often it fired.
    pub timer_fires: u64,
    /// How often it fired so late that results were given a turn first.
    pub late_fires: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) arms: AtomicU64,
    pub(crate) fires: AtomicU64,
    pub(crate) late: AtomicU64,
}
