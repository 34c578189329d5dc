//! STUB (helper D): the pause-debt detector (spec 07).
use crate::time::{Duration, Instant};
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StallSettings { pub enabled: bool, pub threshold: Duration, pub weight: u32, pub warn: Duration, pub slack: Duration }
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StallLevel { Ok, Warn, Trip }
#[derive(Clone, Debug)]
pub struct Stall(());
impl Stall {
    pub fn new(settings: StallSettings, now: Instant) -> Self { todo!() }
    pub fn stall(&mut self, from: Instant, to: Instant) -> StallLevel { todo!() }
    pub fn throttled(&mut self, now: Instant) { todo!() }
    pub fn resumed(&mut self, now: Instant) { todo!() }
    pub fn reset(&mut self) { todo!() }
    pub fn level(&self) -> StallLevel { todo!() }
    pub fn debt(&self) -> Duration { todo!() }
}
