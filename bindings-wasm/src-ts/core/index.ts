/**
 * `hedgerow/core`: the core without the driver, numbers in and records out, and every policy as a class of its own.
 *
 * For simulators, tests and drivers of another kind. A module of its own, since the default entry has the client only.
 * Times are milliseconds, ids are numbers below 2^53, −1 stands for what is not given. Nothing is compiled at import:
 * {@link load} does it, and must have been called before anything else is used.
 */

import { initSync } from './glue.js';
import { bytes } from './inlined.js';

export * from './glue.js';

let memory: WebAssembly.Memory | undefined;

/**
 * Compiles the inlined module unless it was, and answers its memory, in which the record buffers lie. Growth detaches
 * every view of it.
 */
export function load(): WebAssembly.Memory {
  memory ??= initSync({ module: bytes() }).memory;
  return memory;
}
