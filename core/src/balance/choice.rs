//! STUB (helper D)
use crate::{balance::score::{Factors, Weights}, rng::Stream, time::{Duration, Instant}};
use alloc::vec::Vec;
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BalancePolicy { Weighted, LeastRequest, RoundRobin, Random, HotCold, PeakEwma }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionRule { Exclude, Weight, WhenEmpty }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceSettings { pub policy: BalancePolicy, pub n: u8, pub weights: Weights, pub other_region: RegionRule, pub start_min: Duration, pub start_spread: Duration, pub choices: u8, pub replacement: bool, pub quantile_ppm: u32, pub half_life: Duration }
/// What the choice reads of one endpoint; positions are stable small integers given by the owner of the endpoint table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate { pub live: bool, pub in_flight: u32, pub user_factor: u32, pub other_zone: bool, pub other_region: bool, pub up_since: Option<Instant>, pub unhealthy: bool, pub ejected: bool, pub breaker_open: bool }
/// The owner of endpoints answers what the choice asks; monomorphic inside the crate (closures/trait are crate-private).
pub(crate) trait Endpoints { fn candidate(&self, position: u32, now: Instant) -> Candidate; }
/// One plan entry with what explain wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanEntry { pub position: u32, pub score: u64, pub in_flight: u32, pub factors: Factors }
/// The persistent state of the choice: `perm`, the start-up window W, the cursor; buffers reused (no allocation after warm-up).
#[derive(Clone, Debug)]
pub struct Choice(());
impl Choice {
    /// `start_window`: the stream of kind 5; W is drawn once, here.
    pub fn new(settings: BalanceSettings, start_window: &mut Stream) -> Self { todo!() }
    pub fn add(&mut self, position: u32) { todo!() }
    pub fn remove(&mut self, position: u32) { todo!() }
    /// Draws the ordered plan into the internal buffer and returns it. `replicas` = positions; empty = no placement knowledge.
    /// `without`: an endpoint that must not be in it (re-plan of a retry) if another exists.
    pub(crate) fn plan<E: Endpoints>(&mut self, endpoints: &E, replicas: &[u32], without: Option<u32>, rng: &mut Stream, now: Instant) -> &[PlanEntry] { todo!() }
    pub fn start_window(&self) -> Duration { todo!() }
}
