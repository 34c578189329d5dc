//! STUB (helper D): busy and silent (spec 07), and the starting rule's inputs.
use crate::time::{Duration, Instant};
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthSettings { pub min_in_flight: u32, pub window: Duration }
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health(());
impl Health {
    pub const fn new() -> Self { Self(()) }
    pub fn on_response(&mut self, now: Instant) { todo!() }
    /// `calm_until`: while now is before it (a late observation of ours), nobody is unhealthy.
    pub fn is_unhealthy(&self, settings: &HealthSettings, in_flight: u32, calm_until: Instant, now: Instant) -> bool { todo!() }
}
