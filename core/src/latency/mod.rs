//! STUB (helper B): what a class knows of its latency: an average and a windowed histogram.
pub mod ewma;
pub mod histogram;
use crate::time::{Duration, Instant};

/// `estimator.*`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EstimatorSettings { pub idle_reset: Duration, pub half: Duration, pub refresh_every: u32 }

/// The estimators of one class (namespace, operation).
#[derive(Clone, Debug)]
pub struct Estimator(());
impl Estimator {
    pub fn new(settings: EstimatorSettings) -> Self { todo!() }
    /// A primary (or retry) answered. `clamp` = target, or max while the target is unknown.
    pub fn success(&mut self, latency: Duration, clamp: Duration, now: Instant) { todo!() }
    /// A primary ended unfinished.
    pub fn unfinished(&mut self, elapsed: Duration, clamp: Duration, now: Instant) { todo!() }
    pub fn average(&self, now: Instant) -> Duration { todo!() }
    pub fn samples(&self, now: Instant) -> u32 { todo!() }
    /// Upper quantile of the window (p in ppm), cached; `None` when empty.
    pub fn quantile_upper(&mut self, p_ppm: u32, now: Instant) -> Option<Duration> { todo!() }
    /// (N, C): window samples, and those in buckets from the one of `d` up.
    pub fn window_above(&mut self, d: Duration, now: Instant) -> (u64, u64) { todo!() }
}
