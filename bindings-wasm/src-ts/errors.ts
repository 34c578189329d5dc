/**
 * Errors: why a call has no result.
 *
 * When the failure of an attempt ended the call, what that attempt threw is thrown again, with the story of the call
 * beside it ({@link reportOf}). When something else ended it, such as its time, the error is one of the classes here, and
 * what the last attempt to fail threw, if one did, is its `cause`.
 */

import type { ReasonSlug } from './generated/reasons.js';
import type { Report } from './report.js';
import { slugOf } from './words.js';

/** What `code` of an error can be. */
export type ErrorCode = ReasonSlug | 'config' | 'closed' | 'poisoned' | 'invalid_argument';

/** Base of every error of this package. */
export class HedgerowError extends Error {
  override readonly name: string = 'HedgerowError';
  /** Stable short name of what happened. */
  declare readonly code: ErrorCode;
  /** The story of the call, when there was one. */
  declare report: Report | undefined;

  constructor(code: ErrorCode, message: string, report?: Report, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.report = report;
  }
}

/** Says that the caller's deadline passed, before the call or during it. */
export class DeadlineError extends HedgerowError {
  override readonly name = 'DeadlineError';
}

/**
 * Says that the call's own time was over.
 *
 * `report.cause` tells whose fault it was. So does `cause`, which is `client_pause` when this process was to blame and no
 * attempt had thrown before.
 */
export class TimeoutError extends HedgerowError {
  override readonly name = 'TimeoutError';
  /** Milliseconds of the call in which this process did not run. */
  get lostMs(): number {
    return this.report?.lostMs ?? 0;
  }
}

/** Says that the namespace holds as many calls as its limit allows. */
export class LimitError extends HedgerowError {
  override readonly name = 'LimitError';
}

/** Says that no live endpoint was in reach. */
export class NoEndpointError extends HedgerowError {
  override readonly name = 'NoEndpointError';
}

/** Says that the call was not admitted for another reason, or that the client was shut down. */
export class RefusedError extends HedgerowError {
  override readonly name = 'RefusedError';
}

/** Says that a configuration or an endpoint is not valid: `field` is its path. */
export class ConfigError extends HedgerowError {
  override readonly name = 'ConfigError';
  /** Path of the field in the document. */
  declare readonly field: string;

  constructor(field: string, message: string) {
    super('config', message);
    this.field = field;
  }
}

/** Says that the client was closed, that it broke, or that it was used wrongly. */
export class StateError extends HedgerowError {
  override readonly name = 'StateError';
  declare readonly code: 'closed' | 'poisoned' | 'invalid_argument';
}

/** The reason with which an attempt is aborted when another one has won. */
export class HedgeLost extends HedgerowError {
  override readonly name = 'HedgeLost';

  constructor() {
    super('lost_race', 'another attempt of the call has won');
  }
}

/** The error of a call that ended for this reason; `last` is what an attempt threw before. @internal */
export function refusal(reason: number, report?: Report, last?: unknown): HedgerowError {
  const code = slugOf(reason);
  const attempts = report?.attempts.length ?? 0;
  const after = attempts === 0 ? '' : ` after ${attempts} attempt${attempts === 1 ? '' : 's'}`;
  const pause = report?.cause === 'client_pause' ? `, client_pause: ${report.lostMs} ms lost` : '';
  const cause = last ?? (pause === '' ? undefined : report?.cause);
  return new (CLASSES[code] ?? RefusedError)(code, code + after + pause, report, cause === undefined ? {} : { cause });
}

/** The classes of the reasons that have one of their own. */
const CLASSES: { readonly [Code in ErrorCode]?: typeof HedgerowError } = {
  deadline: DeadlineError,
  deadline_passed: DeadlineError,
  call_timeout: TimeoutError,
  attempt_timeout: TimeoutError,
  call_limit: LimitError,
  no_endpoint: NoEndpointError,
  lost_race: HedgeLost as unknown as typeof HedgerowError,
};
