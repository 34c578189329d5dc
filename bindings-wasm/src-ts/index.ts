/**
 * hedgerow for JavaScript: hedged, retried, budgeted calls to replicated services.
 *
 * Importing this does nothing: the core is compiled when the first client is built.
 */

import type { Client } from './client.js';
import { clientOf } from './client-of.js';
import { bytes } from './inlined.js';
import type { ClientOptions } from './options.js';
import { core } from './wasm.js';

export * from './face.js';

/**
 * Builds a client.
 *
 * ```ts
 * const client = createClient({ config: { operations: { get: { idempotency: 'natural' } } }, endpoints: ['a', 'b'] });
 * const answer = await client.call(({ endpoint, signal }) => ask(endpoint, signal), { op: 'get', deadlineMs: 200 });
 * ```
 */
export function createClient(options: ClientOptions = {}): Client {
  return clientOf(options, () => core(bytes));
}
