/**
 * `hedgerow/engine`: for other builds of the core behind this driver, such as a state that worker threads share.
 *
 * Such a build is a {@link Core}; `createClient({ engine })` takes it. What only they can is here, too: {@link snapshotOf}.
 */

export type { Clock, Timer } from './clock.js';
export type { Core, Engine, Fault, KnownEndpoints, Learned, Stats, Tables, TopologyChange } from './engine.js';
export { hostClock } from './host-clock.js';
export { millis, translated } from './misuse.js';
export { snapshotOf } from './snapshot.js';
export { type HttpFunctions, tables } from './tables.js';
