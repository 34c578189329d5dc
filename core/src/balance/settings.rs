//! How a plan is made: the policy, the number of candidates, their factors, and who is in reach.

use super::score::Weights;
use crate::time::Duration;

/// Selects how a plan is made: `balance.policy`.
///
/// All but the first exist to be measured against; of those, only the last uses zones and replica lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BalancePolicy {
    /// Weighted choice of n. The default.
    #[default]
    Weighted,
    /// The least in-flight of a few drawn endpoints (gRPC A48, Envoy).
    LeastRequest,
    /// The live list, rotated by one per decision.
    RoundRobin,
    /// A sampled order.
    Random,
    /// Least latency among what the reports of servers call cold (Prequal), the rest in a sampled order.
    HotCold,
    /// Weighted choice with `cost × (in flight + 1)` in the place of `1 + in flight` (Finagle).
    PeakEwma,
}

impl BalancePolicy {
    /// Whether zones, replica lists, health and age count.
    pub(crate) const fn knows_zones(self) -> bool {
        matches!(self, Self::Weighted | Self::PeakEwma)
    }
}

/// Says when endpoints of another region are in reach: `balance.other_region`.
///
/// A client or an endpoint without a region counts as of the same region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegionRule {
    /// Never. The default.
    #[default]
    Exclude,
    /// Always, at the price of the region factor.
    Weight,
    /// Only while no live endpoint of the own region exists, at the price of the region factor.
    WhenEmpty,
}

/// Holds `balance.*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceSettings {
    /// How a plan is made.
    pub policy: BalancePolicy,
    /// Candidates per decision, 1 to 64. Default 8.
    pub n: u8,
    /// The factors of the score.
    pub weights: Weights,
    /// When other regions are in reach.
    pub other_region: RegionRule,
    /// Least start-up window, 0 to 600 s. Default 30 s.
    pub start_min: Duration,
    /// Width of the draw of the start-up window, 0 to 600 s. Default 15 s; no start-up factor when both are 0.
    pub start_spread: Duration,
    /// Draws of least request, 2 to 10. Default 2.
    pub choices: u8,
    /// Whether least request may draw the same endpoint twice. Default false.
    pub replacement: bool,
    /// Quantile of the hot and cold rule in ppm, 0 to 1 000 000. Default 840 896.
    pub quantile_ppm: u32,
    /// Half-life of the peak average, 1 ms to 1 h. Default 6 931 472 µs.
    pub half_life: Duration,
}

impl Default for BalanceSettings {
    fn default() -> Self {
        Self {
            policy: BalancePolicy::default(),
            n: 8,
            weights: Weights::default(),
            other_region: RegionRule::default(),
            start_min: Duration::from_secs(30),
            start_spread: Duration::from_secs(15),
            choices: 2,
            replacement: false,
            quantile_ppm: 840_896,
            half_life: Duration::from_micros(6_931_472),
        }
    }
}
