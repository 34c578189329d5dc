/**
 * What the end of an attempt means.
 *
 * An error of a plain callback is `transient`, unless it was marked with a class ({@link failure}), or the client's
 * `classify` answers one. What each class then does is the core's affair.
 */

import { FAILURE_CLASSES, type FailureClass } from './words.js';
import { unfit } from './misuse.js';

/** What a failed attempt tells the policies. */
export interface Failure {
  /** Whether the work may have been done, and who refused it. */
  readonly class: FailureClass;
  /** The server wants to be asked again after so many milliseconds, not sooner. */
  readonly retryAfterMs?: number;
  /** The server asked not to be tried again. */
  readonly never?: boolean;
  /** The server allows at most so many retries of the whole call. */
  readonly maxRetries?: number;
}

/** Judges an error of a callback that carries no mark; `undefined` knows nothing of it. */
export type Classify = (error: unknown) => Failure | FailureClass | undefined;

const marked = new WeakMap<object, Failure>();

/**
 * Marks an error with what it means and gives it back, to be thrown.
 *
 * ```ts
 * throw failure(new Error('busy'), { class: 'overloaded', retryAfterMs: 250 });
 * ```
 */
export function failure<E extends object>(error: E, meaning: Failure | FailureClass): E {
  marked.set(error, resolved(meaning));
  return error;
}

/** What an error means. @internal */
export function meaningOf(error: unknown, classify: Classify | undefined): Failure {
  // What is no object has no mark.
  const mark = marked.get(error as object);
  if (mark !== undefined) return mark;
  const judged = classify?.(error);
  return judged === undefined ? UNKNOWN : resolved(judged);
}

/** Code of a failure class. @internal */
export function classCode(meaning: Failure): number {
  return FAILURE_CLASSES.indexOf(meaning.class) + 1;
}

const UNKNOWN: Failure = { class: 'transient' };

function resolved(meaning: Failure | FailureClass): Failure {
  const failure = typeof meaning === 'string' ? { class: meaning } : meaning;
  if (!FAILURE_CLASSES.includes(failure.class)) {
    throw unfit('class', failure.class, FAILURE_CLASSES.join(', '));
  }
  return failure;
}
