//! STUB (helper D): soft outlier ejection (spec 07).
use crate::time::{Duration, Instant};
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EjectionSettings {
    pub enabled: bool,
    pub consecutive: u32,
    pub interval: Duration,
    pub base: Duration,
    pub max: Duration,
    pub max_percent: u8,
    pub success_rate: Option<SuccessRate>,
    pub failure_percentage: Option<FailurePercentage>,
    pub count_overload: bool,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuccessRate {
    pub min_endpoints: u32,
    pub min_requests: u32,
    pub factor_permille: u32,
    pub min_gap_ppm: u32,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailurePercentage {
    pub threshold: u8,
    pub min_endpoints: u32,
    pub min_requests: u32,
}
/// Ejection state of all endpoints of a client, by position.
#[derive(Clone, Debug)]
pub struct Ejection(());
impl Ejection {
    pub fn new(settings: EjectionSettings, now: Instant) -> Self {
        todo!()
    }
    pub fn add(&mut self, position: u32) {
        todo!()
    }
    pub fn remove(&mut self, position: u32) {
        todo!()
    }
    /// Lazy sweeps up to `now`; call before anything else at each event. Answers how many were ejected.
    pub fn sweep(&mut self, now: Instant) -> u32 {
        todo!()
    }
    /// A result that tells of the server; answers whether the endpoint was ejected by it.
    pub fn on_result(&mut self, position: u32, success: bool, now: Instant) -> bool {
        todo!()
    }
    pub fn on_overload(&mut self, position: u32, now: Instant) -> bool {
        todo!()
    }
    pub fn is_ejected(&self, position: u32) -> bool {
        todo!()
    }
}
