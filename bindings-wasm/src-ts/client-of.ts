/** Clients of the core that an entry brings, or of the one that the caller gives. */

import { Client } from './client.js';
import type { Core } from './engine.js';
import type { ClientOptions } from './options.js';

/** Builds a client; what its core has fixed is its default. */
export function clientOf(options: ClientOptions, own: () => Core): Client {
  const core = options.engine ?? own();
  return new Client(core, { ...core.defaults, ...options });
}
