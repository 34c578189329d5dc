/**
 * `@hedgerow/native`: one policy state for all worker threads of a process.
 *
 * Limits, budgets and what is known of the servers are then the process's own and not each worker's. Calls stay their
 * worker's: it performs them, and alone sleeps for them.
 *
 * ```ts
 * // In one thread:
 * const shared = createShared({ limits: { hedges: 4 } });
 * new Worker(file, { workerData: shared });
 *
 * // In each worker, and in the first thread too if it calls:
 * const client = createClient({ engine: attach(workerData), endpoints: ['a', 'b'] });
 * ```
 *
 * Importing this does nothing: the addon is loaded by the first function that is called.
 */

import type { Config, Core } from 'hedgerow';
import { type Learned, millis, translated } from 'hedgerow/engine';
import { addon } from './addon.js';
import { processNow } from './clock.js';
import { sharedCore } from './shared.js';

/**
 * Makes a state out of its configuration; the number by which threads attach to it.
 *
 * The seed is 32 secret bytes, drawn from the host's secure source when absent. With `learned` it goes on from what an
 * earlier state had learned. The state lives as long as this thread, until it is released, and beyond that as long as a
 * client is attached.
 */
export function createShared(config: Config = {}, seed?: Uint8Array, learned?: Learned): number {
  const secret = seed ?? crypto.getRandomValues(new Uint8Array(32));
  if (learned === undefined) return translated(() => addon().createShared(config, secret, processNow(), true));
  const { snapshot, elapsedMs = 0 } = learned;
  millis('elapsedMs', elapsedMs);
  return translated(() => addon().restoreShared(snapshot, config, secret, elapsedMs, processNow(), true));
}

/**
 * Lets go of a state that this thread made; whether it held it. Clients that are attached go on, and the last one to be
 * closed frees it.
 */
export function release(shared: number): boolean {
  return addon().releaseShared(shared);
}

/**
 * The engine of clients in this thread: `createClient({ engine: attach(shared) })`. Each client is one more worker, until it
 * is closed or its thread ends. Its configuration and its seed are those of the state.
 */
export function attach(shared: number): Core {
  return translated(() => sharedCore(addon(), shared));
}
