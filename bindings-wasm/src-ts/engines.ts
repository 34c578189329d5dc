/**
 * `hedgerow/engine`: for other builds of the core behind this driver, such as a state that worker threads share.
 *
 * Such a build is a {@link Core}; `createClient({ engine })` takes it.
 */

export type { Clock, Timer } from './clock.js';
export type { Core, Engine, Fault, KnownEndpoints, Stats, Tables, TopologyChange } from './engine.js';
export { hostClock } from './host-clock.js';
export { translated } from './misuse.js';
export { type HttpFunctions, tables } from './tables.js';
