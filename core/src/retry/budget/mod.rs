//! Budgets: may one more attempt be sent?
//!
//! One question for retries and hedges alike, asked by everything but first attempts. Backoff spreads extra load, a
//! budget bounds it; without one a server that has fallen behind is held down by the retries themselves. The
//! families are `ratio` (the default), the gRPC throttle, the AWS quota and Finagle's budget; each file names its source.
//! Inputs are the events of attempts and `now`; every amount is an integer in micro-tokens, so that no ratio is
//! truncated. A timeout or a refusal never refills a budget, and a token taken is not given back (the AWS
//! quota's refund on success apart). Every operation is O(1): ten slots at most.

mod aws;
mod finagle;
mod grpc;
mod ratio;
mod slots;

use super::outcome::FailureClass;
use crate::time::{Duration, Instant};
pub(crate) use ratio::LearnedRatio;

/// Micro-tokens in a token.
pub const TOKEN: u64 = 1_000_000;

/// `budget.*`: which family, with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BudgetSettings {
    /// A share of first attempts, plus a trickle.
    Ratio {
        /// Micro-tokens that one first attempt deposits.
        ratio: u64,
        /// The most micro-tokens at any time.
        cap: u64,
        /// How long a deposit lives.
        window: Duration,
        /// Micro-tokens per second that drip in, up to one window's worth.
        min_rate: u64,
        /// Micro-tokens at the start, at most `cap`.
        initial: u64,
    },
    /// gRPC's throttle, in milli-tokens.
    Grpc {
        /// The most milli-tokens; full at the start.
        max_milli: u32,
        /// Milli-tokens that one success gives back.
        ratio_milli: u32,
    },
    /// The AWS quota, in whole tokens.
    Aws {
        /// The most tokens; full at the start.
        capacity: u32,
        /// What a retry costs.
        costs: AwsCosts,
    },
    /// Finagle's moving balance.
    Finagle {
        /// How long deposits and withdrawals live.
        ttl: Duration,
        /// Tokens per second that are always granted.
        min_per_s: u32,
        /// Micro-tokens that one first attempt deposits.
        pct: u64,
    },
    /// Always allows; for tests and for hosts with a budget of their own.
    Off,
}

impl BudgetSettings {
    /// `budget.mode: ratio` with every default (0.1, 10 tokens, 10 s, 0.1/s).
    pub const RATIO: Self = Self::Ratio {
        ratio: TOKEN / 10,
        cap: 10 * TOKEN,
        window: Duration::from_secs(10),
        min_rate: TOKEN / 10,
        initial: 10 * TOKEN,
    };
    /// `budget.mode: grpc` with every default (10, 0.1).
    pub const GRPC: Self = Self::Grpc { max_milli: 10_000, ratio_milli: 100 };
    /// `budget.mode: aws` with every default (500; the costs of version 2.1).
    pub const AWS: Self =
        Self::Aws { capacity: 500, costs: AwsCosts { transient: 14, timeout: 14, overloaded: 5 } };
    /// `budget.mode: finagle` with every default (10 s, 10/s, 0.2).
    pub const FINAGLE: Self = Self::Finagle { ttl: Duration::from_secs(10), min_per_s: 10, pct: TOKEN / 5 };
}

/// What a retry costs from the AWS quota, by the failure that asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AwsCosts {
    /// After a transient or unsent failure, and for a hedge.
    pub transient: u32,
    /// After a timeout, whoever is to blame for it.
    pub timeout: u32,
    /// After an overloaded or refused failure.
    pub overloaded: u32,
}

impl AwsCosts {
    /// The cost of a retry after this failure.
    pub const fn of(self, class: FailureClass) -> u32 {
        match class {
            FailureClass::Fatal | FailureClass::Transient | FailureClass::NotSent => self.transient,
            FailureClass::Timeout => self.timeout,
            FailureClass::Overloaded | FailureClass::Refused => self.overloaded,
        }
    }
}

/// One budget, per namespace or per service.
///
/// ```
/// use hedgerow::{Instant, retry::{budget::{Budget, BudgetSettings}, outcome::FailureClass}};
/// let now = Instant::ZERO;
/// let mut budget = Budget::new(BudgetSettings::RATIO, now);
/// let granted = (0..20).filter(|_| budget.withdraw(FailureClass::Transient, now).is_some()).count();
/// assert_eq!(granted, 10);
/// (0..10).for_each(|_| budget.deposit(now));
/// assert!(budget.withdraw(FailureClass::Transient, now).is_some());
/// ```
#[derive(Clone, Debug)]
pub struct Budget(Family);

#[derive(Clone, Debug)]
enum Family {
    Ratio(ratio::Ratio),
    Grpc(grpc::GrpcThrottle),
    Aws(aws::AwsQuota),
    Finagle(finagle::Finagle),
    Off,
}

/// What a snapshot keeps of a budget.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LearnedBudget {
    Ratio(LearnedRatio),
    /// Thousandths of a token.
    Grpc(u32),
    /// Whole tokens.
    Aws(u32),
    /// Width and number of the newest slot, and micro-tokens from the oldest on.
    Finagle(u64, u64, [i64; 10]),
    Off,
}

impl Budget {
    /// Starts as the settings say: `ratio` at its initial amount, the gRPC throttle and the AWS quota full.
    pub fn new(settings: BudgetSettings, now: Instant) -> Self {
        Self(match settings {
            BudgetSettings::Ratio { ratio, cap, window, min_rate, initial } => Family::Ratio(
                ratio::Ratio::new(ratio::Settings { ratio, cap, window, min_rate }, initial, now),
            ),
            BudgetSettings::Grpc { max_milli, ratio_milli } => {
                Family::Grpc(grpc::GrpcThrottle::new(max_milli, ratio_milli))
            }
            BudgetSettings::Aws { capacity, costs } => Family::Aws(aws::AwsQuota::new(capacity, costs)),
            BudgetSettings::Finagle { ttl, min_per_s, pct } => {
                Family::Finagle(finagle::Finagle::new(ttl, min_per_s, pct, now))
            }
            BudgetSettings::Off => Family::Off,
        })
    }

    /// Starts with this many micro-tokens, at most as many as the settings allow, instead of the usual amount.
    ///
    /// Parts below the family's unit are lost. Finagle's balance starts at its floor all the same.
    pub fn with_level(settings: BudgetSettings, level: u64, now: Instant) -> Self {
        let in_units = |micro_per_unit: u64| u32::try_from(level / micro_per_unit).unwrap_or(u32::MAX);
        let settings = match settings {
            BudgetSettings::Ratio { ratio, cap, window, min_rate, .. } => {
                BudgetSettings::Ratio { ratio, cap, window, min_rate, initial: level }
            }
            other => other,
        };
        Self(match Self::new(settings, now).0 {
            Family::Grpc(throttle) => Family::Grpc(throttle.at(in_units(TOKEN / 1000))),
            Family::Aws(quota) => Family::Aws(quota.at(in_units(TOKEN))),
            family => family,
        })
    }

    /// A first attempt is sent, whatever becomes of it.
    pub fn deposit(&mut self, now: Instant) {
        match &mut self.0 {
            Family::Ratio(ratio) => ratio.deposit(now),
            Family::Finagle(finagle) => finagle.deposit(now),
            Family::Grpc(_) | Family::Aws(_) | Family::Off => {}
        }
    }

    /// Asks for one more attempt and takes what it costs; `None` means refused, and takes nothing.
    ///
    /// Answers the cost taken from the AWS quota, for [`Self::on_success`], and 0 with every other family. `class` is the
    /// failure that asks for the retry; a hedge asks with [`FailureClass::Transient`].
    pub fn withdraw(&mut self, class: FailureClass, now: Instant) -> Option<u32> {
        match &mut self.0 {
            Family::Ratio(ratio) => ratio.withdraw(now).then_some(0),
            Family::Grpc(throttle) => throttle.is_permitted().then_some(0),
            Family::Aws(quota) => quota.withdraw(class),
            Family::Finagle(finagle) => finagle.withdraw(now).then_some(0),
            Family::Off => Some(0),
        }
    }

    /// An attempt failed: one gRPC token less for every class but `fatal`, and for that too when the server said `never`.
    ///
    /// Not for a timeout that a pause of this client caused. Report before asking for the retry.
    pub fn on_failure(&mut self, class: FailureClass, never: bool, _now: Instant) {
        if let Family::Grpc(throttle) = &mut self.0 {
            throttle.on_failure(class, never);
        }
    }

    /// The call succeeded; `last_retry_cost` is what its last retry withdrew, `None` when it made none.
    pub fn on_success(&mut self, last_retry_cost: Option<u32>, _now: Instant) {
        match &mut self.0 {
            Family::Grpc(throttle) => throttle.on_success(),
            Family::Aws(quota) => quota.on_success(last_retry_cost),
            Family::Ratio(_) | Family::Finagle(_) | Family::Off => {}
        }
    }

    /// What is left, in micro-tokens; nothing of a budget that is off, which has no stock.
    pub fn level(&mut self, now: Instant) -> u64 {
        match &mut self.0 {
            Family::Ratio(ratio) => ratio.level(now),
            Family::Grpc(throttle) => u64::from(throttle.tokens()) * (TOKEN / 1000),
            Family::Aws(quota) => u64::from(quota.available()) * TOKEN,
            Family::Finagle(finagle) => finagle.level(now),
            Family::Off => 0,
        }
    }

    /// Takes new settings: a gRPC throttle keeps its share of the maximum, every other budget starts anew.
    pub fn reconfigure(&mut self, settings: BudgetSettings, now: Instant) {
        *self = match (&self.0, settings) {
            (Family::Grpc(throttle), BudgetSettings::Grpc { max_milli, ratio_milli }) => {
                Self(Family::Grpc(throttle.reconfigured(max_milli, ratio_milli)))
            }
            _ => Self::new(settings, now),
        };
    }

    /// What a snapshot keeps.
    pub(crate) fn learned(&self) -> LearnedBudget {
        match &self.0 {
            Family::Ratio(ratio) => LearnedBudget::Ratio(ratio.learned()),
            Family::Grpc(throttle) => LearnedBudget::Grpc(throttle.tokens()),
            Family::Aws(quota) => LearnedBudget::Aws(quota.available()),
            Family::Finagle(finagle) => {
                let (width, newest, amounts) = finagle.learned();
                LearnedBudget::Finagle(width, newest, amounts)
            }
            Family::Off => LearnedBudget::Off,
        }
    }

    /// Goes on from what a snapshot kept, within the present bounds; false when it was kept of another kind of budget,
    /// or of slots of another width.
    pub(crate) fn recall(&mut self, learned: &LearnedBudget) -> bool {
        match (&mut self.0, learned) {
            (Family::Ratio(ratio), LearnedBudget::Ratio(learned)) => return ratio.recall(learned),
            (Family::Grpc(throttle), LearnedBudget::Grpc(tokens)) => *throttle = throttle.clone().at(*tokens),
            (Family::Aws(quota), LearnedBudget::Aws(available)) => *quota = quota.clone().at(*available),
            (Family::Finagle(finagle), LearnedBudget::Finagle(width, newest, amounts)) => {
                return finagle.recall(*width, *newest, *amounts);
            }
            (Family::Off, LearnedBudget::Off) => {}
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests;
