/** The module with every policy behind the driver: its clients tell what they have learned, and go on from it. */

import type { Core, Learned } from '../engine.js';
import { millis } from '../misuse.js';
import { tables } from '../tables.js';
import { WasmEngine } from '../wasm-engine.js';
import { Client, clientField, delayHeaders, faultClass, httpIdempotency, readHttp } from './glue.js';
import { load } from './load.js';

/**
 * The engine of clients that can be restored: `createClient({ engine: engine() })`, and after a restart
 * `createClient({ engine: engine({ snapshot, elapsedMs }) })`, with the same configuration or another one.
 *
 * Take `createClient` from `hedgerow/slim` then, so that the default module is not downloaded beside this one. What does not
 * fit is dropped and counted in `snapshot_dropped`; what is no snapshot is a `ConfigError` when a client is built.
 */
export function engine(learned?: Learned): Core {
  const { elapsedMs = 0 } = learned ?? {};
  millis('elapsedMs', elapsedMs);
  const memory = load();
  const made = (config: unknown, seed: Uint8Array, notes: boolean, now: number): Client => {
    if (learned !== undefined) return Client.restore(learned.snapshot, config, seed, elapsedMs, notes, now);
    return notes ? Client.withNotes(config, seed, now) : new Client(config, seed, now);
  };
  return {
    ...tables({ httpIdempotency, delayHeaders, readHttp, faultClass, clientField }),
    create: (config, seed, notes, now) => new KeepingEngine(made(config, seed, notes, now), memory),
  };
}

class KeepingEngine extends WasmEngine {
  readonly #keeper: Client;

  constructor(client: Client, memory: WebAssembly.Memory) {
    super(client, memory);
    this.#keeper = client;
  }

  snapshot(now: number): unknown {
    return this.#keeper.snapshot(now);
  }
}
