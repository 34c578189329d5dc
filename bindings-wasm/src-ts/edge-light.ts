/**
 * `hedgerow` in edge hosts that name a compiled module by `?module`, as those of Next.js and Vercel do.
 *
 * The same as the entry for `workerd`, whose tools do not know that suffix.
 */

import type { Client } from './client.js';
import { clientOf } from './client-of.js';
import module from './hedgerow.wasm?module';
import type { ClientOptions } from './options.js';
import { core } from './wasm.js';

export * from './face.js';

/** Builds a client. */
export function createClient(options: ClientOptions = {}): Client {
  return clientOf(options, () => core(() => module));
}
