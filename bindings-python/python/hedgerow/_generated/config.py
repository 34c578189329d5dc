"""The tables of the configuration document.

Rendered from the core's tables by `cargo xtask gen`; edit those instead.

A field that is not given stays out of the document, and the core fills it in. Durations are seconds or `timedelta`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from hedgerow._table import UNSET, Seconds, Table, Unset


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective(Table):
    """The table `objective`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"target", "max"})

    target: Seconds | None | Unset = UNSET
    """Latency that hedges and retries try to meet; at most the class's max. Default None; 100..=60000000 or None µs. `None`: unknown until configured or signalled. Source: InfoQ, How Netflix Ensures Highly-Reliable Online Stateful Systems."""
    max: Seconds | Unset = UNSET
    """Time after which a call is given up. Default 30000000; 1000..=3600000000 µs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveWindow(Table):
    """The table `limits.adaptive.window`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"min", "max", "min_rtt"})

    min: Seconds | Unset = UNSET
    """The shortest time over which samples become one. Default 1000000; 10000..=60000000 µs. Source: Netflix/concurrency-limits."""
    max: Seconds | Unset = UNSET
    """The longest such time; at least the shortest. Default 1000000; 10000..=60000000 µs. Source: Netflix/concurrency-limits."""
    min_samples: int | Unset = UNSET
    """Samples below which a window is discarded. Default 10; 1..=100000 samples. Source: Netflix/concurrency-limits."""
    min_rtt: Seconds | Unset = UNSET
    """A faster answer is no sample. Default 100; 0..=1000000 µs. Source: Netflix/concurrency-limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptive(Table):
    """The table `limits.adaptive`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"timeout", "baseline_cap"})
    _tables: ClassVar[Mapping[str, type[Table]]] = {"window": AdaptiveWindow}

    algorithm: Literal["aimd", "gradient2", "vegas", "fixed"] | Unset = UNSET
    """How the limit is found: by loss, by the ratio of response times, by an estimate of the queue, or not at all. Default `aimd`; aimd, gradient2, vegas or fixed. Source: Netflix/concurrency-limits."""
    initial: int | Unset = UNSET
    """The limit at the start. Default 20; 1..=1000000 calls. Source: Netflix/concurrency-limits."""
    min: int | None | Unset = UNSET
    """The least limit; at most the initial one. Default None; 1..=1000000 or None calls. `None`: 20, or 1 with vegas. Source: Netflix/concurrency-limits."""
    max: int | None | Unset = UNSET
    """The greatest limit; at least the initial one. Default None; 1..=1000000 or None calls. `None`: 200, or 1000 with vegas. Source: Netflix/concurrency-limits."""
    backoff: float | Unset = UNSET
    """Share of the limit that a drop leaves. Default 0.9; 0.5..=0.999999. Source: Netflix/concurrency-limits."""
    timeout: Seconds | Unset = UNSET
    """A slower answer counts as a drop. Default 5000000; 1..=3600000000 µs. Source: Netflix/concurrency-limits."""
    smoothing: float | None | Unset = UNSET
    """Weight of a new value of the limit. Default None; 0.000001..=1 or None. `None`: 0.2, or 1 with vegas. Source: Netflix/concurrency-limits."""
    queue: int | Unset = UNSET
    """Calls that may wait: what the limit grows by while nothing is slow. Default 4; 0..=1000 calls. Source: Netflix/concurrency-limits."""
    tolerance: float | Unset = UNSET
    """Ratio of present to long-term response time that is not slow yet. Default 1.5; 1..=10. Source: Netflix/concurrency-limits."""
    long_window: int | Unset = UNSET
    """Samples that the long-term average spans. Default 600; 10..=100000 samples. Source: Netflix/concurrency-limits."""
    warmup: int | Unset = UNSET
    """Samples whose plain mean that average begins with; at most its window. Default 10; 1..=100000 samples. Source: Netflix/concurrency-limits."""
    drop_factor: float | Unset = UNSET
    """What a window with drops multiplies the limit by; 1 ignores drops, as published. Default 0.9; 0.5..=1."""
    baseline_cap: Seconds | Unset = UNSET
    """The most that the long-term average is taken for, 0 for no cap. Default 0; 0..=3600000000 µs."""
    alpha: int | Unset = UNSET
    """Waiting calls below which the limit grows, in its steps; less than beta. Default 3; 1..=100. Source: Netflix/concurrency-limits."""
    beta: int | Unset = UNSET
    """Waiting calls above which the limit shrinks, in its steps. Default 6; 1..=100. Source: Netflix/concurrency-limits."""
    probe_multiplier: int | Unset = UNSET
    """Samples between two probes of the response time without load, in multiples of the limit. Default 30; 1..=10000. Source: Netflix/concurrency-limits."""
    window: AdaptiveWindow | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(Table):
    """The table `limits`."""
    _tables: ClassVar[Mapping[str, type[Table]]] = {"adaptive": Adaptive}

    calls: int | Unset = UNSET
    """Calls of the namespace in flight at which a call of this class is refused. Default 1000; 1..=1000000 calls. Source: InfoQ, How Netflix Ensures Highly-Reliable Online Stateful Systems."""
    hedges: int | None | Unset = UNSET
    """Hedges of the namespace in flight at which a hedge of this class is refused. Default None; 0..=1000000 or None hedges. `None`: 50, or calls if fewer. Source: InfoQ, How Netflix Ensures Highly-Reliable Online Stateful Systems."""
    hedges_per_endpoint: int | None | Unset = UNSET
    """Hedges in flight at one endpoint at which it gets no more. Default None; 1..=1000000 or None hedges. `None`: no limit."""
    adaptive: Adaptive | None | Unset = UNSET
    """An algorithm that lowers the limit of calls by what it observes. Default None; a map or None. `None`: the configured or signalled number is the limit. Source: Netflix/concurrency-limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hedge(Table):
    """The table `hedge`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"delay", "min_delay"})

    strategy: Literal["off", "fixed", "quantile", "single_r", "slo"] | Unset = UNSET
    """How the delay before a hedge is found. Default `slo`; off, fixed, quantile, single_r or slo. Source: InfoQ, How Netflix Ensures Highly-Reliable Online Stateful Systems."""
    delay: Seconds | None | Unset = UNSET
    """The delay of the fixed strategy, which requires it. Default None; 0..=60000000 or None µs. `None`: none."""
    max: int | Unset = UNSET
    """Hedges that a call may send. Default 1; 0..=4 hedges. Source: gRPC proposal A6."""
    min_delay: Seconds | Unset = UNSET
    """The least delay of a computed strategy. Default 0; 0..=60000000 µs."""
    budget_fraction: float | Unset = UNSET
    """Share of calls that may be hedged. Default 0.05; 0.0001..=0.5. Source: Dean and Barroso, The Tail at Scale."""
    min_samples: int | Unset = UNSET
    """Samples below which the observed latency is not trusted. Default 10; 1..=10000 samples."""
    miss_ratio: float | Unset = UNSET
    """Share of the target from which on the average latency forbids hedges. Default 0.95; 0.5..=1."""
    denied: Literal["drop", "wait"] | Unset = UNSET
    """Whether a hedge that meets the limit is dropped or waits for a slot. Default `drop`; drop or wait. Source: InfoQ, How Netflix Ensures Highly-Reliable Online Stateful Systems."""
    after_failure: bool | Unset = UNSET
    """Whether a failed attempt sends the next hedge at once. Default true; True or False. Source: gRPC proposal A6."""
    lowest_priority: Literal["critical", "degraded", "best_effort", "bulk"] | Unset = UNSET
    """The least important priority whose calls are hedged. Default `best_effort`; critical, degraded, best_effort or bulk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff(Table):
    """The table `retry.backoff`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"base", "step", "cap", "unknown_target"})

    kind: Literal["constant", "linear", "exponential"] | Unset = UNSET
    """How the nominal delay grows; the decorrelated jitter does not look at it. Default `exponential`; constant, linear or exponential."""
    base: Seconds | Literal["target"] | Unset = UNSET
    """Nominal delay of the first retry; target follows the class's target. Default `target`; 0..=3600000000 or `target` µs. Source: InfoQ, How Netflix Ensures Highly-Reliable Online Stateful Systems."""
    step: Seconds | None | Unset = UNSET
    """What each further retry adds to the delay. Default None; 0..=3600000000 or None µs. `None`: the base."""
    factor: float | Unset = UNSET
    """What each further retry multiplies the delay by. Default 2; 1..=100 with at most three decimals."""
    cap: Seconds | Literal["max"] | Unset = UNSET
    """The greatest nominal delay; max follows the class's max. Default `max`; 0..=3600000000 or `max` µs. Source: InfoQ, How Netflix Ensures Highly-Reliable Online Stateful Systems."""
    jitter: Literal["none", "full", "equal", "proportional", "decorrelated", "anchored"] | Unset = UNSET
    """How the delay is drawn around its nominal value. Default `anchored`; none, full, equal, proportional, decorrelated or anchored. Source: AWS Architecture Blog, Exponential Backoff And Jitter."""
    order: Literal["cap_first", "jitter_first"] | Unset = UNSET
    """Whether the cap or the jitter acts first; the decorrelated jitter does not look at it. Default `cap_first`; cap_first or jitter_first."""
    proportion: float | Unset = UNSET
    """Half-width of the proportional jitter. Default 0.2; 0..=1 with at most three decimals. Source: gRPC proposal A6."""
    unknown_target: Seconds | Unset = UNSET
    """The base while it is the target and no target is known. Default 50000; 0..=3600000000 µs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushback(Table):
    """The table `retry.pushback`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"window", "clamp"})

    mode: Literal["floor", "exact", "window", "clamp", "ignore"] | Unset = UNSET
    """What a server's hint to wait does to the delay. Default `floor`; floor, exact, window, clamp or ignore. Source: Netflix, prioritized load shedding."""
    spread: float | Unset = UNSET
    """Share of the hint by which clients that were told the same are spread. Default 0.1; 0..=1 with at most three decimals."""
    window: Seconds | Unset = UNSET
    """How far above the own delay a hint may lift it. Default 5000000; 0..=3600000000 µs. Source: AWS SDK standard retry mode."""
    clamp: Seconds | Unset = UNSET
    """The longest hint that is obeyed. Default 20000000; 0..=3600000000 µs. Source: AWS SDK standard retry mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(Table):
    """The table `retry`."""
    _tables: ClassVar[Mapping[str, type[Table]]] = {"backoff": Backoff, "pushback": Pushback}

    preset: Literal["netflix", "grpc_a6", "aws_2_0", "aws_2_1", "finagle"] | Unset = UNSET
    """Published design that fills the backoff, pushback, attempts and, at the top, budget not given with it. Default `netflix`; netflix, grpc_a6, aws_2_0, aws_2_1 or finagle."""
    max_attempts: int | Unset = UNSET
    """Attempts of a call, the first and its retries. Default 3; 1..=10 attempts."""
    resend_not_sent: bool | Unset = UNSET
    """Whether a call that is not idempotent is tried again when nothing was transmitted. Default false; True or False."""
    backoff: Backoff | Unset = UNSET
    pushback: Pushback | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Locality(Table):
    """The table `locality`."""

    region: str | None | Unset = UNSET
    """Region the client runs in. Default None; a text of at most 64 bytes or None. `None`: unknown: every endpoint is of the same region."""
    zone: str | None | Unset = UNSET
    """Zone the client runs in. Default None; a text of at most 64 bytes or None. `None`: unknown: the zone factor never applies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget(Table):
    """The table `budget`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"window", "ttl"})

    mode: Literal["ratio", "grpc", "aws", "finagle", "off"] | Unset = UNSET
    """Which budget retries and hedges ask. Default `ratio`; ratio, grpc, aws, finagle or off."""
    scope: Literal["namespace", "service"] | Unset = UNSET
    """Whether each namespace has a budget or all share one. Default `namespace`; namespace or service."""
    ratio: float | Unset = UNSET
    """Gained per first attempt (ratio, at most 10) or per success (grpc, three decimals, at most the max). Default 0.1; 0..=1000 tokens."""
    cap: float | Unset = UNSET
    """The most that the budget holds. Default 10; 1..=1000000000 tokens."""
    window: Seconds | Unset = UNSET
    """How long a deposit lasts. Default 10000000; 1000000..=60000000 µs."""
    min_rate: float | Unset = UNSET
    """Gained without any traffic. Default 0.1; 0..=1000 tokens per second."""
    initial: float | None | Unset = UNSET
    """Held at the start; at most the cap. Default None; 0..=1000000000 or None tokens. `None`: the cap."""
    max: float | Unset = UNSET
    """The most that the throttle holds, three decimals; retries stop at its half. Default 10; 0.001..=1000 tokens. Source: gRPC proposal A6."""
    capacity: int | Unset = UNSET
    """The most that the quota holds. Default 500; 1..=1000000 tokens. Source: AWS SDK standard retry mode."""
    ttl: Seconds | Unset = UNSET
    """How long a deposit or a withdrawal counts. Default 10000000; 1000000..=60000000 µs. Source: Finagle RetryBudget."""
    min_per_s: int | Unset = UNSET
    """Allowed without any traffic. Default 10; 0..=1000 tokens per second. Source: Finagle RetryBudget."""
    pct: float | Unset = UNSET
    """Gained per first attempt. Default 0.2; 0..=1000 tokens. Source: Finagle RetryBudget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimator(Table):
    """The table `estimator`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"idle_reset", "half"})

    idle_reset: Seconds | Unset = UNSET
    """Silence after which the average starts anew. Default 60000000; 1000000..=3600000000 µs."""
    half: Seconds | Unset = UNSET
    """Half of the latency window. Default 10000000; 100000..=600000000 µs."""
    refresh_every: int | Unset = UNSET
    """Samples after which a cached quantile is computed anew. Default 64; 1..=1024 samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer(Table):
    """The table `timer`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"slack", "resolution", "late_tol"})

    stages: int | Unset = UNSET
    """Stages of a pause-tolerant timer. Default 4; 1..=16. Source: InfoQ, How Netflix Ensures Highly-Reliable Online Stateful Systems."""
    grace: bool | Unset = UNSET
    """Whether a stage observed late is extended. Default true; True or False."""
    max_ext: int | Unset = UNSET
    """Extensions of one timer. Default 4; 0..=16."""
    slack: Seconds | None | Unset = UNSET
    """Lateness of a stage that still counts as on time. Default None; 0..=60000000 or None µs. `None`: an eighth of a stage, at least the resolution."""
    ceiling_factor: int | None | Unset = UNSET
    """Real time after which a call times out whatever was paused. Default None; 1..=100 or None × max. `None`: no ceiling."""
    resolution: Seconds | Unset = UNSET
    """Resolution of the host's timer. Default 1000; 0..=1000000 µs."""
    late_tol: Seconds | Unset = UNSET
    """Lateness of a tick from which on a host lets its event loop turn once more. Default 4000; 0..=1000000 µs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(Table):
    """The table `attempt`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"timeout", "orphan_ttl"})

    timeout: Seconds | None | Unset = UNSET
    """Pause-tolerant time after which an attempt is given up for a retry; at most the class's max. Default None; 1000..=3600000000 or None µs. `None`: none."""
    orphan_ttl: Seconds | Unset = UNSET
    """Time after which an attempt whose end was never reported counts as ended. Default 30000000; 1000000..=600000000 µs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights(Table):
    """The table `balance.weights`."""

    other_zone: int | Unset = UNSET
    """Factor of an endpoint in another or an unknown zone. Default 4; 1..=4096. Source: apache/cassandra-java-driver, weighted load balancing (pull request 1922)."""
    non_replica: int | Unset = UNSET
    """Factor of an endpoint that is not in the replica list. Default 12; 1..=4096. Source: apache/cassandra-java-driver, weighted load balancing (pull request 1922)."""
    starting: int | Unset = UNSET
    """Factor of an endpoint that starts up. Default 16; 1..=4096. Source: apache/cassandra-java-driver, weighted load balancing (pull request 1922)."""
    unhealthy: int | Unset = UNSET
    """Factor of an endpoint that is silent or ejected. Default 64; 1..=4096. Source: apache/cassandra-java-driver, weighted load balancing (pull request 1922)."""
    other_region: int | Unset = UNSET
    """Factor of an endpoint in another region. Default 64; 1..=4096."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance(Table):
    """The table `balance`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"start_min", "start_spread", "half_life"})
    _tables: ClassVar[Mapping[str, type[Table]]] = {"weights": Weights}

    policy: Literal["weighted", "least_request", "round_robin", "random", "hot_cold", "peak_ewma"] | Unset = UNSET
    """How endpoints are ordered. Default `weighted`; weighted, least_request, round_robin, random, hot_cold or peak_ewma. Source: apache/cassandra-java-driver, weighted load balancing (pull request 1922)."""
    n: int | Unset = UNSET
    """Candidates of a plan. Default 8; 1..=64 endpoints. Source: apache/cassandra-java-driver, weighted load balancing (pull request 1922)."""
    other_region: Literal["exclude", "weight", "when_empty"] | Unset = UNSET
    """Whether endpoints of another region are in reach. Default `exclude`; exclude, weight or when_empty."""
    start_min: Seconds | Unset = UNSET
    """The shortest start-up of an endpoint. Default 30000000; 0..=600000000 µs. Source: apache/cassandra-java-driver, weighted load balancing (pull request 1922)."""
    start_spread: Seconds | Unset = UNSET
    """What the client draws on top of it, once. Default 15000000; 0..=600000000 µs. Source: apache/cassandra-java-driver, weighted load balancing (pull request 1922)."""
    choices: int | Unset = UNSET
    """Endpoints drawn and compared. Default 2; 2..=10 endpoints. Source: gRPC proposal A48."""
    replacement: bool | Unset = UNSET
    """Whether one endpoint may be drawn twice. Default false; True or False."""
    quantile: float | Unset = UNSET
    """Quantile of the requests in flight above which an endpoint is hot. Default 0.840896; 0..=1. Source: Wydrowski et al., Prequal, NSDI 2024."""
    half_life: Seconds | Unset = UNSET
    """Half-life of an endpoint's cost. Default 6931472; 1000..=3600000000 µs. Source: Finagle PeakEwma."""
    weights: Weights | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(Table):
    """The table `health`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"window"})

    min_in_flight: int | Unset = UNSET
    """Attempts in flight from which on silence is suspicious. Default 10; 1..=100000 attempts. Source: apache/cassandra-java-driver, weighted load balancing (pull request 1922)."""
    window: Seconds | Unset = UNSET
    """Time in which two responses prove an endpoint alive. Default 200000; 1000..=60000000 µs. Source: apache/cassandra-java-driver, weighted load balancing (pull request 1922)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessRate(Table):
    """The table `ejection.success_rate`."""

    enabled: bool | Unset = UNSET
    """Whether a low rate of successes ejects. Default true; True or False. Source: Envoy outlier detection."""
    min_endpoints: int | Unset = UNSET
    """Endpoints with enough requests below which rates are not compared. Default 5; 2..=1024 endpoints. Source: Envoy outlier detection."""
    min_requests: int | Unset = UNSET
    """Requests in an interval that are enough. Default 100; 1..=1000000 requests. Source: Envoy outlier detection."""
    factor_permille: int | Unset = UNSET
    """Standard deviations below the mean that eject. Default 1900; 0..=10000 ‰. Source: Envoy outlier detection."""
    min_gap_ppm: int | Unset = UNSET
    """Distance below the mean under which nobody is ejected. Default 10000; 0..=1000000 ppm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailurePercentage(Table):
    """The table `ejection.failure_percentage`."""

    threshold: int | Unset = UNSET
    """Share of failures that ejects. Default 85; 1..=100 %. Source: Envoy outlier detection."""
    min_endpoints: int | Unset = UNSET
    """Endpoints with enough requests below which nobody is ejected. Default 5; 2..=1024 endpoints. Source: Envoy outlier detection."""
    min_requests: int | Unset = UNSET
    """Requests in an interval that are enough. Default 50; 1..=1000000 requests. Source: Envoy outlier detection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ejection(Table):
    """The table `ejection`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"interval", "base", "max"})
    _tables: ClassVar[Mapping[str, type[Table]]] = {"success_rate": SuccessRate, "failure_percentage": FailurePercentage}

    enabled: bool | Unset = UNSET
    """Whether outliers are made less likely. Default true; True or False. Source: Envoy outlier detection."""
    consecutive: int | Unset = UNSET
    """Failures in a row that eject, 0 for never. Default 5; 0..=1000 failures. Source: Envoy outlier detection."""
    interval: Seconds | Unset = UNSET
    """Time between two sweeps. Default 10000000; 100000..=600000000 µs. Source: Envoy outlier detection."""
    base: Seconds | Unset = UNSET
    """Length of a first ejection. Default 30000000; 1000..=3600000000 µs. Source: Envoy outlier detection."""
    max: Seconds | Unset = UNSET
    """The longest ejection; a greater base wins. Default 300000000; 1000..=3600000000 µs. Source: Envoy outlier detection."""
    max_percent: int | Unset = UNSET
    """Share of the endpoints that may be ejected, 0 for none. Default 10; 0..=100 %. Source: Envoy outlier detection."""
    failure_percentage: FailurePercentage | None | Unset = UNSET
    """Ejection by the share of failures. Default None; a map or None. `None`: off. Source: Envoy outlier detection."""
    count_overload: bool | Unset = UNSET
    """Whether a refusal by an overloaded endpoint counts as a failure. Default false; True or False."""
    success_rate: SuccessRate | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker(Table):
    """The table `breaker`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"window", "sleep"})

    window: Seconds | Unset = UNSET
    """Time over which results are counted. Default 10000000; 1000000..=60000000 µs. Source: Hystrix."""
    min_requests: int | Unset = UNSET
    """Requests in the window below which it stays closed. Default 20; 1..=10000 requests. Source: Hystrix."""
    failure_ratio: float | Unset = UNSET
    """Share of failures that opens it. Default 0.5; 0.01..=1. Source: Hystrix."""
    sleep: Seconds | Unset = UNSET
    """Time for which it stays open. Default 5000000; 100000..=600000000 µs. Source: Hystrix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(Table):
    """The table `stall`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"threshold", "warn", "slack"})

    enabled: bool | Unset = UNSET
    """Whether the client watches its own pauses. Default true; True or False."""
    threshold: Seconds | Unset = UNSET
    """Debt of pauses above which the client counts as stalled. Default 30000000; 100000..=3600000000 µs. Source: Netflix-Skunkworks/jvmquake."""
    weight: int | Unset = UNSET
    """Debt that a unit of running time pays off. Default 5; 1..=100. Source: Netflix-Skunkworks/jvmquake."""
    warn: Seconds | Unset = UNSET
    """Debt that warns; at most the threshold. Default 10000000; 0..=3600000000 µs."""
    slack: Seconds | Unset = UNSET
    """Lateness of a wake-up that is no pause. Default 16000; 0..=10000000 µs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Table):
    """The table `token.accept`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"past", "future"})

    past: Seconds | None | Unset = UNSET
    """Age up to which a server accepts a token; at least twice the largest max of any class. Default None; 1000..=86400000000 or None µs. `None`: 10 s, or twice the largest max if that is longer."""
    future: Seconds | Unset = UNSET
    """Lead up to which a server accepts a token. Default 1000000; 1000..=86400000000 µs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenWindow(Table):
    """The table `token.window`."""

    capacity: int | Unset = UNSET
    """Tokens that a server remembers. Default 65536; 16..=4194304 tokens."""
    cold_start: Literal["open", "closed"] | Unset = UNSET
    """Whether a server without memory accepts tokens made before its start. Default `open`; open or closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token(Table):
    """The table `token`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"resolution", "max_drift"})
    _tables: ClassVar[Mapping[str, type[Table]]] = {"accept": Accept, "window": TokenWindow}

    tier: Literal["client_monotonic", "regional", "global"] | Unset = UNSET
    """Where a token's time comes from. Default `client_monotonic`; client_monotonic, regional or global. Source: InfoQ, How Netflix Ensures Highly-Reliable Online Stateful Systems."""
    resolution: Seconds | Unset = UNSET
    """Resolution of the host's wall clock. Default 1; 1..=1000000 µs."""
    max_drift: Seconds | Unset = UNSET
    """How far tokens may run ahead of the clock; at least the resolution. Default 1000000; 1000..=60000000 µs. Source: apache/cassandra-java-driver, MonotonicTimestampGenerator."""
    on_drift: Literal["continue", "refuse"] | Unset = UNSET
    """What a greater drift does: a warning, or no token. Default `continue`; continue or refuse."""
    clock: Literal["wall", "estimated"] | Unset = UNSET
    """Whether the host gives the wall time or it is estimated from the server's. Default `wall`; wall or estimated."""
    header_form: Literal["uuid7", "hex"] | Unset = UNSET
    """Text form of a token in a header. Default `uuid7`; uuid7 or hex. Source: RFC 9562."""
    accept: Accept | Unset = UNSET
    window: TokenWindow | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard(Table):
    """The table `signal.guard`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"min_target", "max_max", "ttl_min", "ttl_max"})

    min_target: Seconds | Unset = UNSET
    """The least target a signal may set. Default 100; 1..=60000000 µs."""
    max_max: Seconds | Unset = UNSET
    """The greatest max a signal may set. Default 60000000; 1000..=3600000000 µs."""
    max_calls: int | Unset = UNSET
    """The highest limit of calls a signal may set. Default 10000; 1..=1000000 calls."""
    max_hedges: int | Unset = UNSET
    """The highest limit of hedges a signal may set; at most that of calls. Default 1000; 0..=1000000 hedges."""
    ttl_min: Seconds | Unset = UNSET
    """The shortest life of a record. Default 1000000; 1..=9007199254740991 µs."""
    ttl_max: Seconds | Unset = UNSET
    """The longest life of a record. Default 3600000000; 1..=9007199254740991 µs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal(Table):
    """The table `signal`."""

    _durations: ClassVar[frozenset[str]] = frozenset({"refresh", "ttl"})
    _tables: ClassVar[Mapping[str, type[Table]]] = {"guard": Guard}

    handshake: bool | Unset = UNSET
    """Whether the client asks a server for signals at first use and regularly. Default false; True or False."""
    refresh: Seconds | Unset = UNSET
    """Time between two handshakes. Default 30000000; 1000000..=3600000000 µs."""
    jitter: float | Unset = UNSET
    """Share by which that time is spread. Default 0.2; 0..=0.5."""
    ttl: Seconds | Unset = UNSET
    """Life of a record that names none; at least the refresh. Default 60000000; 1..=9007199254740991 µs."""
    guard: Guard | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace(Table):
    """The table `trace`."""

    enabled: bool | Unset = UNSET
    """Whether every input and decision is recorded. Default false; True or False."""
    buffer: int | Unset = UNSET
    """Lines that may wait to be fetched; recording ends when it is full. Default 65536; 16..=1048576 lines."""
    notes: int | Unset = UNSET
    """Notes kept to be fetched, 0 for none. Default 0; 0..=65536 notes."""
    explain_calls: int | Unset = UNSET
    """Finished calls that can still be explained. Default 256; 0..=65536 calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity(Table):
    """The table `capacity`."""

    calls: int | Unset = UNSET
    """Calls the client holds. Default 65536; 1..=1048576 calls."""
    endpoints: int | Unset = UNSET
    """Endpoints the client holds. Default 1024; 1..=65536 endpoints."""
    namespaces: int | Unset = UNSET
    """Names of namespaces the client knows. Default 256; 1..=4096 namespaces."""
    operations: int | Unset = UNSET
    """Names of operations the client knows. Default 64; 1..=256 operations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPolicy(Table):
    """What may be configured for every class of calls."""
    _tables: ClassVar[Mapping[str, type[Table]]] = {"objective": Objective, "limits": Limits, "hedge": Hedge, "retry": Retry}

    objective: Objective | Unset = UNSET
    limits: Limits | Unset = UNSET
    hedge: Hedge | Unset = UNSET
    retry: Retry | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(ClassPolicy):
    """What may be configured for an operation."""

    idempotency: Literal["none", "retry", "natural", "token"] | Unset = UNSET
    """Whether a call may be sent again: never, retried only, also hedged, or also hedged by its token. Default `none`; none, retry, natural or token."""
    priority: Literal["critical", "degraded", "best_effort", "bulk"] | Unset = UNSET
    """Importance of the operation's calls. Default `critical`; critical, degraded, best_effort or bulk. Source: Netflix, prioritized load shedding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace(ClassPolicy):
    """What may be configured for a namespace."""
    _maps: ClassVar[Mapping[str, type[Table]]] = {"operations": ClassPolicy}

    operations: Mapping[str, ClassPolicy] | Unset = UNSET
    """Exceptions for its operations, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(ClassPolicy):
    """The whole document: every field may be left out."""
    _tables: ClassVar[Mapping[str, type[Table]]] = {**ClassPolicy._tables, "locality": Locality, "budget": Budget, "estimator": Estimator, "timer": Timer, "attempt": Attempt, "balance": Balance, "health": Health, "ejection": Ejection, "breaker": Breaker, "stall": Stall, "token": Token, "signal": Signal, "trace": Trace, "capacity": Capacity}
    _maps: ClassVar[Mapping[str, type[Table]]] = {"operations": Operation, "namespaces": Namespace}

    version: int | Unset = UNSET
    """Version of this schema. Default 1; 1."""
    service: str | Unset = UNSET
    """Name of the service, a label only. Default ``; a text of at most 64 bytes."""
    breaker: Breaker | None | Unset = UNSET
    """A circuit breaker per endpoint. Default None; a map or None. `None`: off. Source: Hystrix."""
    locality: Locality | Unset = UNSET
    budget: Budget | Unset = UNSET
    estimator: Estimator | Unset = UNSET
    timer: Timer | Unset = UNSET
    attempt: Attempt | Unset = UNSET
    balance: Balance | Unset = UNSET
    health: Health | Unset = UNSET
    ejection: Ejection | Unset = UNSET
    stall: Stall | Unset = UNSET
    token: Token | Unset = UNSET
    signal: Signal | Unset = UNSET
    trace: Trace | Unset = UNSET
    capacity: Capacity | Unset = UNSET
    operations: Mapping[str, Operation] | Unset = UNSET
    """Exceptions for operations, by name."""
    namespaces: Mapping[str, Namespace] | Unset = UNSET
    """Exceptions for namespaces, by name."""
