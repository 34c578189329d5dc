//! STUB (helper F): the configuration document, its table of fields, and the typed settings the machine reads.
use crate::{
    balance::{choice::BalanceSettings, ejection::EjectionSettings, health::HealthSettings},
    hedge::delay::DelaySettings,
    latency::EstimatorSettings,
    retry::{backoff::BackoffSettings, budget::BudgetSettings, pushback::PushbackSettings},
    signal::merge::SignalSettings,
    stall::StallSettings,
    time::Duration,
    timer::pause::PauseSettings,
    token::generator::GeneratorSettings,
};
use alloc::{string::String, vec::Vec};

/// `operations.<op>.idempotency`, codes 0..=3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Idempotency {
    None = 0,
    Retry = 1,
    Natural = 2,
    Token = 3,
}
/// Codes 0..=3; a greater one is less important.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Priority {
    Critical = 0,
    Degraded = 1,
    BestEffort = 2,
    Bulk = 3,
}

/// A document that breaks a rule: where, what was found, what is allowed. Display: `{path}: {value}, want {range}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub path: String,
    pub value: String,
    pub range: String,
}

/// `objective.*`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objective {
    pub target: Option<Duration>,
    pub max: Duration,
}
/// `limits.*`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub calls: u32,
    pub hedges: u32,
    pub hedges_per_endpoint: Option<u32>,
}
/// `hedge.*`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HedgeSettings {
    pub delay: DelaySettings,
    pub max: u8,
    pub after_failure: bool,
    pub lowest_priority: Priority,
    /** `denied: wait` */
    pub wait: bool,
}
/// `retry.*`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySettings {
    pub max_attempts: u8,
    pub resend_not_sent: bool,
    pub backoff: BackoffSettings,
    pub pushback: PushbackSettings,
}
/// The settings of one class (namespace, operation), resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassSettings {
    pub objective: Objective,
    pub limits: Limits,
    pub hedge: HedgeSettings,
    pub retry: RetrySettings,
}
/// One named operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    pub name: String,
    pub idempotency: Idempotency,
    pub priority: Priority,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerSettings {
    pub pause: PauseSettings,
    pub late_tol: Duration,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptSettings {
    pub timeout: Option<Duration>,
    pub orphan_ttl: Duration,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceSettings {
    pub enabled: bool,
    pub buffer: u32,
    pub notes: u32,
    pub explain_calls: u32,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    pub calls: u32,
    pub endpoints: u32,
    pub namespaces: u32,
    pub operations: u32,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetRule {
    pub settings: BudgetSettings,
    /** one per service instead of one per namespace */
    pub per_service: bool,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenClock {
    Wall,
    Estimated,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenSettings {
    pub generator: GeneratorSettings,
    pub clock: TokenClock,
    /** uuid7 (true) or hex */
    pub uuid7: bool,
}

/// A validated configuration. Build with `Config::from_document` / serde `Deserialize`; `Config::default()` is the empty document.
#[derive(Clone, Debug)]
pub struct Config {
    pub service: String,
    pub region: Option<String>,
    pub zone: Option<String>,
    pub timer: TimerSettings,
    pub attempt: AttemptSettings,
    pub estimator: EstimatorSettings,
    pub balance: BalanceSettings,
    pub health: HealthSettings,
    pub ejection: EjectionSettings,
    pub stall: StallSettings,
    pub budget: BudgetRule,
    pub token: TokenSettings,
    pub signal: SignalSettings,
    pub trace: TraceSettings,
    pub capacity: Capacity,
    /// Named namespaces in byte order; number = index + 1, 0 = the unnamed default.
    pub namespaces: Vec<String>,
    /// Named operations in byte order; number = index + 1, 0 = the unnamed default.
    pub operations: Vec<Operation>,
    // private: overlays per ns, op, (ns, op)
}
impl Config {
    /// Idempotency and priority of an operation.
    pub fn operation(&self, operation: u32) -> (Idempotency, Priority) {
        todo!()
    }
    /// Resolved settings of a class; numbers beyond the document's names (interned later) take the unnamed values.
    pub fn class(&self, namespace: u32, operation: u32) -> ClassSettings {
        todo!()
    }
}
impl Default for Config {
    fn default() -> Self {
        todo!()
    }
}
/// STUB
pub fn check_endpoint(path: &str, spec: &crate::client::action::EndpointSpec) -> Result<(), ConfigError> {
    todo!()
}
