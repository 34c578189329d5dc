//! STUB (helper C)
use crate::{
    retry::outcome::FailureClass,
    time::{Duration, Instant},
};
/// Micro-tokens: 1 token = 1 000 000.
pub const TOKEN: u64 = 1_000_000;
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetSettings {
    Ratio {
        ratio: u64,
        cap: u64,
        window: Duration,
        min_rate: u64,
        initial: u64,
    },
    Grpc {
        max_milli: u32,
        ratio_milli: u32,
    },
    /** costs by class */
    Aws {
        capacity: u32,
        costs: AwsCosts,
    },
    Finagle {
        ttl: Duration,
        min_per_s: u32,
        pct: u64,
    },
    Off,
}
impl BudgetSettings {
    /// `budget.mode: ratio` with every default (0.1, 10 tokens, 10 s, 0.1/s).
    pub const RATIO: Self = Self::Ratio {
        ratio: 100_000,
        cap: 10 * TOKEN,
        window: Duration::from_secs(10),
        min_rate: 100_000,
        initial: 10 * TOKEN,
    };
    /// `budget.mode: grpc` with every default (10, 0.1).
    pub const GRPC: Self = Self::Grpc { max_milli: 10_000, ratio_milli: 100 };
    /// `budget.mode: aws` with every default (500; the costs of version 2.1).
    pub const AWS: Self =
        Self::Aws { capacity: 500, costs: AwsCosts { transient: 14, timeout: 14, overloaded: 5 } };
    /// `budget.mode: finagle` with every default (10 s, 10/s, 0.2).
    pub const FINAGLE: Self = Self::Finagle { ttl: Duration::from_secs(10), min_per_s: 10, pct: 200_000 };
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AwsCosts {
    pub transient: u32,
    pub timeout: u32,
    pub overloaded: u32,
}
/// One budget (per namespace or service).
#[derive(Clone, Debug)]
pub struct Budget(());
impl Budget {
    pub fn new(settings: BudgetSettings, now: Instant) -> Self {
        todo!()
    }
    /// A first attempt is sent.
    pub fn deposit(&mut self, now: Instant) {
        todo!()
    }
    /// May one more attempt be sent? Takes what it costs; answers the cost taken (aws: for the refund; else 0), `None` = refused.
    /// `class` = the failure that asks for the retry; hedges ask with `Transient`.
    pub fn withdraw(&mut self, class: FailureClass, now: Instant) -> Option<u32> {
        todo!()
    }
    /// An attempt's failure (grpc: −1 token for the counted classes; `never` counts fatal too). Client-pause timeouts are not reported here.
    pub fn on_failure(&mut self, class: FailureClass, never: bool, now: Instant) {
        todo!()
    }
    /// The call succeeded; `last_retry_cost` = what its last retry withdrew (`None`: it made none).
    pub fn on_success(&mut self, last_retry_cost: Option<u32>, now: Instant) {
        todo!()
    }
    /// What is left, in micro-tokens, for explain and stats.
    pub fn level(&mut self, now: Instant) -> u64 {
        todo!()
    }
}
