/**
 * `hedgerow/testing`: clients whose time, transport and chance are a test's own.
 *
 * The seed is fixed, so a test that passes once passes always. It works beside libraries that replace timers, not
 * through them.
 */

import type { Client } from '../client.js';
import type { Engine } from '../engine.js';
import { createClient } from '../index.js';
import type { ClientOptions } from '../options.js';
import { STREAM_NUMBERS, type StreamName } from '../words.js';
import { VirtualClock } from './virtual-clock.js';

export { VirtualClock } from './virtual-clock.js';
export { type Line, ScriptedError, ScriptedTransport } from './scripted.js';

/** The seed of every client of a test. It is no secret. */
export const TEST_SEED: Uint8Array = Uint8Array.from({ length: 32 }, (_, at) => at + 1);

/** What a client of a test is built from. */
export interface TestOptions extends ClientOptions {
  readonly clock?: VirtualClock;
  /** Draws of a policy, each from 0 up to 1; behind the last one the script begins again. */
  readonly draws?: Readonly<Partial<Record<StreamName, readonly number[]>>>;
}

/** Builds a client with a clock at rest and a fixed seed. */
export function createTestClient(options: TestOptions = {}): { client: Client; clock: VirtualClock } {
  const { draws = {}, clock = new VirtualClock(), ...rest } = options;
  const client = createClient({ seed: TEST_SEED, ...rest, clock });
  for (const [name, fractions] of Object.entries(draws)) scriptDraws(client, name as StreamName, fractions);
  return { client, clock };
}

/** The core behind a client, to look at what the client itself does not show. */
export function engineOf(client: Client): Engine {
  return client.engine;
}

/** Replaces the draws of one policy. */
export function scriptDraws(client: Client, name: StreamName, fractions: readonly number[]): void {
  const scaled = fractions.map((fraction) => Math.min(Math.max(Math.floor(fraction * 2 ** 32), 0), 2 ** 32 - 1));
  client.engine.script(STREAM_NUMBERS[name], Uint32Array.from(scaled));
}
