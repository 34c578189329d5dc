//! STUB (helper B)
use crate::{reason::Reason, time::Duration};
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy { Off, Fixed, Quantile, SingleR, Slo }
/// The part of `hedge.*` that decides the delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelaySettings { pub strategy: Strategy, pub delay: Option<Duration>, pub min_delay: Duration, pub budget_fraction_ppm: u32, pub min_samples: u32, pub miss_ratio_ppm: u32 }
/// What the class knows at the instant of the call's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelayInput { pub target: Option<Duration>, pub average: Duration, pub samples: u32, /** upper 1 − B quantile, none = empty window */ pub quantile: Option<Duration> }
impl DelaySettings {
    /// 1 − B in ppm: the quantile the delay asks for.
    pub fn quantile_ppm(&self) -> u32 { todo!() }
    /// Whether the strategy looks at the quantile for this input (the machine skips the scan otherwise).
    pub fn needs_quantile(&self, target: Option<Duration>, samples: u32) -> bool { todo!() }
    /// The delay, or why this call arms no hedge timer (HedgeOff, HedgeSloMissed, HedgeTooFewSamples).
    pub fn delay(&self, input: DelayInput) -> Result<Duration, Reason> { todo!() }
    /// Q32 threshold of the single_r coin; `None` when no coin is drawn (other strategy, too few samples, no target known).
    pub fn coin(&self, target: Option<Duration>, samples: u32, window: u64, above: u64) -> Option<u64> { todo!() }
}
