//! What a policy learns of endpoints from what comes back: costs for the peak average, reports for hot and cold.
//!
//! Weighted choice and the simple policies learn nothing here and pay nothing for it. State: 32 bytes an endpoint, or
//! one pool of 16 reports. What was learned of an endpoint goes with it.

use super::hot_cold::{LoadReport, ReportPool};
use super::peak::Peak;
use super::permutation::POSITIONS;
use super::settings::{BalancePolicy, BalanceSettings};
use crate::time::{Duration, Instant};
use alloc::vec::Vec;

/// Reports ride on answers, one to a request, and one leaves with each decision: no number of uses keeps such a pool
/// filled, so that they leave by age, by turn, and for newer ones.
const UNLIMITED: u32 = u32::MAX;

/// The knowledge of the policy in force.
#[derive(Clone, Debug)]
pub(super) enum Learned {
    Nothing,
    /// Costs by position.
    Costs {
        peaks: Vec<Peak>,
        half_life: Duration,
    },
    Reports(ReportPool),
}

impl Learned {
    pub(super) fn new(settings: &BalanceSettings) -> Self {
        match settings.policy {
            BalancePolicy::PeakEwma => Self::Costs { peaks: Vec::new(), half_life: settings.half_life },
            BalancePolicy::HotCold => Self::Reports(ReportPool::new(settings.quantile_ppm, UNLIMITED)),
            _ => Self::Nothing,
        }
    }

    /// The base that takes the place of requests in flight and one, where costs are what is compared.
    pub(super) fn base(&self, position: u32, in_flight: u32) -> Option<u64> {
        let Self::Costs { peaks, .. } = self else { return None };
        Some(peaks.get(position as usize).copied().unwrap_or_default().base(in_flight))
    }

    pub(super) fn on_sent(&mut self, position: u32) {
        if let Self::Reports(pool) = self {
            pool.on_sent(position);
        }
    }

    /// Takes what an attempt took: an answer may lower the cost, a failure only raises it.
    pub(super) fn on_end(&mut self, position: u32, answered: bool, took: Duration, now: Instant) {
        let Self::Costs { peaks, half_life } = self else { return };
        let index = position as usize;
        if peaks.len() <= index && position < POSITIONS {
            peaks.resize(index + 1, Peak::default());
        }
        match peaks.get_mut(index) {
            Some(peak) if answered => peak.on_answer(took, *half_life, now),
            Some(peak) => peak.on_failure(took, now),
            None => {}
        }
    }

    pub(super) fn on_report(&mut self, report: LoadReport) {
        if let Self::Reports(pool) = self {
            pool.on_report(report);
        }
    }

    pub(super) fn remove(&mut self, position: u32) {
        match self {
            Self::Nothing => {}
            Self::Costs { peaks, .. } => {
                if let Some(peak) = peaks.get_mut(position as usize) {
                    *peak = Peak::default();
                }
            }
            Self::Reports(pool) => pool.remove(position),
        }
    }

    /// The cost of an endpoint and when it was learned, for a snapshot.
    pub(super) fn cost(&self, position: u32) -> Option<(Duration, Instant)> {
        let Self::Costs { peaks, .. } = self else { return None };
        peaks.get(position as usize)?.learned()
    }

    /// Goes on from the cost that a snapshot kept; false under a policy that has none.
    pub(super) fn recall_cost(&mut self, position: u32, cost: Duration, at: Instant) -> bool {
        let Self::Costs { peaks, .. } = self else { return false };
        let index = position as usize;
        if peaks.len() <= index && position < POSITIONS {
            peaks.resize(index + 1, Peak::default());
        }
        peaks.get_mut(index).map(|peak| *peak = Peak::recalled(cost, at)).is_some()
    }
}
