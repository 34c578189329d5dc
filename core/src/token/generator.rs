//! STUB (helper E)
use crate::{
    reason::Reason,
    rng::{Nonces, Stream},
    time::{Duration, Instant, Wall},
    token::Token,
};
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    ClientMonotonic,
    Regional,
    Global,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDrift {
    Continue,
    Refuse,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GeneratorSettings {
    pub tier: Tier,
    pub resolution: Duration,
    pub max_drift: Duration,
    pub on_drift: OnDrift,
}
#[derive(Clone, Debug)]
pub struct Generator(());
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minted {
    pub token: Token,
    /** the clock lies behind: the warning `clock_behind` is due (at most once per 10 s) */
    pub clock_behind: bool,
}
impl Generator {
    pub fn new(settings: GeneratorSettings, digits: Stream, nonces: Nonces) -> Self {
        todo!()
    }
    /// Mints; `wall` none → NoClock. Denials: ClockUntrusted, NoClock, LeaseExhausted, NoNonceSeed.
    pub fn mint(&mut self, wall: Option<Wall>, now: Instant) -> Result<Minted, Reason> {
        todo!()
    }
    pub fn handle_lease(&mut self, from_t: u64, count: u64, expires_at: Instant, now: Instant) {
        todo!()
    }
    pub fn last(&self) -> Option<u64> {
        todo!()
    }
}
