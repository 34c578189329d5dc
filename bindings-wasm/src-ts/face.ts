/** What every entry of the package shows beside the way to build a client. */

export type { Attempt, ServerClock, ServerLoad, ServerReport } from './attempt.js';
export type { Callback } from './call.js';
export type { Client } from './client.js';
export type { Clock, Timer } from './clock.js';
export type { Core, Stats } from './engine.js';
export {
  ConfigError,
  DeadlineError,
  type ErrorCode,
  HedgeLost,
  HedgerowError,
  LimitError,
  NoEndpointError,
  RefusedError,
  StateError,
  TimeoutError,
} from './errors.js';
export type { Event } from './event.js';
export type { Config } from './generated/config.js';
export type { ReasonSlug } from './generated/reasons.js';
export type { CallOptions, ClientOptions, Endpoint } from './options.js';
export { type Classify, type Failure, failure } from './outcome.js';
export { type AttemptReport, type Report, reportOf } from './report.js';
export type { AttemptKind, Cause, FailureClass, Idempotency, Priority } from './words.js';
