/**
 * Time as the driver meets it: a clock, one timer, one turn of the event loop.
 *
 * The driver takes all of it from here, so a test that gives another clock has no real timer left.
 */

/** What a client asks of its host. */
export interface Clock {
  /** Milliseconds of a clock that never goes back, from any origin. */
  now(): number;

  /** Milliseconds since 1970, asked only where a token or a date needs it. */
  wall(): number;

  /** Runs a callback once after a delay in milliseconds, at most 2^31 − 1. */
  schedule(callback: () => void, delay: number): Timer;

  /** Runs a callback after the event loop has delivered what has arrived. */
  afterIo(callback: () => void): void;
}

/** A scheduled callback. */
export interface Timer {
  /** Takes the callback back. */
  clear(): void;

  /** Says whether the process stays alive for it. */
  hold(alive: boolean): void;
}

/** The longest delay that hosts can wait; a longer one wakes, finds nothing due, and waits again. */
export const LONGEST_DELAY = 2 ** 31 - 1;
