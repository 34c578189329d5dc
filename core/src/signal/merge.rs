//! STUB (helper E): the records of one client by scope: receive, guard rails, fallback, freshness.
use crate::{
    reason::Reason,
    signal::record::Record,
    time::{Duration, Instant},
};
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalSettings {
    pub handshake: bool,
    pub refresh: Duration,
    pub jitter_ppm: u32,
    pub ttl: Duration,
    pub guard: Guard,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    pub min_target: Duration,
    pub max_max: Duration,
    pub max_calls: u32,
    pub max_hedges: u32,
    pub ttl_min: Duration,
    pub ttl_max: Duration,
}
/// Scope of a record: namespace and operation numbers, `None` = `*`. An op without a namespace is not a scope (treat as all).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    pub namespace: Option<u32>,
    pub operation: Option<u32>,
}
/// What came of a record: the verdict (SignalApplied, SignalRefreshed, SignalOldVersion, SignalInvalid), fields clamped, and version_reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    pub verdict: Reason,
    pub clamped: u32,
    pub version_reset: bool,
}
/// Effective values of a class after fallback; the configured values fill what no record gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effective {
    pub target: Option<Duration>,
    pub max: Duration,
    pub calls: u32,
    pub hedges: u32,
}
#[derive(Clone, Debug)]
pub struct Signals(());
impl Signals {
    pub fn new(settings: SignalSettings) -> Self {
        todo!()
    }
    pub fn receive(&mut self, scope: Scope, record: &Record, now: Instant) -> Received {
        todo!()
    }
    /// Field-by-field fallback (ns, op) → (ns, *) → (*, *) → configured; then target ≤ max, hedges ≤ calls. Halvings applied to hedges.
    pub fn effective(&self, namespace: u32, operation: u32, configured: Effective) -> Effective {
        todo!()
    }
    pub fn is_stale(&self, namespace: u32, operation: u32, now: Instant) -> bool {
        todo!()
    }
    /// Grows when a record is applied, refreshed or a halving acts: callers may cache `effective` until it changes.
    pub fn revision(&self) -> u64 {
        todo!()
    }
}
