//! Retries and hedges that a budget may grant in any window of time.
//!
//! A grant is the moment at which a hedge is sent or a retry begins to wait; the send of a retry follows its grant by
//! the wait. Each grant takes a token; at the start of a window there is at most a burst of them, and inside it only
//! first attempts and time add any. For the ratio budget that is its published theorem. Finagle's balance forgets
//! withdrawals with deposits, so its floor returns in each time to live. The AWS quota gives back at most the dearest
//! cost for a call that succeeds. The gRPC throttle and a budget that is off bound no number of grants: there a call's
//! own attempts are the bound.

use hedgerow::retry::budget::{AwsCosts, BudgetSettings, TOKEN};
use hedgerow::{Config, Duration};
use serde_json::{Value, json};

/// Slots of Finagle's window.
const SLOTS: u64 = 10;

/// Which first attempts count for a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Those sent in the window.
    Sent,
    /// Those sent in the window, and in this much time before it.
    SentSince(Duration),
    /// Those of all calls that were undecided at some time of the window.
    Running,
}

/// What a budget may grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantBounds {
    /// The budget.
    pub budget: BudgetSettings,
    /// Whether all namespaces share one; else each has one of its own.
    pub per_service: bool,
}

impl GrantBounds {
    /// The bounds of a configuration's budget.
    pub fn of(config: &Config) -> Self {
        Self { budget: config.budget.settings, per_service: config.budget.per_service }
    }

    /// Which first attempts [`Self::within`] asks for.
    pub const fn counted(&self) -> Counted {
        match self.budget {
            BudgetSettings::Finagle { ttl, .. } => Counted::SentSince(ttl),
            BudgetSettings::Aws { .. } => Counted::Running,
            _ => Counted::Sent,
        }
    }

    /// The most grants in any window of this length with so many first attempts; `None` where the budget bounds none.
    pub fn within(&self, first_attempts: u64, window: Duration) -> Option<u64> {
        let (calls, micros) = (u128::from(first_attempts), u128::from(window.as_micros()));
        let amount = match self.budget {
            BudgetSettings::Ratio { ratio, cap, min_rate, .. } => {
                // One more micro-token for what the drip had carried over.
                u128::from(cap) + u128::from(ratio) * calls + u128::from(min_rate) * micros / 1_000_000 + 1
            }
            BudgetSettings::Finagle { ttl, min_per_s, pct } => {
                let width = u128::from((ttl.as_micros() / SLOTS).max(1));
                let windows = (micros / width + 2).div_ceil(u128::from(SLOTS));
                let floor = u128::from(ttl.as_micros()) * u128::from(min_per_s);
                windows * floor + u128::from(pct) * calls
            }
            BudgetSettings::Aws { capacity, costs } => {
                let (least, dearest) = span(costs);
                let tokens = u128::from(capacity) + u128::from(dearest) * calls;
                return Some(u64::try_from(tokens / u128::from(least)).unwrap_or(u64::MAX));
            }
            BudgetSettings::Grpc { .. } | BudgetSettings::Off => return None,
        };
        Some(u64::try_from(amount / u128::from(TOKEN)).unwrap_or(u64::MAX))
    }

    /// Grants at one instant, without any first attempt; `None` where the budget bounds none.
    pub fn burst(&self) -> Option<u64> {
        self.within(0, Duration::ZERO)
    }

    /// Grants per first attempt that the budget allows for ever, in millionths; `None` where it bounds none.
    pub fn share_ppm(&self) -> Option<u64> {
        match self.budget {
            BudgetSettings::Ratio { ratio, .. } => Some(ratio),
            BudgetSettings::Finagle { pct, .. } => Some(pct),
            // A call that succeeds gives back its last retry and no other.
            BudgetSettings::Aws { .. } => Some(TOKEN),
            BudgetSettings::Grpc { .. } | BudgetSettings::Off => None,
        }
    }

    /// Grants per second beside that share, in millionths of one.
    pub const fn rate_ppm(&self) -> u64 {
        match self.budget {
            BudgetSettings::Ratio { min_rate, .. } => min_rate,
            BudgetSettings::Finagle { min_per_s, .. } => min_per_s as u64 * TOKEN,
            _ => 0,
        }
    }

    /// Attempts per call in the long run, in millionths, where a call makes at most so many.
    pub fn amplification_ppm(&self, attempts: u32) -> u64 {
        let most = u64::from(attempts) * TOKEN;
        self.share_ppm().map_or(most, |share| most.min(TOKEN.saturating_add(share)))
    }

    pub(super) fn to_json(self) -> Value {
        json!({
            "scope": if self.per_service { "service" } else { "namespace" },
            "burst": self.burst(),
            "share_ppm": self.share_ppm(),
            "per_second_ppm": self.rate_ppm(),
            "within_10_s_of_1000_calls": self.within(1000, Duration::from_secs(10)),
        })
    }
}

/// The least and the greatest cost.
fn span(costs: AwsCosts) -> (u32, u32) {
    let all = [costs.transient, costs.timeout, costs.overloaded];
    let least = all.into_iter().min().unwrap_or(1).max(1);
    (least, all.into_iter().max().unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(budget: BudgetSettings) -> GrantBounds {
        GrantBounds { budget, per_service: false }
    }

    #[test]
    fn each_family_has_its_own_bound() {
        let within = |budget| bounds(budget).within(100, Duration::from_secs(10));
        assert_eq!(within(BudgetSettings::RATIO), Some(10 + 10 + 1));
        assert_eq!(within(BudgetSettings::FINAGLE), Some(2 * 100 + 20));
        assert_eq!(within(BudgetSettings::AWS), Some((500 + 14 * 100) / 5));
        assert_eq!((within(BudgetSettings::GRPC), within(BudgetSettings::Off)), (None, None));
    }

    #[test]
    fn attempts_bound_what_a_budget_does_not() {
        assert_eq!(bounds(BudgetSettings::RATIO).amplification_ppm(4), 1_100_000);
        assert_eq!(bounds(BudgetSettings::Off).amplification_ppm(4), 4_000_000);
        assert_eq!(bounds(BudgetSettings::AWS).amplification_ppm(1), 1_000_000);
    }
}
