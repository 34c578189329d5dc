// Rendered from the core's tables by `cargo xtask gen`; edit those instead.

/** How important a call is, by code. */
export const PRIORITY = ['critical', 'degraded', 'best_effort', 'bulk'] as const;
export type Priority = (typeof PRIORITY)[number];

/** Whether a call may be sent again, by code. */
export const IDEMPOTENCY = ['none', 'retry', 'natural', 'token'] as const;
export type Idempotency = (typeof IDEMPOTENCY)[number];

/** Why an attempt failed, by code less 1. */
export const FAILURE_CLASSES = ['fatal', 'transient', 'timeout', 'not_sent', 'overloaded', 'refused'] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** Why an attempt is sent, by code. */
export const ATTEMPT_KINDS = ['primary', 'hedge', 'retry'] as const;
export type AttemptKind = (typeof ATTEMPT_KINDS)[number];

/** How a call ended, by code. */
export const OUTCOMES = ['ok', 'failed', 'cancelled'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Whose fault a timeout was, by code less 1. */
export const CAUSES = ['server', 'client_pause'] as const;
export type Cause = (typeof CAUSES)[number];

/** Numbers of the streams of draws that a test can script. */
export const STREAM_NUMBERS = { backoff: 2, hedge_coin: 3, balance: 4, signal_refresh: 6 } as const;
export type StreamName = keyof typeof STREAM_NUMBERS;
