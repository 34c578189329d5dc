/** The clock of the host: `performance.now`, `setTimeout`, and a turn of its event loop. */

import type { Clock, Timer } from './clock.js';
import { afterIo } from './io-turn.js';

/** The real clock. It does nothing until it is asked. */
export const hostClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  schedule: (callback, delay) => new HostTimer(setTimeout(callback, delay)),
  afterIo,
};

/** What `setTimeout` answers where timers can let a process end. */
interface Holding {
  ref(): unknown;
  unref(): unknown;
}

class HostTimer implements Timer {
  readonly #handle: ReturnType<typeof setTimeout>;

  constructor(handle: ReturnType<typeof setTimeout>) {
    this.#handle = handle;
  }

  clear(): void {
    clearTimeout(this.#handle);
  }

  hold(alive: boolean): void {
    const handle: unknown = this.#handle;
    if (typeof handle !== 'object' || handle === null || !('unref' in handle)) return;
    const timer = handle as Holding;
    if (alive) timer.ref();
    else timer.unref();
  }
}
