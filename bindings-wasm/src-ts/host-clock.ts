/** The clock of the host: `performance.now`, `setTimeout`, and a turn of its event loop. */

import type { Clock, Timer } from './clock.js';
import { afterIo } from './io-turn.js';

/** The real clock. It does nothing until it is asked. */
export const hostClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  schedule: (callback, delay) => timer(setTimeout(callback, delay)),
  afterIo,
};

/** What `setTimeout` answers where timers can let a process end. */
interface Holding {
  ref(): unknown;
  unref(): unknown;
}

/** Where they can, and are plain numbers. */
interface Host {
  readonly Deno?: { refTimer(timer: number): void; unrefTimer(timer: number): void };
}

function timer(handle: number | Holding): Timer {
  return {
    clear: () => clearTimeout(handle as number),
    hold(alive) {
      const { Deno } = globalThis as Host;
      if (typeof handle !== 'number') handle[alive ? 'ref' : 'unref']();
      else Deno?.[alive ? 'refTimer' : 'unrefTimer'](handle);
    },
  };
}
