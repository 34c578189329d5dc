/**
 * `hedgerow/inputs`: what few programs tell their client, each a function of its own, so that others do not download it.
 *
 * Times of the client's clock are those of `client.clock.now()`. What is no such number is a `StateError` that names it;
 * a client that was closed takes nothing.
 */

import type { Client } from './client.js';
import { millis, whole } from './misuse.js';

/** A reading of a server's clock. */
export interface ClockSample {
  /** When the server was asked, in milliseconds of the client's clock. */
  readonly sentMs: number;
  /** When its answer came, in milliseconds of the client's clock. */
  readonly receivedMs: number;
  /** What the server said, in milliseconds since 1970. */
  readonly wallMs: number;
}

/** Timestamps that a service has given to this client alone. */
export interface Lease {
  /** The first, in whole microseconds since 1970, below 2^53. */
  readonly startUs: number;
  /** How many, from 0. */
  readonly count: number;
  /** Until when they are good, in milliseconds of the client's clock. */
  readonly expiresMs: number;
}

/**
 * Hands in a reading of a server's wall clock; `token.clock` `estimated` mints by these.
 *
 * One that was received before it was sent, or more than 5 s after, is not used and counted in `clock_samples_rejected`. An
 * attempt that reports `wallMs` with its answer hands one in by itself.
 */
export function clockSample(client: Client, { sentMs, receivedMs, wallMs }: ClockSample): void {
  millis('sentMs', sentMs);
  millis('receivedMs', receivedMs);
  millis('wallMs', wallMs);
  client.input((engine, now) => engine.clockSample(sentMs, receivedMs, wallMs, now));
}

/**
 * Hands in a lease of timestamps, in the place of the rest of the last; `token.tier` `regional` mints from it.
 *
 * Count its time from before it was asked for: `expiresMs: sentMs + 30_000`. When it is used up or over, calls that need a
 * token are refused with `lease_exhausted`.
 */
export function lease(client: Client, { startUs, count, expiresMs }: Lease): void {
  whole('startUs', startUs);
  whole('count', count);
  millis('expiresMs', expiresMs);
  client.input((engine, now) => engine.lease(startUs, count, expiresMs, now));
}

/** Tells that the machine slept, so that its clock may have stood still: readings of servers' clocks are dropped. */
export function suspended(client: Client): void {
  client.input((engine, now) => engine.suspended(now));
}

/**
 * Hands in what a server said in the map form, `{ records: [{ ns: 'users', op: 'get', v: 1, target: 10_000 }] }`: the body of
 * a handshake, or metadata of an RPC.
 *
 * Answers how many records were not valid; each stands alone. Names that nobody made known here change nothing and are
 * counted in `signals_foreign`. What is no such document is a `ConfigError`.
 */
export function signals(client: Client, records: unknown): number {
  return client.input((engine, now) => engine.signals(records, now));
}
