/** The module with every policy, compiled once. */

import { initSync } from './glue.js';
import { bytes } from './inlined.js';

let memory: WebAssembly.Memory | undefined;

/**
 * Compiles the inlined module unless it was, and answers its memory, in which the record buffers lie. Growth detaches
 * every view of it.
 */
export function load(): WebAssembly.Memory {
  memory ??= initSync({ module: bytes() }).memory;
  return memory;
}
