//! The AWS retry quota: a stock of whole tokens that retries draw down and successes refill.
//!
//! Source: the AWS SDK standard retry mode, 2.0 and 2.1. A cost above what is left refuses and takes nothing (one
//! peer charges what is left; we do not). A call that succeeds gives back the cost of its last retry, or one token when
//! it made none; a failed call gives back nothing.

use super::{super::outcome::FailureClass, AwsCosts};

#[derive(Clone, Debug)]
pub(super) struct AwsQuota {
    capacity: u32,
    costs: AwsCosts,
    available: u32,
}

impl AwsQuota {
    pub(super) const fn new(capacity: u32, costs: AwsCosts) -> Self {
        Self { capacity, costs, available: capacity }
    }

    pub(super) fn at(self, available: u32) -> Self {
        Self { available: available.min(self.capacity), ..self }
    }

    pub(super) fn withdraw(&mut self, class: FailureClass) -> Option<u32> {
        let cost = self.costs.of(class);
        self.available = self.available.checked_sub(cost)?;
        Some(cost)
    }

    pub(super) fn on_success(&mut self, last_retry_cost: Option<u32>) {
        let refund = last_retry_cost.unwrap_or(1);
        self.available = self.available.saturating_add(refund).min(self.capacity);
    }

    pub(super) const fn available(&self) -> u32 {
        self.available
    }
}
