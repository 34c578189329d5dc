/** A shared state as the driver takes it: each client that is built with it attaches as one more worker. */

import { type Config, StateError } from 'hedgerow';
import { type Clock, type Core, type Engine, hostClock, type HttpFunctions, type Tables, tables } from 'hedgerow/engine';
import { type Addon, exportsOf } from './addon.js';
import { processNow } from './clock.js';
import { classes } from './core/classes.js';
import { NativeEngine } from './engine.js';

/** The tables belong to no state. */
let http: Tables | undefined;

/** Stands for the seed of the state, which does not leave it. */
const OF_THE_STATE = new Uint8Array(0);

/** The core behind clients of a state. */
export function sharedCore(addon: Addon, shared: number): Core {
  http ??= tables(classes(exportsOf(addon)) as unknown as HttpFunctions);
  const config = JSON.parse(addon.sharedConfig(shared)) as Config;
  const clock: Clock = { ...hostClock, now: processNow };
  return {
    ...http,
    defaults: { config, seed: OF_THE_STATE, clock },
    create(given, seed, notes): Engine {
      const twice = given !== config ? 'config' : seed !== OF_THE_STATE ? 'seed' : undefined;
      if (twice !== undefined) {
        throw new StateError('invalid_argument', `${twice}: given beside an engine that has one; give it to createShared`);
      }
      return new NativeEngine(addon, shared, notes);
    },
  };
}
