//! The table of every field of the configuration document: the one place where defaults and ranges stand.
//!
//! Rows are in the order of the reference. Defaults that a published design owns are taken from its preset, so that
//! they too stand once. Nothing that a document says is ever ignored.

use super::adaptive::ALGORITHMS;
use super::field::{About, Condition, Default, Field, Kind, about};
use crate::{
    limit::{AimdSettings, Bounds, Gradient2Settings, VegasSettings, window::WindowSettings},
    retry::{backoff::BackoffSettings, preset::Preset, pushback::PushbackSettings},
    time::MAX_MICROS,
    token::window::WindowSettings as AcceptSettings,
};

/// Names of the priorities, by code; a later one is less important.
pub(super) const PRIORITIES: &[&str] = &["critical", "degraded", "best_effort", "bulk"];

/// Names of the presets, by code.
pub(super) const PRESETS: &[&str] = &["netflix", "grpc_a6", "aws_2_0", "aws_2_1", "finagle"];

const NETFLIX: BackoffSettings = Preset::Netflix.backoff();
const HINTS: PushbackSettings = Preset::Netflix.pushback();
/// Jitters that draw around a nominal delay; the decorrelated one grows by its own rule.
const NOMINAL: &[&str] = &["none", "full", "equal", "proportional", "anchored"];
const HOUR: u64 = 3_600_000_000;
const MINUTE: u64 = 60_000_000;
const DAY: u64 = 24 * HOUR;
const ARTICLE: &str = "InfoQ, How Netflix Ensures Highly-Reliable Online Stateful Systems";
const DRIVER: &str = "apache/cassandra-java-driver, weighted load balancing (pull request 1922)";
const ENVOY: &str = "Envoy outlier detection";
const A6: &str = "gRPC proposal A6";
const FINAGLE: &str = "Finagle RetryBudget";
const AWS: &str = "AWS SDK standard retry mode";
const JVMQUAKE: &str = "Netflix-Skunkworks/jvmquake";
const LIMITS: &str = "Netflix/concurrency-limits";
const AIMD: AimdSettings = AimdSettings::DEFAULT;
const GRADIENT: Gradient2Settings = Gradient2Settings::DEFAULT;
const VEGAS: VegasSettings = VegasSettings::DEFAULT;
const WINDOW: WindowSettings = WindowSettings::DEFAULT;
const ACCEPT: AcceptSettings = AcceptSettings::DEFAULT;
const ADAPTS: Condition = on("limits.adaptive.algorithm", &["aimd", "gradient2", "vegas"]);
const GRADIENT2: Condition = on("limits.adaptive.algorithm", &["gradient2"]);
const BY_QUEUE: Condition = on("limits.adaptive.algorithm", &["vegas"]);

macro_rules! table {
    ($($key:ident = $field:expr, $about:expr;)*) => {
        /// A row of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub(super) enum Key { $($key,)* }

        impl Key {
            /// Every row, in the order of the table.
            pub(super) const ALL: &'static [Self] = &[$(Self::$key,)*];
        }

        pub(super) static FIELDS: [Field; Key::ALL.len()] = [$($field,)*];
        // Apart from the rows, so that a build that shows no reference carries no prose.
        pub(super) static ABOUT: [About; Key::ALL.len()] = [$($about,)*];
    };
}

impl Key {
    /// What the row says.
    #[allow(clippy::indexing_slicing, reason = "a key is the number of its row")]
    pub(super) fn field(self) -> &'static Field {
        &FIELDS[self as usize]
    }
}

const fn int(path: &'static str, default: u64, min: u64, max: u64) -> Field {
    Field::new(path, Kind::Integer { min, max }, Default::Number(default))
}

const fn time(path: &'static str, default: u64, min: u64, max: u64) -> Field {
    Field::new(path, Kind::Duration { min, max }, Default::Number(default))
}

/// Bounds and default in parts per million.
const fn ratio(path: &'static str, default: u64, min: u64, max: u64) -> Field {
    Field::new(path, Kind::Ratio { min, max }, Default::Number(default))
}

/// Bounds and default in thousandths.
const fn milli(path: &'static str, default: u64, min: u64, max: u64) -> Field {
    Field::new(path, Kind::Thousandths { min, max }, Default::Number(default))
}

const fn flag(path: &'static str, default: bool) -> Field {
    Field::new(path, Kind::Bool, Default::Bool(default))
}

const fn word(path: &'static str, default: &'static str, words: &'static [&'static str]) -> Field {
    Field::new(path, Kind::Word(words), Default::Word(default))
}

/// A field that is `null` by default.
const fn none(path: &'static str, kind: Kind) -> Field {
    Field::new(path, kind, Default::Null).or_null()
}

const fn micros(min: u64, max: u64) -> Kind {
    Kind::Duration { min, max }
}

const fn on(path: &'static str, words: &'static [&'static str]) -> Condition {
    Condition { path, words }
}

table! {
    Version = int("version", 1, 1, 1),
        about("Version of this schema.");
    Service = Field::new("service", Kind::Text { max_bytes: 64 }, Default::Text("")),
        about("Name of the service, a label only.");
    Region = none("locality.region", Kind::Text { max_bytes: 64 }),
        about("Region the client runs in.").null("unknown: every endpoint is of the same region");
    Zone = none("locality.zone", Kind::Text { max_bytes: 64 }),
        about("Zone the client runs in.").null("unknown: the zone factor never applies");

    ObjectiveTarget = none("objective.target_us", micros(100, MINUTE)).class(),
        about("Latency that hedges and retries try to meet; at most the class's max.")
            .null("unknown until configured or signalled").from(ARTICLE);
    ObjectiveMax = time("objective.max_us", 30_000_000, 1000, HOUR).class(),
        about("Time after which a call is given up.");

    Idempotency = word("operations.<op>.idempotency", "none", &["none", "retry", "natural", "token"]).operation(),
        about("Whether a call may be sent again: never, retried only, also hedged, or also hedged by its token.");
    Priority = word("operations.<op>.priority", "critical", PRIORITIES).operation(),
        about("Importance of the operation's calls.").from("Netflix, prioritized load shedding");

    LimitCalls = int("limits.calls", 1000, 1, 1_000_000).class(),
        about("Calls of the namespace in flight at which a call of this class is refused.").unit("calls")
            .from(ARTICLE);
    LimitHedges = none("limits.hedges", Kind::Integer { min: 0, max: 1_000_000 }).class(),
        about("Hedges of the namespace in flight at which a hedge of this class is refused.").unit("hedges")
            .null("50, or calls if fewer").from(ARTICLE);
    LimitHedgesPerEndpoint = none("limits.hedges_per_endpoint", Kind::Integer { min: 1, max: 1_000_000 }).class(),
        about("Hedges in flight at one endpoint at which it gets no more.").unit("hedges").null("no limit");
    LimitAdaptive = none("limits.adaptive", Kind::Section).class(),
        about("An algorithm that lowers the limit of calls by what it observes.").from(LIMITS)
            .null("the configured or signalled number is the limit");
    AdaptiveAlgorithm = word("limits.adaptive.algorithm", "aimd", ALGORITHMS).class(),
        about("How the limit is found: by loss, by the ratio of response times, by an estimate of the queue, or not at all.")
            .from(LIMITS);
    AdaptiveInitial = int("limits.adaptive.initial", Bounds::DEFAULT.initial as u64, 1, 1_000_000).class(),
        about("The limit at the start.").unit("calls").from(LIMITS);
    AdaptiveMin = none("limits.adaptive.min", Kind::Integer { min: 1, max: 1_000_000 }).class().when(&[ADAPTS]),
        about("The least limit; at most the initial one.").unit("calls").null("20, or 1 with vegas").from(LIMITS);
    AdaptiveMax = none("limits.adaptive.max", Kind::Integer { min: 1, max: 1_000_000 }).class().when(&[ADAPTS]),
        about("The greatest limit; at least the initial one.").unit("calls").null("200, or 1000 with vegas").from(LIMITS);
    AdaptiveBackoff = ratio("limits.adaptive.backoff", AIMD.backoff_ppm as u64, 500_000, 999_999).class()
            .when(&[on("limits.adaptive.algorithm", &["aimd"])]),
        about("Share of the limit that a drop leaves.").from(LIMITS);
    AdaptiveTimeout = time("limits.adaptive.timeout_us", AIMD.timeout.as_micros(), 1, HOUR).class()
            .when(&[on("limits.adaptive.algorithm", &["aimd"])]),
        about("A slower answer counts as a drop.").from(LIMITS);
    AdaptiveSmoothing = none("limits.adaptive.smoothing", Kind::Ratio { min: 1, max: 1_000_000 }).class()
            .when(&[on("limits.adaptive.algorithm", &["gradient2", "vegas"])]),
        about("Weight of a new value of the limit.").null("0.2, or 1 with vegas").from(LIMITS);
    AdaptiveQueue = int("limits.adaptive.queue", GRADIENT.queue as u64, 0, 1000).class().when(&[GRADIENT2]),
        about("Calls that may wait: what the limit grows by while nothing is slow.").unit("calls").from(LIMITS);
    AdaptiveTolerance = ratio("limits.adaptive.tolerance", GRADIENT.tolerance_ppm as u64, 1_000_000, 10_000_000).class()
            .when(&[GRADIENT2]),
        about("Ratio of present to long-term response time that is not slow yet.").from(LIMITS);
    AdaptiveLongWindow = int("limits.adaptive.long_window", GRADIENT.long_window as u64, 10, 100_000).class()
            .when(&[GRADIENT2]),
        about("Samples that the long-term average spans.").unit("samples").from(LIMITS);
    AdaptiveWarmup = int("limits.adaptive.warmup", GRADIENT.warmup as u64, 1, 100_000).class().when(&[GRADIENT2]),
        about("Samples whose plain mean that average begins with; at most its window.").unit("samples").from(LIMITS);
    AdaptiveDropFactor = ratio("limits.adaptive.drop_factor", GRADIENT.drop_factor_ppm as u64, 500_000, 1_000_000)
            .class().when(&[GRADIENT2]),
        about("What a window with drops multiplies the limit by; 1 ignores drops, as published.");
    AdaptiveBaselineCap = time("limits.adaptive.baseline_cap_us", GRADIENT.baseline_cap.as_micros(), 0, HOUR).class()
            .when(&[GRADIENT2]),
        about("The most that the long-term average is taken for, 0 for no cap.");
    AdaptiveAlpha = int("limits.adaptive.alpha", VEGAS.alpha as u64, 1, 100).class().when(&[BY_QUEUE]),
        about("Waiting calls below which the limit grows, in its steps; less than beta.").from(LIMITS);
    AdaptiveBeta = int("limits.adaptive.beta", VEGAS.beta as u64, 1, 100).class().when(&[BY_QUEUE]),
        about("Waiting calls above which the limit shrinks, in its steps.").from(LIMITS);
    AdaptiveProbeMultiplier = int("limits.adaptive.probe_multiplier", VEGAS.probe_multiplier as u64, 1, 10_000).class()
            .when(&[BY_QUEUE]),
        about("Samples between two probes of the response time without load, in multiples of the limit.").from(LIMITS);
    AdaptiveWindowMin = time("limits.adaptive.window.min_us", WINDOW.min.as_micros(), 10_000, MINUTE).class(),
        about("The shortest time over which samples become one.").from(LIMITS);
    AdaptiveWindowMax = time("limits.adaptive.window.max_us", WINDOW.max.as_micros(), 10_000, MINUTE).class(),
        about("The longest such time; at least the shortest.").from(LIMITS);
    AdaptiveWindowMinSamples = int("limits.adaptive.window.min_samples", WINDOW.min_samples as u64, 1, 100_000).class(),
        about("Samples below which a window is discarded.").unit("samples").from(LIMITS);
    AdaptiveWindowMinRtt = time("limits.adaptive.window.min_rtt_us", WINDOW.min_rtt.as_micros(), 0, 1_000_000).class(),
        about("A faster answer is no sample.").from(LIMITS);

    HedgeStrategy = word("hedge.strategy", "slo", &["off", "fixed", "quantile", "single_r", "slo"]).class(),
        about("How the delay before a hedge is found.").from(ARTICLE);
    HedgeDelay = none("hedge.delay_us", micros(0, MINUTE)).class().when(&[on("hedge.strategy", &["fixed"])]),
        about("The delay of the fixed strategy, which requires it.").null("none");
    HedgeMax = int("hedge.max", 1, 0, 4).class(),
        about("Hedges that a call may send.").unit("hedges").from(A6);
    HedgeMinDelay = time("hedge.min_delay_us", 0, 0, MINUTE).class(),
        about("The least delay of a computed strategy.");
    HedgeBudgetFraction = ratio("hedge.budget_fraction", 50_000, 100, 500_000).class(),
        about("Share of calls that may be hedged.").from("Dean and Barroso, The Tail at Scale");
    HedgeMinSamples = int("hedge.min_samples", 10, 1, 10_000).class(),
        about("Samples below which the observed latency is not trusted.").unit("samples");
    HedgeMissRatio = ratio("hedge.miss_ratio", 950_000, 500_000, 1_000_000).class(),
        about("Share of the target from which on the average latency forbids hedges.");
    HedgeDenied = word("hedge.denied", "drop", &["drop", "wait"]).class(),
        about("Whether a hedge that meets the limit is dropped or waits for a slot.").from(ARTICLE);
    HedgeAfterFailure = flag("hedge.after_failure", true).class(),
        about("Whether a failed attempt sends the next hedge at once.").from(A6);
    HedgeLowestPriority = word("hedge.lowest_priority", "best_effort", PRIORITIES).class(),
        about("The least important priority whose calls are hedged.");

    RetryPreset = word("retry.preset", "netflix", PRESETS).class(),
        about("Published design that fills the backoff, pushback, attempts and, at the top, budget not given with it.");
    RetryMaxAttempts = int("retry.max_attempts", Preset::Netflix.max_attempts() as u64, 1, 10).preset(),
        about("Attempts of a call, the first and its retries.").unit("attempts");
    RetryResendNotSent = flag("retry.resend_not_sent", false).class(),
        about("Whether a call that is not idempotent is tried again when nothing was transmitted.");
    BackoffKind = word("retry.backoff.kind", "exponential", &["constant", "linear", "exponential"]).preset(),
        about("How the nominal delay grows; the decorrelated jitter does not look at it.");
    BackoffBase = Field::new("retry.backoff.base_us", Kind::DurationOr { word: "target", min: 0, max: HOUR },
            Default::Word("target")).preset(),
        about("Nominal delay of the first retry; target follows the class's target.").from(ARTICLE);
    BackoffStep = none("retry.backoff.step_us", micros(0, HOUR)).preset()
            .when(&[on("retry.backoff.kind", &["linear"]), on("retry.backoff.jitter", NOMINAL)]),
        about("What each further retry adds to the delay.").null("the base");
    BackoffFactor = milli("retry.backoff.factor", NETFLIX.factor_milli as u64, 1000, 100_000).preset()
            .when(&[on("retry.backoff.kind", &["exponential"]), on("retry.backoff.jitter", NOMINAL)]),
        about("What each further retry multiplies the delay by.");
    BackoffCap = Field::new("retry.backoff.cap_us", Kind::DurationOr { word: "max", min: 0, max: HOUR },
            Default::Word("max")).preset(),
        about("The greatest nominal delay; max follows the class's max.").from(ARTICLE);
    BackoffJitter = word("retry.backoff.jitter", "anchored",
            &["none", "full", "equal", "proportional", "decorrelated", "anchored"]).preset(),
        about("How the delay is drawn around its nominal value.")
            .from("AWS Architecture Blog, Exponential Backoff And Jitter");
    BackoffOrder = word("retry.backoff.order", "cap_first", &["cap_first", "jitter_first"]).preset(),
        about("Whether the cap or the jitter acts first; the decorrelated jitter does not look at it.");
    BackoffProportion = milli("retry.backoff.proportion", NETFLIX.proportion_milli as u64, 0, 1000).preset()
            .when(&[on("retry.backoff.jitter", &["proportional"])]),
        about("Half-width of the proportional jitter.").from(A6);
    BackoffUnknownTarget = time("retry.backoff.unknown_target_us", NETFLIX.unknown_target.as_micros(), 0, HOUR).preset().when(&[on("retry.backoff.base_us", &["target"])]),
        about("The base while it is the target and no target is known.");
    PushbackMode = word("retry.pushback.mode", "floor", &["floor", "exact", "window", "clamp", "ignore"])
            .preset(),
        about("What a server's hint to wait does to the delay.").from("Netflix, prioritized load shedding");
    PushbackSpread = milli("retry.pushback.spread", HINTS.spread_milli as u64, 0, 1000).preset()
            .when(&[on("retry.pushback.mode", &["floor"])]),
        about("Share of the hint by which clients that were told the same are spread.");
    PushbackWindow = time("retry.pushback.window_us", HINTS.window.as_micros(), 0, HOUR).preset()
            .when(&[on("retry.pushback.mode", &["window"])]),
        about("How far above the own delay a hint may lift it.").from(AWS);
    PushbackClamp = time("retry.pushback.clamp_us", HINTS.clamp.as_micros(), 0, HOUR).preset()
            .when(&[on("retry.pushback.mode", &["clamp"])]),
        about("The longest hint that is obeyed.").from(AWS);

    BudgetMode = word("budget.mode", "ratio", &["ratio", "grpc", "aws", "finagle", "off"]).filled(),
        about("Which budget retries and hedges ask.");
    BudgetScope = word("budget.scope", "namespace", &["namespace", "service"]),
        about("Whether each namespace has a budget or all share one.");
    BudgetRatio = ratio("budget.ratio", 100_000, 0, 1_000_000_000)
            .when(&[on("budget.mode", &["ratio", "grpc"])]),
        about("Gained per first attempt (ratio, at most 10) or per success (grpc, three decimals, at most the max).").unit("tokens");
    BudgetCap = ratio("budget.cap", 10_000_000, 1_000_000, 1_000_000_000_000_000)
            .when(&[on("budget.mode", &["ratio"])]),
        about("The most that the budget holds.").unit("tokens");
    BudgetWindow = time("budget.window_us", 10_000_000, 1_000_000, MINUTE)
            .when(&[on("budget.mode", &["ratio"])]),
        about("How long a deposit lasts.");
    BudgetMinRate = ratio("budget.min_rate", 100_000, 0, 1_000_000_000).when(&[on("budget.mode", &["ratio"])]),
        about("Gained without any traffic.").unit("tokens per second");
    BudgetInitial = none("budget.initial", Kind::Ratio { min: 0, max: 1_000_000_000_000_000 })
            .when(&[on("budget.mode", &["ratio"])]),
        about("Held at the start; at most the cap.").unit("tokens").null("the cap");
    BudgetMax = ratio("budget.max", 10_000_000, 1000, 1_000_000_000).when(&[on("budget.mode", &["grpc"])]),
        about("The most that the throttle holds, three decimals; retries stop at its half.").unit("tokens")
            .from(A6);
    BudgetCapacity = int("budget.capacity", 500, 1, 1_000_000).when(&[on("budget.mode", &["aws"])]),
        about("The most that the quota holds.").unit("tokens").from(AWS);
    BudgetTtl = time("budget.ttl_us", 10_000_000, 1_000_000, MINUTE).when(&[on("budget.mode", &["finagle"])]),
        about("How long a deposit or a withdrawal counts.").from(FINAGLE);
    BudgetMinPerS = int("budget.min_per_s", 10, 0, 1000).when(&[on("budget.mode", &["finagle"])]),
        about("Allowed without any traffic.").unit("tokens per second").from(FINAGLE);
    BudgetPct = ratio("budget.pct", 200_000, 0, 1_000_000_000).when(&[on("budget.mode", &["finagle"])]),
        about("Gained per first attempt.").unit("tokens").from(FINAGLE);

    EstimatorIdleReset = time("estimator.idle_reset_us", MINUTE, 1_000_000, HOUR),
        about("Silence after which the average starts anew.");
    EstimatorHalf = time("estimator.half_us", 10_000_000, 100_000, 600_000_000),
        about("Half of the latency window.");
    EstimatorRefreshEvery = int("estimator.refresh_every", 64, 1, 1024),
        about("Samples after which a cached quantile is computed anew.").unit("samples");

    TimerStages = int("timer.stages", 4, 1, 16),
        about("Stages of a pause-tolerant timer.").from(ARTICLE);
    TimerGrace = flag("timer.grace", true),
        about("Whether a stage observed late is extended.");
    TimerMaxExt = int("timer.max_ext", 4, 0, 16),
        about("Extensions of one timer.");
    TimerSlack = none("timer.slack_us", micros(0, MINUTE)),
        about("Lateness of a stage that still counts as on time.")
            .null("an eighth of a stage, at least the resolution");
    TimerCeilingFactor = none("timer.ceiling_factor", Kind::Integer { min: 1, max: 100 }),
        about("Real time after which a call times out whatever was paused.").unit("× max").null("no ceiling");
    TimerResolution = time("timer.resolution_us", 1000, 0, 1_000_000),
        about("Resolution of the host's timer.");
    TimerLateTol = time("timer.late_tol_us", 4000, 0, 1_000_000),
        about("Lateness of a tick from which on a host lets its event loop turn once more.");

    AttemptTimeout = none("attempt.timeout_us", micros(1000, HOUR)),
        about("Pause-tolerant time after which an attempt is given up for a retry; at most the class's max.")
            .null("none");
    AttemptOrphanTtl = time("attempt.orphan_ttl_us", 30_000_000, 1_000_000, 600_000_000),
        about("Time after which an attempt whose end was never reported counts as ended.");

    BalancePolicy = word("balance.policy", "weighted",
            &["weighted", "least_request", "round_robin", "random", "hot_cold", "peak_ewma"]),
        about("How endpoints are ordered.").from(DRIVER);
    BalanceN = int("balance.n", 8, 1, 64),
        about("Candidates of a plan.").unit("endpoints").from(DRIVER);
    WeightOtherZone = int("balance.weights.other_zone", 4, 1, 4096),
        about("Factor of an endpoint in another or an unknown zone.").from(DRIVER);
    WeightNonReplica = int("balance.weights.non_replica", 12, 1, 4096),
        about("Factor of an endpoint that is not in the replica list.").from(DRIVER);
    WeightStarting = int("balance.weights.starting", 16, 1, 4096),
        about("Factor of an endpoint that starts up.").from(DRIVER);
    WeightUnhealthy = int("balance.weights.unhealthy", 64, 1, 4096),
        about("Factor of an endpoint that is silent or ejected.").from(DRIVER);
    WeightOtherRegion = int("balance.weights.other_region", 64, 1, 4096),
        about("Factor of an endpoint in another region.");
    BalanceOtherRegion = word("balance.other_region", "exclude", &["exclude", "weight", "when_empty"]),
        about("Whether endpoints of another region are in reach.");
    BalanceStartMin = time("balance.start_min_us", 30_000_000, 0, 600_000_000),
        about("The shortest start-up of an endpoint.").from(DRIVER);
    BalanceStartSpread = time("balance.start_spread_us", 15_000_000, 0, 600_000_000),
        about("What the client draws on top of it, once.").from(DRIVER);
    BalanceChoices = int("balance.choices", 2, 2, 10).when(&[on("balance.policy", &["least_request"])]),
        about("Endpoints drawn and compared.").unit("endpoints").from("gRPC proposal A48");
    BalanceReplacement = flag("balance.replacement", false).when(&[on("balance.policy", &["least_request"])]),
        about("Whether one endpoint may be drawn twice.");
    BalanceQuantile = ratio("balance.quantile", 840_896, 0, 1_000_000)
            .when(&[on("balance.policy", &["hot_cold"])]),
        about("Quantile of the requests in flight above which an endpoint is hot.")
            .from("Wydrowski et al., Prequal, NSDI 2024");
    BalanceHalfLife = time("balance.half_life_us", 6_931_472, 1000, HOUR)
            .when(&[on("balance.policy", &["peak_ewma"])]),
        about("Half-life of an endpoint's cost.").from("Finagle PeakEwma");

    HealthMinInFlight = int("health.min_in_flight", 10, 1, 100_000),
        about("Attempts in flight from which on silence is suspicious.").unit("attempts").from(DRIVER);
    HealthWindow = time("health.window_us", 200_000, 1000, MINUTE),
        about("Time in which two responses prove an endpoint alive.").from(DRIVER);
    EjectionEnabled = flag("ejection.enabled", true),
        about("Whether outliers are made less likely.").from(ENVOY);
    EjectionConsecutive = int("ejection.consecutive", 5, 0, 1000),
        about("Failures in a row that eject, 0 for never.").unit("failures").from(ENVOY);
    EjectionInterval = time("ejection.interval_us", 10_000_000, 100_000, 600_000_000),
        about("Time between two sweeps.").from(ENVOY);
    EjectionBase = time("ejection.base_us", 30_000_000, 1000, HOUR),
        about("Length of a first ejection.").from(ENVOY);
    EjectionMax = time("ejection.max_us", 300_000_000, 1000, HOUR),
        about("The longest ejection; a greater base wins.").from(ENVOY);
    EjectionMaxPercent = int("ejection.max_percent", 10, 0, 100),
        about("Share of the endpoints that may be ejected, 0 for none.").unit("%").from(ENVOY);
    SuccessRateEnabled = flag("ejection.success_rate.enabled", true),
        about("Whether a low rate of successes ejects.").from(ENVOY);
    SuccessRateMinEndpoints = int("ejection.success_rate.min_endpoints", 5, 2, 1024),
        about("Endpoints with enough requests below which rates are not compared.").unit("endpoints")
            .from(ENVOY);
    SuccessRateMinRequests = int("ejection.success_rate.min_requests", 100, 1, 1_000_000),
        about("Requests in an interval that are enough.").unit("requests").from(ENVOY);
    SuccessRateFactor = int("ejection.success_rate.factor_permille", 1900, 0, 10_000),
        about("Standard deviations below the mean that eject.").unit("‰").from(ENVOY);
    SuccessRateMinGap = int("ejection.success_rate.min_gap_ppm", 10_000, 0, 1_000_000),
        about("Distance below the mean under which nobody is ejected.").unit("ppm");
    FailurePercentage = none("ejection.failure_percentage", Kind::Section),
        about("Ejection by the share of failures.").null("off").from(ENVOY);
    FailureThreshold = int("ejection.failure_percentage.threshold", 85, 1, 100),
        about("Share of failures that ejects.").unit("%").from(ENVOY);
    FailureMinEndpoints = int("ejection.failure_percentage.min_endpoints", 5, 2, 1024),
        about("Endpoints with enough requests below which nobody is ejected.").unit("endpoints").from(ENVOY);
    FailureMinRequests = int("ejection.failure_percentage.min_requests", 50, 1, 1_000_000),
        about("Requests in an interval that are enough.").unit("requests").from(ENVOY);
    EjectionCountOverload = flag("ejection.count_overload", false),
        about("Whether a refusal by an overloaded endpoint counts as a failure.");
    Breaker = none("breaker", Kind::Section),
        about("A circuit breaker per endpoint.").null("off").from("Hystrix");
    BreakerWindow = time("breaker.window_us", 10_000_000, 1_000_000, MINUTE),
        about("Time over which results are counted.").from("Hystrix");
    BreakerMinRequests = int("breaker.min_requests", 20, 1, 10_000),
        about("Requests in the window below which it stays closed.").unit("requests").from("Hystrix");
    BreakerFailureRatio = ratio("breaker.failure_ratio", 500_000, 10_000, 1_000_000),
        about("Share of failures that opens it.").from("Hystrix");
    BreakerSleep = time("breaker.sleep_us", 5_000_000, 100_000, 600_000_000),
        about("Time for which it stays open.").from("Hystrix");

    StallEnabled = flag("stall.enabled", true),
        about("Whether the client watches its own pauses.");
    StallThreshold = time("stall.threshold_us", 30_000_000, 100_000, HOUR),
        about("Debt of pauses above which the client counts as stalled.").from(JVMQUAKE);
    StallWeight = int("stall.weight", 5, 1, 100),
        about("Debt that a unit of running time pays off.").from(JVMQUAKE);
    StallWarn = time("stall.warn_us", 10_000_000, 0, HOUR),
        about("Debt that warns; at most the threshold.");
    StallSlack = time("stall.slack_us", 16_000, 0, 10_000_000),
        about("Lateness of a wake-up that is no pause.");

    TokenTier = word("token.tier", "client_monotonic", &["client_monotonic", "regional", "global"]),
        about("Where a token's time comes from.").from(ARTICLE);
    TokenResolution = time("token.resolution_us", 1, 1, 1_000_000),
        about("Resolution of the host's wall clock.");
    TokenMaxDrift = time("token.max_drift_us", 1_000_000, 1000, MINUTE),
        about("How far tokens may run ahead of the clock; at least the resolution.")
            .from("apache/cassandra-java-driver, MonotonicTimestampGenerator");
    TokenOnDrift = word("token.on_drift", "continue", &["continue", "refuse"]),
        about("What a greater drift does: a warning, or no token.");
    TokenClock = word("token.clock", "wall", &["wall", "estimated"]),
        about("Whether the host gives the wall time or it is estimated from the server's.");
    TokenAcceptPast = none("token.accept.past_us", micros(1000, DAY)),
        about("Age up to which a server accepts a token; at least twice the largest max of any class.")
            .null("10 s, or twice the largest max if that is longer");
    TokenAcceptFuture = time("token.accept.future_us", ACCEPT.future.as_micros(), 1000, DAY),
        about("Lead up to which a server accepts a token.");
    TokenWindowCapacity = int("token.window.capacity", ACCEPT.capacity as u64, 16, 4_194_304),
        about("Tokens that a server remembers.").unit("tokens");
    TokenWindowColdStart = word("token.window.cold_start", "open", &["open", "closed"]),
        about("Whether a server without memory accepts tokens made before its start.");
    TokenHeaderForm = word("token.header_form", "uuid7", &["uuid7", "hex"]),
        about("Text form of a token in a header.").from("RFC 9562");

    SignalHandshake = flag("signal.handshake", false),
        about("Whether the client asks a server for signals at first use and regularly.");
    SignalRefresh = time("signal.refresh_us", 30_000_000, 1_000_000, HOUR),
        about("Time between two handshakes.");
    SignalJitter = ratio("signal.jitter", 200_000, 0, 500_000),
        about("Share by which that time is spread.");
    SignalTtl = time("signal.ttl_us", MINUTE, 1, MAX_MICROS),
        about("Life of a record that names none; at least the refresh.");
    GuardMinTarget = time("signal.guard.min_target_us", 100, 1, MINUTE),
        about("The least target a signal may set.");
    GuardMaxMax = time("signal.guard.max_max_us", MINUTE, 1000, HOUR),
        about("The greatest max a signal may set.");
    GuardMaxCalls = int("signal.guard.max_calls", 10_000, 1, 1_000_000),
        about("The highest limit of calls a signal may set.").unit("calls");
    GuardMaxHedges = int("signal.guard.max_hedges", 1000, 0, 1_000_000),
        about("The highest limit of hedges a signal may set; at most that of calls.").unit("hedges");
    GuardTtlMin = time("signal.guard.ttl_min_us", 1_000_000, 1, MAX_MICROS),
        about("The shortest life of a record.");
    GuardTtlMax = time("signal.guard.ttl_max_us", HOUR, 1, MAX_MICROS),
        about("The longest life of a record.");

    TraceEnabled = flag("trace.enabled", false),
        about("Whether every input and decision is recorded.");
    TraceBuffer = int("trace.buffer", 65_536, 16, 1_048_576),
        about("Lines that may wait to be fetched; recording ends when it is full.").unit("lines");
    TraceNotes = int("trace.notes", 0, 0, 65_536),
        about("Notes kept to be fetched, 0 for none.").unit("notes");
    TraceExplainCalls = int("trace.explain_calls", 256, 0, 65_536),
        about("Finished calls that can still be explained.").unit("calls");

    CapacityCalls = int("capacity.calls", 65_536, 1, 1_048_576),
        about("Calls the client holds.").unit("calls");
    CapacityEndpoints = int("capacity.endpoints", 1024, 1, 65_536),
        about("Endpoints the client holds.").unit("endpoints");
    CapacityNamespaces = int("capacity.namespaces", 256, 1, 4096),
        about("Names of namespaces the client knows.").unit("namespaces");
    CapacityOperations = int("capacity.operations", 64, 1, 256),
        about("Names of operations the client knows.").unit("operations");
}
