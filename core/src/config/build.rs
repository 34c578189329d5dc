//! Turns what a class or the client sees of the document into the settings that the machine reads.
//!
//! Every value was checked against its row when it was read, so nothing can fail here; a value that cannot be there
//! reads as zero, as the first word or as off.

use super::{
    fill::preset,
    layer::{Value, View},
    rules::hedges,
    settings::{
        AttemptSettings, BudgetRule, Capacity, ClassSettings, HedgeSettings, Idempotency, Limits, Objective,
        Priority, RetrySettings, TimerSettings, TokenClock, TokenSettings, TraceSettings,
    },
    table::Key,
};
use crate::{
    balance::{
        breaker::BreakerSettings,
        choice::{BalancePolicy, BalanceSettings, RegionRule},
        ejection::{EjectionSettings, FailurePercentage, SuccessRate},
        health::HealthSettings,
        score::Weights,
    },
    hedge::delay::{DelaySettings, Strategy},
    latency::EstimatorSettings,
    retry::{
        backoff::{BackoffSettings, Base, Cap, Jitter, Kind, Order},
        budget::BudgetSettings,
        pushback::{PushbackMode, PushbackSettings},
    },
    signal::merge::{Guard, SignalSettings},
    stall::StallSettings,
    time::Duration,
    timer::pause::PauseSettings,
    token::{
        generator::{GeneratorSettings, OnDrift, Tier},
        window::{ColdStart, WindowSettings},
    },
};
use alloc::string::String;

const STRATEGIES: [Strategy; 5] =
    [Strategy::Off, Strategy::Fixed, Strategy::Quantile, Strategy::SingleR, Strategy::Slo];
const KINDS: [Kind; 3] = [Kind::Constant, Kind::Linear, Kind::Exponential];
const JITTERS: [Jitter; 6] =
    [Jitter::None, Jitter::Full, Jitter::Equal, Jitter::Proportional, Jitter::Decorrelated, Jitter::Anchored];
const ORDERS: [Order; 2] = [Order::CapFirst, Order::JitterFirst];
const PUSHBACKS: [PushbackMode; 5] = [
    PushbackMode::Floor,
    PushbackMode::Exact,
    PushbackMode::Window,
    PushbackMode::Clamp,
    PushbackMode::Ignore,
];
const POLICIES: [BalancePolicy; 6] = [
    BalancePolicy::Weighted,
    BalancePolicy::LeastRequest,
    BalancePolicy::RoundRobin,
    BalancePolicy::Random,
    BalancePolicy::HotCold,
    BalancePolicy::PeakEwma,
];
const REGIONS: [RegionRule; 3] = [RegionRule::Exclude, RegionRule::Weight, RegionRule::WhenEmpty];
const TIERS: [Tier; 3] = [Tier::ClientMonotonic, Tier::Regional, Tier::Global];

// Each of the small readers is asked for tens of fields and has no business to be copied there.
impl View<'_> {
    #[inline(never)]
    pub(super) fn count(&self, key: Key) -> u32 {
        self.number(key).map_or(0, |value| u32::try_from(value).unwrap_or(u32::MAX))
    }

    #[inline(never)]
    fn small(&self, key: Key) -> u8 {
        self.number(key).map_or(0, |value| u8::try_from(value).unwrap_or(u8::MAX))
    }

    #[inline(never)]
    fn maybe_duration(&self, key: Key) -> Option<Duration> {
        self.number(key).map(Duration::from_micros)
    }

    #[inline(never)]
    pub(super) fn duration(&self, key: Key) -> Duration {
        self.maybe_duration(key).unwrap_or_default()
    }

    fn word<T: Copy, const N: usize>(&self, key: Key, words: [T; N]) -> T {
        words.get(usize::from(self.code(key))).copied().unwrap_or(words[0])
    }

    /// A text, `None` for `null`.
    pub(super) fn text(&self, key: Key) -> Option<String> {
        match self.get(key) {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// The settings of the class that this view is of.
    pub(super) fn class(&self) -> ClassSettings {
        ClassSettings {
            objective: Objective {
                target: self.maybe_duration(Key::ObjectiveTarget),
                max: self.duration(Key::ObjectiveMax),
            },
            limits: Limits {
                calls: self.count(Key::LimitCalls),
                hedges: hedges(self) as u32,
                hedges_per_endpoint: self.number(Key::LimitHedgesPerEndpoint).map(|limit| limit as u32),
                adaptive: self.adaptive(),
            },
            hedge: self.hedge(),
            retry: RetrySettings {
                max_attempts: self.small(Key::RetryMaxAttempts),
                resend_not_sent: self.is_on(Key::RetryResendNotSent),
                backoff: self.backoff(),
                pushback: PushbackSettings {
                    mode: self.word(Key::PushbackMode, PUSHBACKS),
                    spread_milli: self.count(Key::PushbackSpread),
                    window: self.duration(Key::PushbackWindow),
                    clamp: self.duration(Key::PushbackClamp),
                },
            },
        }
    }

    fn hedge(&self) -> HedgeSettings {
        let strategy = self.word(Key::HedgeStrategy, STRATEGIES);
        HedgeSettings {
            delay: DelaySettings {
                strategy,
                // A delay that a less specific place left behind has no meaning here.
                delay: self.maybe_duration(Key::HedgeDelay).filter(|_| strategy == Strategy::Fixed),
                min_delay: self.duration(Key::HedgeMinDelay),
                budget_fraction_ppm: self.count(Key::HedgeBudgetFraction),
                min_samples: self.count(Key::HedgeMinSamples),
                miss_ratio_ppm: self.count(Key::HedgeMissRatio),
            },
            max: self.small(Key::HedgeMax),
            after_failure: self.is_on(Key::HedgeAfterFailure),
            lowest_priority: self.word(Key::HedgeLowestPriority, Priority::ALL),
            wait: self.code(Key::HedgeDenied) == 1,
        }
    }

    fn backoff(&self) -> BackoffSettings {
        BackoffSettings {
            kind: self.word(Key::BackoffKind, KINDS),
            base: self.maybe_duration(Key::BackoffBase).map_or(Base::Target, Base::Fixed),
            overloaded_base: preset(self.code(Key::RetryPreset)).backoff().overloaded_base,
            step: self.maybe_duration(Key::BackoffStep),
            factor_milli: self.count(Key::BackoffFactor),
            cap: self.maybe_duration(Key::BackoffCap).map_or(Cap::Max, Cap::Fixed),
            jitter: self.word(Key::BackoffJitter, JITTERS),
            order: self.word(Key::BackoffOrder, ORDERS),
            proportion_milli: self.count(Key::BackoffProportion),
            unknown_target: self.duration(Key::BackoffUnknownTarget),
        }
    }

    pub(super) fn idempotency(&self) -> Idempotency {
        self.word(Key::Idempotency, Idempotency::ALL)
    }

    pub(super) fn priority(&self) -> Priority {
        self.word(Key::Priority, Priority::ALL)
    }

    pub(super) fn budget(&self) -> BudgetRule {
        let amount = |key| self.number(key).unwrap_or(0);
        let cap = amount(Key::BudgetCap);
        let settings = match self.code(Key::BudgetMode) {
            0 => BudgetSettings::Ratio {
                ratio: amount(Key::BudgetRatio),
                cap,
                window: self.duration(Key::BudgetWindow),
                min_rate: amount(Key::BudgetMinRate),
                initial: self.number(Key::BudgetInitial).unwrap_or(cap),
            },
            1 => BudgetSettings::Grpc {
                max_milli: self.count(Key::BudgetMax) / 1000,
                ratio_milli: self.count(Key::BudgetRatio) / 1000,
            },
            2 => BudgetSettings::Aws {
                capacity: self.count(Key::BudgetCapacity),
                costs: preset(self.code(Key::RetryPreset)).aws_costs(),
            },
            3 => BudgetSettings::Finagle {
                ttl: self.duration(Key::BudgetTtl),
                min_per_s: self.count(Key::BudgetMinPerS),
                pct: amount(Key::BudgetPct),
            },
            _ => BudgetSettings::Off,
        };
        BudgetRule { settings, per_service: self.code(Key::BudgetScope) == 1 }
    }

    pub(super) fn timer(&self) -> TimerSettings {
        TimerSettings {
            pause: PauseSettings {
                stages: self.small(Key::TimerStages),
                grace: self.is_on(Key::TimerGrace),
                slack: self.maybe_duration(Key::TimerSlack),
                max_ext: self.small(Key::TimerMaxExt),
                ceiling_factor: self.number(Key::TimerCeilingFactor).map(|factor| factor as u8),
                resolution: self.duration(Key::TimerResolution),
            },
            late_tol: self.duration(Key::TimerLateTol),
        }
    }

    pub(super) fn attempt(&self) -> AttemptSettings {
        AttemptSettings {
            timeout: self.maybe_duration(Key::AttemptTimeout),
            orphan_ttl: self.duration(Key::AttemptOrphanTtl),
        }
    }

    pub(super) fn estimator(&self) -> EstimatorSettings {
        EstimatorSettings {
            idle_reset: self.duration(Key::EstimatorIdleReset),
            half: self.duration(Key::EstimatorHalf),
            refresh_every: self.count(Key::EstimatorRefreshEvery),
        }
    }

    pub(super) fn balance(&self) -> BalanceSettings {
        BalanceSettings {
            policy: self.word(Key::BalancePolicy, POLICIES),
            n: self.small(Key::BalanceN),
            weights: Weights {
                other_zone: self.count(Key::WeightOtherZone),
                non_replica: self.count(Key::WeightNonReplica),
                starting: self.count(Key::WeightStarting),
                unhealthy: self.count(Key::WeightUnhealthy),
                other_region: self.count(Key::WeightOtherRegion),
            },
            other_region: self.word(Key::BalanceOtherRegion, REGIONS),
            start_min: self.duration(Key::BalanceStartMin),
            start_spread: self.duration(Key::BalanceStartSpread),
            choices: self.small(Key::BalanceChoices),
            replacement: self.is_on(Key::BalanceReplacement),
            quantile_ppm: self.count(Key::BalanceQuantile),
            half_life: self.duration(Key::BalanceHalfLife),
        }
    }

    pub(super) fn health(&self) -> HealthSettings {
        HealthSettings {
            min_in_flight: self.count(Key::HealthMinInFlight),
            window: self.duration(Key::HealthWindow),
        }
    }

    pub(super) fn ejection(&self) -> EjectionSettings {
        EjectionSettings {
            enabled: self.is_on(Key::EjectionEnabled),
            consecutive: self.count(Key::EjectionConsecutive),
            interval: self.duration(Key::EjectionInterval),
            base: self.duration(Key::EjectionBase),
            max: self.duration(Key::EjectionMax),
            max_percent: self.small(Key::EjectionMaxPercent),
            success_rate: self.is_on(Key::SuccessRateEnabled).then(|| SuccessRate {
                min_endpoints: self.count(Key::SuccessRateMinEndpoints),
                min_requests: self.count(Key::SuccessRateMinRequests),
                factor_permille: self.count(Key::SuccessRateFactor),
                min_gap_ppm: self.count(Key::SuccessRateMinGap),
            }),
            failure_percentage: self.is_on(Key::FailurePercentage).then(|| FailurePercentage {
                threshold: self.small(Key::FailureThreshold),
                min_endpoints: self.count(Key::FailureMinEndpoints),
                min_requests: self.count(Key::FailureMinRequests),
            }),
            count_overload: self.is_on(Key::EjectionCountOverload),
        }
    }

    pub(super) fn breaker(&self) -> Option<BreakerSettings> {
        self.is_on(Key::Breaker).then(|| BreakerSettings {
            window: self.duration(Key::BreakerWindow),
            min_requests: self.count(Key::BreakerMinRequests),
            failure_ppm: self.count(Key::BreakerFailureRatio),
            sleep: self.duration(Key::BreakerSleep),
        })
    }

    pub(super) fn stall(&self) -> StallSettings {
        StallSettings {
            enabled: self.is_on(Key::StallEnabled),
            threshold: self.duration(Key::StallThreshold),
            weight: self.count(Key::StallWeight),
            warn: self.duration(Key::StallWarn),
            slack: self.duration(Key::StallSlack),
        }
    }

    /// `longest` is the largest max of any class.
    pub(super) fn token(&self, longest: u64) -> TokenSettings {
        TokenSettings {
            generator: GeneratorSettings {
                tier: self.word(Key::TokenTier, TIERS),
                resolution: self.duration(Key::TokenResolution),
                max_drift: self.duration(Key::TokenMaxDrift),
                on_drift: self.word(Key::TokenOnDrift, [OnDrift::Continue, OnDrift::Refuse]),
            },
            clock: self.word(Key::TokenClock, [TokenClock::Wall, TokenClock::Estimated]),
            uuid7: self.code(Key::TokenHeaderForm) == 0,
            window: WindowSettings {
                past: accepted_past(self.number(Key::TokenAcceptPast), longest),
                future: self.duration(Key::TokenAcceptFuture),
                capacity: self.count(Key::TokenWindowCapacity),
                cold_start: self.word(Key::TokenWindowColdStart, [ColdStart::Open, ColdStart::Closed]),
            },
        }
    }

    pub(super) fn signal(&self) -> SignalSettings {
        SignalSettings {
            handshake: self.is_on(Key::SignalHandshake),
            refresh: self.duration(Key::SignalRefresh),
            jitter_ppm: self.count(Key::SignalJitter),
            ttl: self.duration(Key::SignalTtl),
            guard: Guard {
                min_target: self.duration(Key::GuardMinTarget),
                max_max: self.duration(Key::GuardMaxMax),
                max_calls: self.count(Key::GuardMaxCalls),
                max_hedges: self.count(Key::GuardMaxHedges),
                ttl_min: self.duration(Key::GuardTtlMin),
                ttl_max: self.duration(Key::GuardTtlMax),
            },
        }
    }

    pub(super) fn trace(&self) -> TraceSettings {
        TraceSettings {
            enabled: self.is_on(Key::TraceEnabled),
            buffer: self.count(Key::TraceBuffer),
            notes: self.count(Key::TraceNotes),
            explain_calls: self.count(Key::TraceExplainCalls),
        }
    }

    pub(super) fn capacity(&self) -> Capacity {
        Capacity {
            calls: self.count(Key::CapacityCalls),
            endpoints: self.count(Key::CapacityEndpoints),
            namespaces: self.count(Key::CapacityNamespaces),
            operations: self.count(Key::CapacityOperations),
        }
    }
}

/// What covers the retries of every call: what the document says, else twice the longest of them, and never below the
/// default.
fn accepted_past(given: Option<u64>, longest: u64) -> Duration {
    let needed = Duration::from_micros(longest).saturating_mul(2);
    given.map_or(WindowSettings::DEFAULT.past.max(needed), Duration::from_micros)
}
