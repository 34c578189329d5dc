// Rendered from the core's tables by `cargo xtask gen`; edit those instead.

/**
 * The flat form of actions and inputs: eight numbers, as the core reads and writes them. Nothing else knows the numbers.
 */

/** Numbers of one record. */
export const RECORD = 8;

/** Stands in a slot in which nothing is given. */
export const NOT_GIVEN = -1;

/** What slot 0 of a record says it is. */
export const enum Code {
  Send = 1,
  Cancel = 2,
  Complete = 3,
  Reject = 4,
  Handshake = 5,
  Note = 6,
  Start = 64,
  Response = 65,
  Failure = 66,
  Cancelled = 67,
  GiveUp = 68,
  Timeout = 69,
}

/** Positions within a record. */
export const enum Slot {
  Code = 0,
  Cookie = 1,
  Call = 2,
  Attempt = 3,
  Endpoint = 4,
  Time = 5,
  Argument = 6,
  Packed = 7,
}

/** How a call ended. */
export const enum Outcome {
  Ok = 0,
  Failed = 1,
  Cancelled = 2,
}

/** The numbers of a record by position. */
export type ActionRecord = readonly [
  code: Code,
  cookie: number,
  call: number,
  attempt: number,
  endpoint: number,
  time: number,
  argument: number,
  packed: number,
];

/** Stands for the priority or the idempotency that the operation has. */
export const OPERATIONS_OWN = 255;

/** Beside those of a start: the caller brings a token. */
export const WITH_TOKEN = 65536;

/** Beside those of a start: no hedges. */
export const NO_HEDGES = 131072;

/** Beside those of a start: no retries. */
export const NO_RETRIES = 262144;

/** Beside the class of a failure: the server asked not to be tried again. */
export const NEVER = 256;

/** Code of the reason. */
export function reasonOf(packed: number): number {
  return packed & 0xffff;
}

/** Number of the attempt that is sent, from 1; of a completed call, how many were sent. */
export function ordinalOf(packed: number): number {
  return (packed >>> 16) & 0xff;
}

/** Code of the kind of a send. */
export function kindOf(packed: number): number {
  return (packed >>> 24) & 0x3;
}

/** Code of the priority of a send. */
export function priorityOf(packed: number): number {
  return (packed >>> 26) & 0x3;
}

/** Whether a token of the core's own form travels with a send. */
export function hasToken(packed: number): boolean {
  return ((packed >>> 28) & 0x1) !== 0;
}

/** Code of the outcome of a completed call, 0 for an answer. */
export function outcomeOf(packed: number): number {
  return (packed >>> 24) & 0x3;
}

/** Code of the failure class that ended a call, 0 for none. */
export function classOf(packed: number): number {
  return (packed >>> 26) & 0x7;
}

/** Code of who was to blame for a timeout, 0 for nobody. */
export function causeOf(packed: number): number {
  return (packed >>> 29) & 0x3;
}
