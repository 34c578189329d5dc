/**
 * The one host timer of a client.
 *
 * It is armed anew only when the next deadline is earlier than the one it is armed for, or when it has fired: a later
 * deadline is found when it fires and nothing is due. Delays are rounded up to milliseconds, so it never wakes early
 * and spins, and are at most what hosts can wait. It keeps the process alive exactly while a caller waits.
 *
 * A tick observed late by more than the core's tolerance lets the event loop deliver what has arrived first, once per
 * wake: otherwise the timer of a stalled process would beat the answer that already lies in its socket.
 */

import { type Clock, LONGEST_DELAY, type Timer } from './clock.js';

/** Who is woken. */
export interface Sleeper {
  /** Something may be due. */
  tick(): void;
  /** A tick came too late; it follows when what has arrived is delivered. */
  late(due: number, fired: number): void;
}

export class OneTimer {
  readonly #clock: Clock;
  readonly #tolerance: number;
  readonly #sleeper: Sleeper;
  #timer: Timer | undefined;
  /** When the timer fires; with no timer, and in a late turn, nothing is earlier. */
  #armed = Infinity;
  #turning = false;
  #held = false;

  constructor(clock: Clock, tolerance: number, sleeper: Sleeper) {
    this.#clock = clock;
    this.#tolerance = tolerance;
    this.#sleeper = sleeper;
  }

  /** Sees to it that the timer fires at the latest at this time. */
  arm(at: number): void {
    if (at >= this.#armed || this.#turning) return;
    const now = this.#clock.now();
    this.#timer?.clear();
    // The sum is rounded, and a delay beyond the longest would be none.
    this.#armed = Math.min(Math.max(at, now), now + LONGEST_DELAY - 1);
    this.#timer = this.#clock.schedule(() => this.#fired(), Math.ceil(this.#armed - now));
    this.#timer.hold(this.#held);
  }

  /** Says whether a caller waits. */
  hold(alive: boolean): void {
    this.#held = alive;
    this.#timer?.hold(alive);
  }

  /** Takes the timer back. */
  clear(): void {
    this.#timer?.clear();
    this.#timer = undefined;
    this.#armed = Infinity;
  }

  #fired(): void {
    const due = this.#armed;
    const fired = this.#clock.now();
    this.#timer = undefined;
    this.#armed = Infinity;
    if (fired - due <= this.#tolerance) return this.#sleeper.tick();
    this.#sleeper.late(due, fired);
    this.#turning = true;
    this.#clock.afterIo(() => {
      this.#turning = false;
      this.#sleeper.tick();
    });
  }
}
