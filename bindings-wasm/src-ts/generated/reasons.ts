// Rendered from the core's tables by `cargo xtask gen`; edit those instead.

/** Stable short names of the reasons. */
export type ReasonSlug =
  | 'actions'
  | 'attempt_timeout'
  | 'attempt_timeout_kept'
  | 'attempts_exhausted'
  | 'breaker'
  | 'breaker_closed'
  | 'breaker_open'
  | 'breaker_probe'
  | 'call_cancelled'
  | 'call_limit'
  | 'call_timeout'
  | 'caller_cancelled'
  | 'capacity'
  | 'class_unknown'
  | 'clock_behind'
  | 'clock_untrusted'
  | 'deadline'
  | 'deadline_passed'
  | 'drain'
  | 'draining'
  | 'duplicate'
  | 'ejected'
  | 'fatal'
  | 'handshake'
  | 'handshake_refresh'
  | 'handshake_stale'
  | 'handshake_start'
  | 'hedge'
  | 'hedge_after_failure'
  | 'hedge_budget'
  | 'hedge_client_stalled'
  | 'hedge_due'
  | 'hedge_endpoint_limit'
  | 'hedge_limit'
  | 'hedge_no_endpoint'
  | 'hedge_no_time'
  | 'hedge_not_idempotent'
  | 'hedge_off'
  | 'hedge_postponed'
  | 'hedge_priority'
  | 'hedge_pushback'
  | 'hedge_rearmed'
  | 'hedge_slo_missed'
  | 'hedge_too_few_endpoints'
  | 'hedge_too_few_samples'
  | 'hedge_waiting'
  | 'in_zone'
  | 'late'
  | 'lease_exhausted'
  | 'lost_race'
  | 'no_clock'
  | 'no_endpoint'
  | 'no_nonce_seed'
  | 'non_replica'
  | 'not_idempotent'
  | 'ok'
  | 'orphan'
  | 'orphan_expired'
  | 'other_region'
  | 'other_zone'
  | 'out_of_range'
  | 'primary'
  | 'pushback_stop'
  | 'response'
  | 'retry'
  | 'retry_budget'
  | 'retry_due'
  | 'retry_no_endpoint'
  | 'retry_no_time'
  | 'retry_off'
  | 'retry_scheduled'
  | 'shutdown'
  | 'signal_applied'
  | 'signal_clamped'
  | 'signal_invalid'
  | 'signal_old_version'
  | 'signal_refreshed'
  | 'signal_stale'
  | 'signal_version_reset'
  | 'stale_id'
  | 'starting'
  | 'token_malformed'
  | 'unhealthy'
  | 'unknown_namespace'
  | 'unknown_operation';

/** Short names by code, of the reasons that records and denials carry; other codes are left out. */
export const REASONS: readonly (ReasonSlug | undefined)[] = [
  'ok', // 0
  , , , , , , , , ,
  'draining', // 10
  'unknown_namespace', // 11
  'unknown_operation', // 12
  'deadline_passed', // 13
  'capacity', // 14
  'no_endpoint', // 15
  'breaker_open', // 16
  'call_limit', // 17
  'clock_untrusted', // 18
  'no_clock', // 19
  'lease_exhausted', // 20
  'no_nonce_seed', // 21
  , , , , , , , ,
  'primary', // 30
  'hedge_due', // 31
  'hedge_after_failure', // 32
  'retry_due', // 33
  , , , , , ,
  'hedge_off', // 40
  'hedge_not_idempotent', // 41
  'hedge_priority', // 42
  'hedge_too_few_endpoints', // 43
  'hedge_slo_missed', // 44
  'hedge_client_stalled', // 45
  'hedge_too_few_samples', // 46
  , , ,
  'hedge_limit', // 50
  'hedge_endpoint_limit', // 51
  'hedge_budget', // 52
  'hedge_pushback', // 53
  'hedge_no_time', // 54
  'hedge_no_endpoint', // 55
  ,
  'hedge_rearmed', // 57
  'hedge_postponed', // 58
  'hedge_waiting', // 59
  'retry_off', // 60
  ,
  'not_idempotent', // 62
  'attempts_exhausted', // 63
  'retry_budget', // 64
  'retry_no_time', // 65
  'pushback_stop', // 66
  'retry_no_endpoint', // 67
  'retry_scheduled', // 68
  'attempt_timeout_kept', // 69
  , , , , , , , , , ,
  'response', // 80
  'fatal', // 81
  'call_timeout', // 82
  'deadline', // 83
  'caller_cancelled', // 84
  'shutdown', // 85
  , , , , , , , , , , , , , ,
  'lost_race', // 100
  'call_timeout', // 101
  'call_cancelled', // 102
  'attempt_timeout', // 103
  'shutdown', // 104
  'deadline', // 105
  , , , , , , , , , , , , , ,
  'stale_id', // 120
  'duplicate', // 121
  'late', // 122
  'orphan_expired', // 123
  'class_unknown', // 124
  , , , , , , , , , , , , , , ,
  'signal_applied', // 140
  'signal_old_version', // 141
  'signal_invalid', // 142
  'signal_clamped', // 143
  'signal_stale', // 144
  'signal_refreshed', // 145
  'signal_version_reset', // 146
  , , ,
  'handshake_start', // 150
  'handshake_refresh', // 151
  'handshake_stale', // 152
  , , , , , , , , , , , , , , , , , , , , , , , , , , , , , , , , , , ,
  'breaker_probe', // 188
  'breaker_closed', // 189
  , , , , , , , , , ,
  'clock_behind', // 200
];

/** Codes by name. */
export const enum ReasonCode {
  /** The call or question went through. */
  Ok = 0,
  /** The client is shutting down and admits no new call. */
  Draining = 10,
  /** The namespace number was not issued by this client. */
  UnknownNamespace = 11,
  /** The operation number was not issued by this client. */
  UnknownOperation = 12,
  /** The effective deadline does not lie ahead of now. */
  DeadlinePassed = 13,
  /** The call table is full. */
  Capacity = 14,
  /** No live endpoint is in reach. */
  NoEndpoint = 15,
  /** Every candidate is behind an open breaker. */
  BreakerOpen = 16,
  /** The namespace holds as many call slots as its limit allows. */
  CallLimit = 17,
  /** The wall clock lies further behind the last token than the allowed drift. */
  ClockUntrusted = 18,
  /** No wall time was given and none is estimated. */
  NoClock = 19,
  /** The lease of timestamps is used up, expired or absent. */
  LeaseExhausted = 20,
  /** The client was restored without a fresh nonce seed. */
  NoNonceSeed = 21,
  /** The first attempt of a call. */
  Primary = 30,
  /** The hedge delay passed without an answer. */
  HedgeDue = 31,
  /** Another attempt failed, so the hedge goes at once. */
  HedgeAfterFailure = 32,
  /** The backoff wait is over. */
  RetryDue = 33,
  /** Hedging is switched off. */
  HedgeOff = 40,
  /** The operation must not run twice at the same time. */
  HedgeNotIdempotent = 41,
  /** The call's priority is below the lowest that is hedged. */
  HedgePriority = 42,
  /** The plan has fewer than two entries. */
  HedgeTooFewEndpoints = 43,
  /** The average is at or near the target already. */
  HedgeSloMissed = 44,
  /** The client itself is stalled, so a hedge would punish healthy servers. */
  HedgeClientStalled = 45,
  /** Too few samples for a quantile. */
  HedgeTooFewSamples = 46,
  /** As many hedges are in flight as the limit allows. */
  HedgeLimit = 50,
  /** Every candidate holds as many hedges as its cap allows. */
  HedgeEndpointLimit = 51,
  /** The budget, or the coin of single_r, refused. */
  HedgeBudget = 52,
  /** A server asked the namespace to wait. */
  HedgePushback = 53,
  /** The average answer would come after the deadline. */
  HedgeNoTime = 54,
  /** No unused live plan entry is left. */
  HedgeNoEndpoint = 55,
  /** The hedge timer was observed late, so it runs once more. */
  HedgeRearmed = 57,
  /** A server asked to wait, so the hedge timer moves. */
  HedgePostponed = 58,
  /** As many hedges are in flight as the limit allows, so this one waits for a slot. */
  HedgeWaiting = 59,
  /** Retries are switched off. */
  RetryOff = 60,
  /** The operation must not be sent twice. */
  NotIdempotent = 62,
  /** The call made as many attempts as allowed. */
  AttemptsExhausted = 63,
  /** The budget refused. */
  RetryBudget = 64,
  /** The retry would end after the deadline. */
  RetryNoTime = 65,
  /** The server asked not to be tried again. */
  PushbackStop = 66,
  /** No live endpoint is left to try. */
  RetryNoEndpoint = 67,
  /** A retry waits for its backoff. */
  RetryScheduled = 68,
  /** The attempt timed out but goes on, since nothing better may follow. */
  AttemptTimeoutKept = 69,
  /** An attempt answered. */
  Response = 80,
  /** A definite negative answer. */
  Fatal = 81,
  /** The call's own time is over. */
  CallTimeout = 82,
  /** The caller's deadline passed. */
  Deadline = 83,
  /** The caller gave up. */
  CallerCancelled = 84,
  /** The drain deadline passed. */
  Shutdown = 85,
  /** Another attempt won. */
  LostRace = 100,
  /** The call timed out. */
  CancelCallTimeout = 101,
  /** The caller gave the call up. */
  CallCancelled = 102,
  /** The attempt timed out and a retry follows. */
  CancelAttemptTimeout = 103,
  /** The drain deadline passed. */
  CancelShutdown = 104,
  /** The caller's deadline passed. */
  CancelDeadline = 105,
  /** The id is unknown or was freed. */
  StaleId = 120,
  /** The attempt had ended already. */
  Duplicate = 121,
  /** The call was decided before this report. */
  Late = 122,
  /** The end of an attempt was never reported. */
  OrphanExpired = 123,
  /** The failure class code is unknown and reads as transient. */
  ClassUnknown = 124,
  /** The record was stored. */
  SignalApplied = 140,
  /** The record is older than the stored one. */
  SignalOldVersion = 141,
  /** The record breaks the rules and was dropped whole. */
  SignalInvalid = 142,
  /** A guard rail clamped a field. */
  SignalClamped = 143,
  /** The record that supplied the hedge limit outlived its ttl. */
  SignalStale = 144,
  /** The same version again: only its age is renewed. */
  SignalRefreshed = 145,
  /** A lower version was accepted because the stored one was too old. */
  SignalVersionReset = 146,
  /** First use of a namespace. */
  HandshakeStart = 150,
  /** The refresh time is over. */
  HandshakeRefresh = 151,
  /** The refresh time is over and the namespace is stale. */
  HandshakeStale = 152,
  /** Actions are waiting to be drained. */
  Actions = 160,
  /** A hedge timer. */
  WakeHedge = 161,
  /** A retry timer. */
  WakeRetry = 162,
  /** An attempt timeout. */
  WakeAttemptTimeout = 163,
  /** A call timeout. */
  WakeCallTimeout = 164,
  /** A caller's deadline. */
  WakeDeadline = 165,
  /** An orphan timer. */
  WakeOrphan = 166,
  /** A handshake. */
  WakeHandshake = 167,
  /** The drain deadline. */
  WakeDrain = 168,
  /** The endpoint is in the client's zone. */
  InZone = 180,
  /** The endpoint's zone differs or is unknown. */
  OtherZone = 181,
  /** The endpoint is not in the replica list. */
  NonReplica = 182,
  /** The endpoint is starting up. */
  Starting = 183,
  /** The endpoint is busy and silent. */
  Unhealthy = 184,
  /** The endpoint is an ejected outlier. */
  Ejected = 185,
  /** The endpoint's region differs. */
  OtherRegion = 186,
  /** The endpoint's breaker is open. */
  Breaker = 187,
  /** The breaker was open; this attempt alone tries the endpoint. */
  BreakerProbe = 188,
  /** The probe succeeded and the breaker is closed. */
  BreakerClosed = 189,
  /** The wall clock lies behind the last token; tokens run ahead of it. */
  ClockBehind = 200,
  /** The text is not a token of this form. */
  TokenMalformed = 201,
  /** The token's time does not fit the form. */
  OutOfRange = 202,
}
