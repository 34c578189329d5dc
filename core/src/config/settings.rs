//! The settings that the machine reads, as types; see the table of fields for meanings, defaults and ranges.

use crate::{
    hedge::delay::DelaySettings,
    limit::adaptive::AdaptiveSettings,
    retry::{backoff::BackoffSettings, budget::BudgetSettings, pushback::PushbackSettings},
    time::Duration,
    timer::pause::PauseSettings,
    token::{generator::GeneratorSettings, window::WindowSettings},
};
use alloc::string::String;

/// Whether a call may be sent again (`operations.<op>.idempotency`); the discriminants are the codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Idempotency {
    /// Never a second attempt.
    #[default]
    None = 0,
    /// Retried, never hedged.
    Retry = 1,
    /// Retried and hedged, without a token.
    Natural = 2,
    /// Retried and hedged, because the same token travels with every attempt.
    Token = 3,
}

impl Idempotency {
    /// Every word, by code.
    pub const ALL: [Self; 4] = [Self::None, Self::Retry, Self::Natural, Self::Token];

    /// The number at a boundary.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The word of a number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// Importance of a call (`operations.<op>.priority`); the discriminants are the codes, a greater one matters less.
///
/// ```
/// use hedgerow::config::Priority;
/// assert!(Priority::Bulk > Priority::Critical);
/// assert_eq!(Priority::from_code(2), Some(Priority::BestEffort));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Priority {
    /// The user waits and nothing replaces the answer.
    #[default]
    Critical = 0,
    /// Without the answer the user gets less.
    Degraded = 1,
    /// Nice to have.
    BestEffort = 2,
    /// Background work.
    Bulk = 3,
}

impl Priority {
    /// Every word, by code.
    pub const ALL: [Self; 4] = [Self::Critical, Self::Degraded, Self::BestEffort, Self::Bulk];

    /// The number at a boundary.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The word of a number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// `objective.*`: what a class aims at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objective {
    /// Latency that hedges and retries try to meet, 100 µs – 60 s, at most `max`; `None` until a signal names it.
    pub target: Option<Duration>,
    /// Time after which a call is given up, 1 ms – 1 h.
    pub max: Duration,
}

/// `limits.*`: what a namespace may have in flight when a call of this class asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls, 1 – 1 000 000.
    pub calls: u32,
    /// Hedges, 0 – `calls`.
    pub hedges: u32,
    /// Hedges at one endpoint, 1 – `hedges`; `None` is no limit.
    pub hedges_per_endpoint: Option<u32>,
    /// What lowers the limit of calls by what it observes; `None` is off.
    pub adaptive: Option<AdaptiveSettings>,
}

/// `hedge.*`: when a second copy of a call is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HedgeSettings {
    /// How the delay is found.
    pub delay: DelaySettings,
    /// Hedges per call, 0 – 4; 0 is off.
    pub max: u8,
    /// Whether a failure sends the next hedge at once.
    pub after_failure: bool,
    /// The least important priority whose calls are hedged.
    pub lowest_priority: Priority,
    /// Whether a hedge that meets the limit waits for a slot (`denied: wait`) instead of being dropped.
    pub wait: bool,
}

/// `retry.*`: when a failed call is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySettings {
    /// Attempts of a call, the first and its retries, 1 – 10; 1 is off.
    pub max_attempts: u8,
    /// Whether a call that is not idempotent is tried again when nothing was transmitted.
    pub resend_not_sent: bool,
    /// The delay before a retry.
    pub backoff: BackoffSettings,
    /// What a server's hint does to that delay.
    pub pushback: PushbackSettings,
}

/// The settings of one class, a pair of namespace and operation, resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassSettings {
    /// What it aims at.
    pub objective: Objective,
    /// What its namespace may have in flight.
    pub limits: Limits,
    /// When it hedges.
    pub hedge: HedgeSettings,
    /// When it retries.
    pub retry: RetrySettings,
}

/// One named operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name, 1 – 64 bytes.
    pub name: String,
    /// Whether its calls may be sent again.
    pub idempotency: Idempotency,
    /// Importance of its calls.
    pub priority: Priority,
}

/// `timer.*`: pause-tolerant timers and the host's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerSettings {
    /// The stages of a pause-tolerant timer.
    pub pause: PauseSettings,
    /// Lateness of a tick from which on a host lets its event loop turn once more; no decision reads it.
    pub late_tol: Duration,
}

/// `attempt.*`: the end of an attempt that nobody reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptSettings {
    /// Pause-tolerant time after which an attempt is given up for a retry; `None` is off.
    pub timeout: Option<Duration>,
    /// Time after which an attempt of a decided call counts as ended.
    pub orphan_ttl: Duration,
}

/// `trace.*`: what is kept to be told later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceSettings {
    /// Whether every input and decision is recorded.
    pub enabled: bool,
    /// Lines that may wait to be fetched.
    pub buffer: u32,
    /// Notes kept to be fetched; 0 is off.
    pub notes: u32,
    /// Finished calls that can still be explained.
    pub explain_calls: u32,
}

/// `capacity.*`: the bounds of the client's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Calls, undecided and lingering.
    pub calls: u32,
    /// Live endpoints.
    pub endpoints: u32,
    /// Names of namespaces.
    pub namespaces: u32,
    /// Names of operations.
    pub operations: u32,
}

/// `budget.*`: what retries and hedges ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetRule {
    /// The algorithm and its numbers.
    pub settings: BudgetSettings,
    /// Whether all namespaces share one budget.
    pub per_service: bool,
}

/// `token.clock`: where the wall time of a minted token comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenClock {
    /// The host gives it with each call.
    Wall,
    /// It is estimated from the server's clock.
    Estimated,
}

/// `token.*`: how tokens are minted and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenSettings {
    /// How they are minted.
    pub generator: GeneratorSettings,
    /// Where the time comes from.
    pub clock: TokenClock,
    /// Whether headers carry the uuid7 form, else hex.
    pub uuid7: bool,
    /// What a server accepts once.
    pub window: WindowSettings,
}
