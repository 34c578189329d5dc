/**
 * The core as WebAssembly: compiled when it is first asked for, never at import.
 *
 * The one file of the driver that knows the functions of the build.
 */

import * as glue from './glue.js';
import { clientField, delayHeaders, faultClass, httpIdempotency, readHttp } from './glue.js';
import type { Core } from './engine.js';
import { tables } from './tables.js';
import { WasmEngine } from './wasm-engine.js';

let wasm: Core | undefined;

/** The core; compiled now unless it was. */
export function core(module: () => WebAssembly.Module | BufferSource): Core {
  return (wasm ??= coreIn(glue.initSync({ module: module() }).memory));
}

function coreIn(memory: WebAssembly.Memory): Core {
  return {
    ...tables({ httpIdempotency, delayHeaders, readHttp, faultClass, clientField }),
    create(config, seed, notes, now) {
      const client = notes ? glue.Client.withNotes(config, seed, now) : new glue.Client(config, seed, now);
      return new WasmEngine(client, memory);
    },
  };
}
