/**
 * `hedgerow` in hosts that compile modules ahead of time and forbid it at run time: edge workers.
 *
 * The same face as the default entry. The module is imported, and made an instance when the first client is built.
 */

import type { Client } from './client.js';
import { clientOf } from './client-of.js';
import module from './hedgerow.wasm';
import type { ClientOptions } from './options.js';
import { core } from './wasm.js';

export * from './face.js';

/** Builds a client. */
export function createClient(options: ClientOptions = {}): Client {
  return clientOf(options, () => core(() => module));
}
