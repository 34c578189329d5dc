/**
 * The story of a call that failed: its attempts, its times, and why it ended.
 *
 * It is told only when a call fails, from what the driver holds anyway, so a call that succeeds pays nothing for it.
 */

import type { Transmission } from './attempt.js';
import { HedgerowError } from './errors.js';
import { type AttemptKind, CAUSES, type Cause, FAILURE_CLASSES, type FailureClass, slugOf } from './words.js';
import type { ReasonSlug } from './generated/reasons.js';

/** The story of a call. */
export interface Report {
  /** Why it ended. */
  readonly reason: ReasonSlug;
  /** Every attempt, in order of sending. */
  readonly attempts: readonly AttemptReport[];
  /** Milliseconds since its start. */
  readonly wallMs: number;
  /** Milliseconds of them in which this process did not run. */
  readonly lostMs: number;
  /** On a timeout, whose fault it was: `server` or `client_pause`. */
  readonly cause: Cause | undefined;
  /** The idempotency token that every attempt carried. */
  readonly token: string | undefined;
}

/** The story of an attempt. */
export interface AttemptReport {
  readonly endpoint: string;
  readonly number: number;
  readonly kind: AttemptKind;
  /** When it was sent, in milliseconds of the client's clock. */
  readonly start: number;
  /** Milliseconds until its end; `undefined` when that is not known. */
  readonly durationMs: number | undefined;
  /** How it ended; `cancelled` without an answer, as asked; `undefined` when that is not known. */
  readonly outcome: FailureClass | 'success' | 'cancelled' | undefined;
  /** Why it was sent, or why it was cancelled. */
  readonly reason: ReasonSlug;
}

const reports = new WeakMap<object, Report>();

/** Tells the story of the call that threw this error; `undefined` when no call did. */
export function reportOf(error: unknown): Report | undefined {
  if (error instanceof HedgerowError) return error.report;
  return reports.get(error as object);
}

/** Attaches a report to an error of the caller's own, as `error.hedgerow` where the error lets it. @internal */
export function attach(error: unknown, report: Report | undefined): void {
  if (Object(error) !== error || report === undefined) return;
  reports.set(error as object, report);
  Reflect.defineProperty(error as object, 'hedgerow', { value: report, configurable: true, writable: true });
}

/** @internal */
export function tell(
  attempts: readonly Transmission[],
  reason: number,
  wallMs: number,
  lostMs: number,
  cause: number,
): Report {
  const told = attempts.map(attemptReport);
  const token = attempts[0]?.token;
  return { reason: slugOf(reason), attempts: told, wallMs, lostMs, cause: CAUSES[cause - 1], token };
}

/** Stands for an attempt that ended without an answer, as asked. @internal */
export const CANCELLED = 99;

function attemptReport(attempt: Transmission): AttemptReport {
  const { endpoint, number, kind, start, end, result, reason } = attempt;
  return {
    endpoint,
    number,
    kind,
    start,
    durationMs: end < 0 ? undefined : end - start,
    outcome: result === 0 ? 'success' : result === CANCELLED ? 'cancelled' : FAILURE_CLASSES[result - 1],
    reason: slugOf(reason),
  };
}
