/**
 * The flat form of an action: eight numbers, written by the core.
 *
 * Slot 0 is the code, 1 the cookie, 2 the call, 3 the attempt, 4 the endpoint (of a handshake the namespace), 5 and 6
 * two times, 7 reason + 2^16 × ordinal + 2^24 × detail. This file knows the slots; nothing else does.
 */

/** Numbers of one record. */
export const RECORD = 8;

/** What slot 0 of a record says it is. */
export const enum Code {
  Send = 1,
  Cancel = 2,
  Complete = 3,
  Reject = 4,
  Handshake = 5,
  Note = 6,
  /** An input: an answer; its server told the requests in flight there in slot 4, the latency in 5, its wall time in 6. */
  Response = 65,
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

/** The code of a record's reason. */
export function reasonOf(packed: number): number {
  return packed & 0xffff;
}

/** The ordinal of a send, or how many attempts a completed call sent. */
export function ordinalOf(packed: number): number {
  return (packed >>> 16) & 0xff;
}

/** Kind of a send: 0 primary, 1 hedge, 2 retry; of a completed call, how it ended. */
export function kindOf(packed: number): number {
  return (packed >>> 24) & 3;
}

/** Priority of a send. */
export function priorityOf(packed: number): number {
  return (packed >>> 26) & 3;
}

/** Whether a token of the core's own form travels with a send. */
export function hasToken(packed: number): boolean {
  return ((packed >>> 28) & 1) === 1;
}

/** Code of the failure class that ended a call, 0 for none. */
export function classOf(packed: number): number {
  return (packed >>> 26) & 7;
}

/** Whose fault a call timeout was: 0 nobody's, 1 the server's, 2 this process's. */
export function causeOf(packed: number): number {
  return (packed >>> 29) & 3;
}

/** Flag beside priority and idempotency of a start: the caller brings a token. */
export const WITH_TOKEN = 0x10000;

/** Code of a priority or an idempotency that means "the operation's". */
export const OPERATIONS_OWN = 255;

/** Flag beside the class of a failure: the server asked not to be tried again. */
export const NEVER = 0x100;

/** Stands in a slot in which nothing is given. */
export const NOT_GIVEN = -1;
