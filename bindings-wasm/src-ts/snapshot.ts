/** Snapshots: what a client has learned, where the build behind it can go on from that. */

import type { Client } from './client.js';
import { misuse } from './misuse.js';

/**
 * What a client has learned until now, as plain values that JSON keeps: averages, records of servers, budgets, limits, health
 * and ejections, counters; never calls, nor what would let a token be minted twice.
 *
 * `engine` of `hedgerow/core` and `createShared` of `@hedgerow/native` go on from it; clients without such an engine have
 * none, which is a `StateError`.
 */
export function snapshotOf(client: Client): unknown {
  const { engine } = client;
  if (engine.snapshot === undefined) throw misuse('engine: not given, want that of hedgerow/core or of @hedgerow/native');
  return engine.snapshot(client.clock.now());
}
