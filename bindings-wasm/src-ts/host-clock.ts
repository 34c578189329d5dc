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

/** Where they can, and are plain numbers. */
interface Host {
  readonly Deno?: { refTimer(timer: number): void; unrefTimer(timer: number): void };
}

class HostTimer implements Timer {
  readonly #handle: number | Holding;

  constructor(handle: unknown) {
    this.#handle = handle as number | Holding;
  }

  clear(): void {
    clearTimeout(this.#handle as number);
  }

  hold(alive: boolean): void {
    const timer = this.#handle;
    if (typeof timer === 'number') {
      const { Deno } = globalThis as Host;
      if (alive) Deno?.refTimer(timer);
      else Deno?.unrefTimer(timer);
    } else if (alive) timer.ref();
    else timer.unref();
  }
}
