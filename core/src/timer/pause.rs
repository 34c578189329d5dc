//! STUB (helper A)
use crate::time::{Duration, Instant};

/// `timer.*` of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PauseSettings {
    pub stages: u8,
    pub grace: bool,
    pub slack: Option<Duration>,
    pub max_ext: u8,
    pub ceiling_factor: Option<u8>,
    pub resolution: Duration,
}
impl Default for PauseSettings {
    fn default() -> Self {
        Self { stages: 4, grace: true, slack: None, max_ext: 4, ceiling_factor: None, resolution: Duration::from_micros(1000) }
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause { Server, ClientPause }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpiredBy { Due, Ceiling }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry { pub wall: Duration, pub live: Duration, pub lost: Duration, pub cause: Cause, pub late_count: u32, pub ext: u8, pub by: ExpiredBy }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observation { Early, Rearmed(Instant), Expired(Expiry) }
/// Pause-tolerant timer; at most 64 bytes. The settings are passed to each call and must be those it was armed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PauseTimer(());
impl PauseTimer {
    /// `max` = the effective max of the call, for the ceiling.
    pub fn arm(settings: &PauseSettings, duration: Duration, max: Duration, now: Instant) -> Self { todo!() }
    pub fn due(&self) -> Instant { todo!() }
    pub fn lost(&self) -> Duration { todo!() }
    pub fn observe(&mut self, settings: &PauseSettings, now: Instant) -> Observation { todo!() }
}
