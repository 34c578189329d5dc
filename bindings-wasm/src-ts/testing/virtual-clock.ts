/**
 * A clock that a test moves by hand; with it no real timer exists.
 *
 * Between two timers everything that waits for promises runs, so a test sees what a real event loop would show.
 */

import type { Clock, Timer } from '../clock.js';
import { afterIo } from '../io-turn.js';

interface Waiting {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock at rest. */
export class VirtualClock implements Clock {
  #now: number;
  #wall: number;
  #waiting: Waiting[] = [];
  #behindIo: (() => void)[] = [];

  /** Starts at these milliseconds, with this wall time. */
  constructor(now = 0, wall = Date.UTC(2026, 0, 1)) {
    this.#now = now;
    this.#wall = wall;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wall + this.#now;
  }

  schedule(callback: () => void, delay: number): Timer {
    const waiting = { at: this.#now + delay, callback };
    this.#waiting.push(waiting);
    const clear = (): void => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
    };
    return { clear, hold: () => undefined };
  }

  /** Runs a callback behind everything that is due now: with this clock, what is due is what has arrived. */
  afterIo(callback: () => void): void {
    this.#behindIo.push(callback);
  }

  /** Timers that are armed. */
  get timers(): number {
    return this.#waiting.length;
  }

  /** When the next timer is due, `Infinity` for never. */
  get next(): number {
    return Math.min(...this.#waiting.map((waiting) => waiting.at));
  }

  /** Resolves in so many milliseconds of this clock. */
  sleep(delay: number): Promise<void> {
    return new Promise((resolve) => this.schedule(resolve, delay));
  }

  /** Lets everything run that waits for no timer. */
  settle(): Promise<void> {
    return new Promise((resolve) => afterIo(() => afterIo(resolve)));
  }

  /** Moves the clock, stopping at every timer on the way. */
  async advance(delay: number): Promise<void> {
    const end = this.#now + delay;
    await this.settle();
    while (this.next <= end) await this.#moveTo(this.next);
    await this.#moveTo(end);
  }

  /** Moves to the next timer and fires it; answers by how much the clock moved, 0 when no timer is armed. */
  async advanceToNext(): Promise<number> {
    await this.settle();
    const [before, { next }] = [this.#now, this];
    if (next === Infinity) return 0;
    await this.#moveTo(next);
    return this.#now - before;
  }

  /** Jumps without stopping, as after a pause of the process: everything that became due fires at once, late. */
  async stall(delay: number): Promise<void> {
    await this.settle();
    await this.#moveTo(this.#now + delay);
  }

  /** Fires what is due at a time, oldest first, and then what waited for that. */
  async #moveTo(now: number): Promise<void> {
    this.#now = Math.max(this.#now, now);
    do {
      for (const callback of this.#behindIo.splice(0)) callback();
      await this.settle();
      while (this.next <= this.#now) await this.#fire();
    } while (this.#behindIo.length > 0);
  }

  async #fire(): Promise<void> {
    const first = this.#waiting.reduce((one, other) => (other.at < one.at ? other : one));
    this.#waiting = this.#waiting.filter((other) => other !== first);
    first.callback();
    await this.settle();
  }
}
