/**
 * `hedgerow/slim`: the same, with a WebAssembly module of the caller's own instead of inlined bytes.
 *
 * For hosts that compile modules ahead of time, and for pages that load the bytes beside the script.
 */

import type { Client } from './client.js';
import { clientOf } from './client-of.js';
import { StateError } from './errors.js';
import type { ClientOptions } from './options.js';
import { core } from './wasm.js';

export * from './face.js';

/** Takes a compiled module, or bytes that are compiled now. */
export function initSync(module: WebAssembly.Module | BufferSource): void {
  core(() => module);
}

/** Takes bytes or a response, compiled without holding the caller up. */
export async function init(source: BufferSource | Response | PromiseLike<Response>): Promise<void> {
  const found = await source;
  const bytes = found instanceof Response ? await found.arrayBuffer() : found;
  initSync(await WebAssembly.compile(bytes));
}

/** Builds a client; the module must have been taken. */
export function createClient(options: ClientOptions = {}): Client {
  const missing = (): never => {
    throw new StateError('invalid_argument', 'no module: call init or initSync first');
  };
  return clientOf(options, () => core(missing));
}
