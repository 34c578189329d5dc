// Rendered from the core's tables by `cargo xtask gen`; edit those instead.

/** What may be configured for every class of calls. */
export interface ClassConfig {
  readonly objective?: {
    /** Latency that hedges and retries try to meet; at most the class's max. Default null; 100..=60000000 or null µs. `null`: unknown until configured or signalled. */
    readonly target_us?: number | null;
    /** Time after which a call is given up. Default 30000000; 1000..=3600000000 µs. */
    readonly max_us?: number;
  };
  readonly limits?: {
    /** Calls of the namespace in flight at which a call of this class is refused. Default 1000; 1..=1000000 calls. */
    readonly calls?: number;
    /** Hedges of the namespace in flight at which a hedge of this class is refused. Default null; 0..=1000000 or null hedges. `null`: 50, or calls if fewer. */
    readonly hedges?: number | null;
    /** Hedges in flight at one endpoint at which it gets no more. Default null; 1..=1000000 or null hedges. `null`: no limit. */
    readonly hedges_per_endpoint?: number | null;
    /** An algorithm that lowers the limit of calls by what it observes. Default null; a map or null. `null`: the configured or signalled number is the limit. */
    readonly adaptive?: {
      /** How the limit is found: by loss, by the ratio of response times, by an estimate of the queue, or not at all. Default "aimd"; aimd, gradient2, vegas or fixed. */
      readonly algorithm?: 'aimd' | 'gradient2' | 'vegas' | 'fixed';
      /** The limit at the start. Default 20; 1..=1000000 calls. */
      readonly initial?: number;
      /** The least limit; at most the initial one. Default null; 1..=1000000 or null calls. `null`: 20, or 1 with vegas. */
      readonly min?: number | null;
      /** The greatest limit; at least the initial one. Default null; 1..=1000000 or null calls. `null`: 200, or 1000 with vegas. */
      readonly max?: number | null;
      /** Share of the limit that a drop leaves. Default 0.9; 0.5..=0.999999. */
      readonly backoff?: number;
      /** A slower answer counts as a drop. Default 5000000; 1..=3600000000 µs. */
      readonly timeout_us?: number;
      /** Weight of a new value of the limit. Default null; 0.000001..=1 or null. `null`: 0.2, or 1 with vegas. */
      readonly smoothing?: number | null;
      /** Calls that may wait: what the limit grows by while nothing is slow. Default 4; 0..=1000 calls. */
      readonly queue?: number;
      /** Ratio of present to long-term response time that is not slow yet. Default 1.5; 1..=10. */
      readonly tolerance?: number;
      /** Samples that the long-term average spans. Default 600; 10..=100000 samples. */
      readonly long_window?: number;
      /** Samples whose plain mean that average begins with; at most its window. Default 10; 1..=100000 samples. */
      readonly warmup?: number;
      /** What a window with drops multiplies the limit by; 1 ignores drops, as published. Default 0.9; 0.5..=1. */
      readonly drop_factor?: number;
      /** The most that the long-term average is taken for, 0 for no cap. Default 0; 0..=3600000000 µs. */
      readonly baseline_cap_us?: number;
      /** Waiting calls below which the limit grows, in its steps; less than beta. Default 3; 1..=100. */
      readonly alpha?: number;
      /** Waiting calls above which the limit shrinks, in its steps. Default 6; 1..=100. */
      readonly beta?: number;
      /** Samples between two probes of the response time without load, in multiples of the limit. Default 30; 1..=10000. */
      readonly probe_multiplier?: number;
      readonly window?: {
        /** The shortest time over which samples become one. Default 1000000; 10000..=60000000 µs. */
        readonly min_us?: number;
        /** The longest such time; at least the shortest. Default 1000000; 10000..=60000000 µs. */
        readonly max_us?: number;
        /** Samples below which a window is discarded. Default 10; 1..=100000 samples. */
        readonly min_samples?: number;
        /** A faster answer is no sample. Default 100; 0..=1000000 µs. */
        readonly min_rtt_us?: number;
      };
    } | null;
  };
  readonly hedge?: {
    /** How the delay before a hedge is found. Default "slo"; off, fixed, quantile, single_r or slo. */
    readonly strategy?: 'off' | 'fixed' | 'quantile' | 'single_r' | 'slo';
    /** The delay of the fixed strategy, which requires it. Default null; 0..=60000000 or null µs. `null`: none. */
    readonly delay_us?: number | null;
    /** Hedges that a call may send. Default 1; 0..=4 hedges. */
    readonly max?: number;
    /** The least delay of a computed strategy. Default 0; 0..=60000000 µs. */
    readonly min_delay_us?: number;
    /** Share of calls that may be hedged. Default 0.05; 0.0001..=0.5. */
    readonly budget_fraction?: number;
    /** Samples below which the observed latency is not trusted. Default 10; 1..=10000 samples. */
    readonly min_samples?: number;
    /** Share of the target from which on the average latency forbids hedges. Default 0.95; 0.5..=1. */
    readonly miss_ratio?: number;
    /** Whether a hedge that meets the limit is dropped or waits for a slot. Default "drop"; drop or wait. */
    readonly denied?: 'drop' | 'wait';
    /** Whether a failed attempt sends the next hedge at once. Default true; true or false. */
    readonly after_failure?: boolean;
    /** The least important priority whose calls are hedged. Default "best_effort"; critical, degraded, best_effort or bulk. */
    readonly lowest_priority?: 'critical' | 'degraded' | 'best_effort' | 'bulk';
  };
  readonly retry?: {
    /** Published design that fills the backoff, pushback, attempts and, at the top, budget not given with it. Default "netflix"; netflix, grpc_a6, aws_2_0, aws_2_1 or finagle. */
    readonly preset?: 'netflix' | 'grpc_a6' | 'aws_2_0' | 'aws_2_1' | 'finagle';
    /** Attempts of a call, the first and its retries. Default 3; 1..=10 attempts. */
    readonly max_attempts?: number;
    /** Whether a call that is not idempotent is tried again when nothing was transmitted. Default false; true or false. */
    readonly resend_not_sent?: boolean;
    readonly backoff?: {
      /** How the nominal delay grows; the decorrelated jitter does not look at it. Default "exponential"; constant, linear or exponential. */
      readonly kind?: 'constant' | 'linear' | 'exponential';
      /** Nominal delay of the first retry; target follows the class's target. Default "target"; 0..=3600000000 or "target" µs. */
      readonly base_us?: number | 'target';
      /** What each further retry adds to the delay. Default null; 0..=3600000000 or null µs. `null`: the base. */
      readonly step_us?: number | null;
      /** What each further retry multiplies the delay by. Default 2; 1..=100 with at most three decimals. */
      readonly factor?: number;
      /** The greatest nominal delay; max follows the class's max. Default "max"; 0..=3600000000 or "max" µs. */
      readonly cap_us?: number | 'max';
      /** How the delay is drawn around its nominal value. Default "anchored"; none, full, equal, proportional, decorrelated or anchored. */
      readonly jitter?: 'none' | 'full' | 'equal' | 'proportional' | 'decorrelated' | 'anchored';
      /** Whether the cap or the jitter acts first; the decorrelated jitter does not look at it. Default "cap_first"; cap_first or jitter_first. */
      readonly order?: 'cap_first' | 'jitter_first';
      /** Half-width of the proportional jitter. Default 0.2; 0..=1 with at most three decimals. */
      readonly proportion?: number;
      /** The base while it is the target and no target is known. Default 50000; 0..=3600000000 µs. */
      readonly unknown_target_us?: number;
    };
    readonly pushback?: {
      /** What a server's hint to wait does to the delay. Default "floor"; floor, exact, window, clamp or ignore. */
      readonly mode?: 'floor' | 'exact' | 'window' | 'clamp' | 'ignore';
      /** Share of the hint by which clients that were told the same are spread. Default 0.1; 0..=1 with at most three decimals. */
      readonly spread?: number;
      /** How far above the own delay a hint may lift it. Default 5000000; 0..=3600000000 µs. */
      readonly window_us?: number;
      /** The longest hint that is obeyed. Default 20000000; 0..=3600000000 µs. */
      readonly clamp_us?: number;
    };
  };
}

/** What may be configured for an operation. */
export interface OperationConfig extends ClassConfig {
  /** Whether a call may be sent again: never, retried only, also hedged, or also hedged by its token. Default "none"; none, retry, natural or token. */
  readonly idempotency?: 'none' | 'retry' | 'natural' | 'token';
  /** Importance of the operation's calls. Default "critical"; critical, degraded, best_effort or bulk. */
  readonly priority?: 'critical' | 'degraded' | 'best_effort' | 'bulk';
}

/** What may be configured for a namespace. */
export interface NamespaceConfig extends ClassConfig {
  /** Exceptions for its operations, by name. */
  readonly operations?: Readonly<Record<string, ClassConfig>>;
}

/** The configuration document: every field has a default, so all may be missing. */
export interface Config extends ClassConfig {
  /** Version of this schema. Default 1; 1. */
  readonly version?: number;
  /** Name of the service, a label only. Default ""; a text of at most 64 bytes. */
  readonly service?: string;
  /** A circuit breaker per endpoint. Default null; a map or null. `null`: off. */
  readonly breaker?: {
    /** Time over which results are counted. Default 10000000; 1000000..=60000000 µs. */
    readonly window_us?: number;
    /** Requests in the window below which it stays closed. Default 20; 1..=10000 requests. */
    readonly min_requests?: number;
    /** Share of failures that opens it. Default 0.5; 0.01..=1. */
    readonly failure_ratio?: number;
    /** Time for which it stays open. Default 5000000; 100000..=600000000 µs. */
    readonly sleep_us?: number;
  } | null;
  readonly locality?: {
    /** Region the client runs in. Default null; a text of at most 64 bytes or null. `null`: unknown: every endpoint is of the same region. */
    readonly region?: string | null;
    /** Zone the client runs in. Default null; a text of at most 64 bytes or null. `null`: unknown: the zone factor never applies. */
    readonly zone?: string | null;
  };
  readonly budget?: {
    /** Which budget retries and hedges ask. Default "ratio"; ratio, grpc, aws, finagle or off. */
    readonly mode?: 'ratio' | 'grpc' | 'aws' | 'finagle' | 'off';
    /** Whether each namespace has a budget or all share one. Default "namespace"; namespace or service. */
    readonly scope?: 'namespace' | 'service';
    /** Gained per first attempt (ratio, at most 10) or per success (grpc, three decimals, at most the max). Default 0.1; 0..=1000 tokens. */
    readonly ratio?: number;
    /** The most that the budget holds. Default 10; 1..=1000000000 tokens. */
    readonly cap?: number;
    /** How long a deposit lasts. Default 10000000; 1000000..=60000000 µs. */
    readonly window_us?: number;
    /** Gained without any traffic. Default 0.1; 0..=1000 tokens per second. */
    readonly min_rate?: number;
    /** Held at the start; at most the cap. Default null; 0..=1000000000 or null tokens. `null`: the cap. */
    readonly initial?: number | null;
    /** The most that the throttle holds, three decimals; retries stop at its half. Default 10; 0.001..=1000 tokens. */
    readonly max?: number;
    /** The most that the quota holds. Default 500; 1..=1000000 tokens. */
    readonly capacity?: number;
    /** How long a deposit or a withdrawal counts. Default 10000000; 1000000..=60000000 µs. */
    readonly ttl_us?: number;
    /** Allowed without any traffic. Default 10; 0..=1000 tokens per second. */
    readonly min_per_s?: number;
    /** Gained per first attempt. Default 0.2; 0..=1000 tokens. */
    readonly pct?: number;
  };
  readonly estimator?: {
    /** Silence after which the average starts anew. Default 60000000; 1000000..=3600000000 µs. */
    readonly idle_reset_us?: number;
    /** Half of the latency window. Default 10000000; 100000..=600000000 µs. */
    readonly half_us?: number;
    /** Samples after which a cached quantile is computed anew. Default 64; 1..=1024 samples. */
    readonly refresh_every?: number;
  };
  readonly timer?: {
    /** Stages of a pause-tolerant timer. Default 4; 1..=16. */
    readonly stages?: number;
    /** Whether a stage observed late is extended. Default true; true or false. */
    readonly grace?: boolean;
    /** Extensions of one timer. Default 4; 0..=16. */
    readonly max_ext?: number;
    /** Lateness of a stage that still counts as on time. Default null; 0..=60000000 or null µs. `null`: an eighth of a stage, at least the resolution. */
    readonly slack_us?: number | null;
    /** Real time after which a call times out whatever was paused. Default null; 1..=100 or null × max. `null`: no ceiling. */
    readonly ceiling_factor?: number | null;
    /** Resolution of the host's timer. Default 1000; 0..=1000000 µs. */
    readonly resolution_us?: number;
    /** Lateness of a tick from which on a host lets its event loop turn once more. Default 4000; 0..=1000000 µs. */
    readonly late_tol_us?: number;
  };
  readonly attempt?: {
    /** Pause-tolerant time after which an attempt is given up for a retry; at most the class's max. Default null; 1000..=3600000000 or null µs. `null`: none. */
    readonly timeout_us?: number | null;
    /** Time after which an attempt whose end was never reported counts as ended. Default 30000000; 1000000..=600000000 µs. */
    readonly orphan_ttl_us?: number;
  };
  readonly balance?: {
    /** How endpoints are ordered. Default "weighted"; weighted, least_request, round_robin, random, hot_cold or peak_ewma. */
    readonly policy?: 'weighted' | 'least_request' | 'round_robin' | 'random' | 'hot_cold' | 'peak_ewma';
    /** Candidates of a plan. Default 8; 1..=64 endpoints. */
    readonly n?: number;
    /** Whether endpoints of another region are in reach. Default "exclude"; exclude, weight or when_empty. */
    readonly other_region?: 'exclude' | 'weight' | 'when_empty';
    /** The shortest start-up of an endpoint. Default 30000000; 0..=600000000 µs. */
    readonly start_min_us?: number;
    /** What the client draws on top of it, once. Default 15000000; 0..=600000000 µs. */
    readonly start_spread_us?: number;
    /** Endpoints drawn and compared. Default 2; 2..=10 endpoints. */
    readonly choices?: number;
    /** Whether one endpoint may be drawn twice. Default false; true or false. */
    readonly replacement?: boolean;
    /** Quantile of the requests in flight above which an endpoint is hot. Default 0.840896; 0..=1. */
    readonly quantile?: number;
    /** Half-life of an endpoint's cost. Default 6931472; 1000..=3600000000 µs. */
    readonly half_life_us?: number;
    readonly weights?: {
      /** Factor of an endpoint in another or an unknown zone. Default 4; 1..=4096. */
      readonly other_zone?: number;
      /** Factor of an endpoint that is not in the replica list. Default 12; 1..=4096. */
      readonly non_replica?: number;
      /** Factor of an endpoint that starts up. Default 16; 1..=4096. */
      readonly starting?: number;
      /** Factor of an endpoint that is silent or ejected. Default 64; 1..=4096. */
      readonly unhealthy?: number;
      /** Factor of an endpoint in another region. Default 64; 1..=4096. */
      readonly other_region?: number;
    };
  };
  readonly health?: {
    /** Attempts in flight from which on silence is suspicious. Default 10; 1..=100000 attempts. */
    readonly min_in_flight?: number;
    /** Time in which two responses prove an endpoint alive. Default 200000; 1000..=60000000 µs. */
    readonly window_us?: number;
  };
  readonly ejection?: {
    /** Whether outliers are made less likely. Default true; true or false. */
    readonly enabled?: boolean;
    /** Failures in a row that eject, 0 for never. Default 5; 0..=1000 failures. */
    readonly consecutive?: number;
    /** Time between two sweeps. Default 10000000; 100000..=600000000 µs. */
    readonly interval_us?: number;
    /** Length of a first ejection. Default 30000000; 1000..=3600000000 µs. */
    readonly base_us?: number;
    /** The longest ejection; a greater base wins. Default 300000000; 1000..=3600000000 µs. */
    readonly max_us?: number;
    /** Share of the endpoints that may be ejected, 0 for none. Default 10; 0..=100 %. */
    readonly max_percent?: number;
    /** Ejection by the share of failures. Default null; a map or null. `null`: off. */
    readonly failure_percentage?: {
      /** Share of failures that ejects. Default 85; 1..=100 %. */
      readonly threshold?: number;
      /** Endpoints with enough requests below which nobody is ejected. Default 5; 2..=1024 endpoints. */
      readonly min_endpoints?: number;
      /** Requests in an interval that are enough. Default 50; 1..=1000000 requests. */
      readonly min_requests?: number;
    } | null;
    /** Whether a refusal by an overloaded endpoint counts as a failure. Default false; true or false. */
    readonly count_overload?: boolean;
    readonly success_rate?: {
      /** Whether a low rate of successes ejects. Default true; true or false. */
      readonly enabled?: boolean;
      /** Endpoints with enough requests below which rates are not compared. Default 5; 2..=1024 endpoints. */
      readonly min_endpoints?: number;
      /** Requests in an interval that are enough. Default 100; 1..=1000000 requests. */
      readonly min_requests?: number;
      /** Standard deviations below the mean that eject. Default 1900; 0..=10000 ‰. */
      readonly factor_permille?: number;
      /** Distance below the mean under which nobody is ejected. Default 10000; 0..=1000000 ppm. */
      readonly min_gap_ppm?: number;
    };
  };
  readonly stall?: {
    /** Whether the client watches its own pauses. Default true; true or false. */
    readonly enabled?: boolean;
    /** Debt of pauses above which the client counts as stalled. Default 30000000; 100000..=3600000000 µs. */
    readonly threshold_us?: number;
    /** Debt that a unit of running time pays off. Default 5; 1..=100. */
    readonly weight?: number;
    /** Debt that warns; at most the threshold. Default 10000000; 0..=3600000000 µs. */
    readonly warn_us?: number;
    /** Lateness of a wake-up that is no pause. Default 16000; 0..=10000000 µs. */
    readonly slack_us?: number;
  };
  readonly token?: {
    /** Where a token's time comes from. Default "client_monotonic"; client_monotonic, regional or global. */
    readonly tier?: 'client_monotonic' | 'regional' | 'global';
    /** Resolution of the host's wall clock. Default 1; 1..=1000000 µs. */
    readonly resolution_us?: number;
    /** How far tokens may run ahead of the clock; at least the resolution. Default 1000000; 1000..=60000000 µs. */
    readonly max_drift_us?: number;
    /** What a greater drift does: a warning, or no token. Default "continue"; continue or refuse. */
    readonly on_drift?: 'continue' | 'refuse';
    /** Whether the host gives the wall time or it is estimated from the server's. Default "wall"; wall or estimated. */
    readonly clock?: 'wall' | 'estimated';
    /** Text form of a token in a header. Default "uuid7"; uuid7 or hex. */
    readonly header_form?: 'uuid7' | 'hex';
    readonly accept?: {
      /** Age up to which a server accepts a token; at least twice the largest max of any class. Default null; 1000..=86400000000 or null µs. `null`: 10 s, or twice the largest max if that is longer. */
      readonly past_us?: number | null;
      /** Lead up to which a server accepts a token. Default 1000000; 1000..=86400000000 µs. */
      readonly future_us?: number;
    };
    readonly window?: {
      /** Tokens that a server remembers. Default 65536; 16..=4194304 tokens. */
      readonly capacity?: number;
      /** Whether a server without memory accepts tokens made before its start. Default "open"; open or closed. */
      readonly cold_start?: 'open' | 'closed';
    };
  };
  readonly signal?: {
    /** Whether the client asks a server for signals at first use and regularly. Default false; true or false. */
    readonly handshake?: boolean;
    /** Time between two handshakes. Default 30000000; 1000000..=3600000000 µs. */
    readonly refresh_us?: number;
    /** Share by which that time is spread. Default 0.2; 0..=0.5. */
    readonly jitter?: number;
    /** Life of a record that names none; at least the refresh. Default 60000000; 1..=9007199254740991 µs. */
    readonly ttl_us?: number;
    readonly guard?: {
      /** The least target a signal may set. Default 100; 1..=60000000 µs. */
      readonly min_target_us?: number;
      /** The greatest max a signal may set. Default 60000000; 1000..=3600000000 µs. */
      readonly max_max_us?: number;
      /** The highest limit of calls a signal may set. Default 10000; 1..=1000000 calls. */
      readonly max_calls?: number;
      /** The highest limit of hedges a signal may set; at most that of calls. Default 1000; 0..=1000000 hedges. */
      readonly max_hedges?: number;
      /** The shortest life of a record. Default 1000000; 1..=9007199254740991 µs. */
      readonly ttl_min_us?: number;
      /** The longest life of a record. Default 3600000000; 1..=9007199254740991 µs. */
      readonly ttl_max_us?: number;
    };
  };
  readonly trace?: {
    /** Whether every input and decision is recorded. Default false; true or false. */
    readonly enabled?: boolean;
    /** Lines that may wait to be fetched; recording ends when it is full. Default 65536; 16..=1048576 lines. */
    readonly buffer?: number;
    /** Notes kept to be fetched, 0 for none. Default 0; 0..=65536 notes. */
    readonly notes?: number;
    /** Finished calls that can still be explained. Default 256; 0..=65536 calls. */
    readonly explain_calls?: number;
  };
  readonly capacity?: {
    /** Calls the client holds. Default 65536; 1..=1048576 calls. */
    readonly calls?: number;
    /** Endpoints the client holds. Default 1024; 1..=65536 endpoints. */
    readonly endpoints?: number;
    /** Names of namespaces the client knows. Default 256; 1..=4096 namespaces. */
    readonly namespaces?: number;
    /** Names of operations the client knows. Default 64; 1..=256 operations. */
    readonly operations?: number;
  };
  /** Exceptions for operations, by name. */
  readonly operations?: Readonly<Record<string, OperationConfig>>;
  /** Exceptions for namespaces, by name. */
  readonly namespaces?: Readonly<Record<string, NamespaceConfig>>;
}
