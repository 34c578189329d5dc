/**
 * A transport that answers by a script: one line an attempt, in order of sending.
 *
 * It waits on the client's clock, listens to the attempt's signal as a real transport does, and remembers what was sent.
 */

import type { Attempt } from '../attempt.js';
import { failure, type Failure } from '../outcome.js';
import type { FailureClass } from '../words.js';
import type { VirtualClock } from './virtual-clock.js';

/** How one attempt goes. */
export interface Line<T> {
  /** Milliseconds until it ends; never when it is `Infinity`. */
  readonly after?: number;
  /** What it answers; with `fails` it is not looked at. */
  readonly answer?: T;
  /** Fails it by this class, or with this meaning. */
  readonly fails?: FailureClass | Failure;
  /** Whether it goes on when it is told to stop. */
  readonly deaf?: boolean;
}

/** What the script threw for an attempt. */
export class ScriptedError extends Error {
  override readonly name = 'ScriptedError';
}

/** Answers attempts by a script; behind its end the last line is repeated. */
export class ScriptedTransport<T> {
  /** What was sent, in order. */
  readonly sent: Attempt[] = [];
  readonly #clock: VirtualClock;
  readonly #lines: readonly Line<T>[];

  constructor(clock: VirtualClock, lines: readonly Line<T>[]) {
    if (lines.length === 0) throw new RangeError('a script has at least one line');
    this.#clock = clock;
    this.#lines = lines;
  }

  /** To be handed to `client.call`. */
  readonly send = (attempt: Attempt): Promise<T> => {
    const line = this.#lines[Math.min(this.sent.length, this.#lines.length - 1)] as Line<T>;
    this.sent.push(attempt);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        if (line.fails === undefined) resolve(line.answer as T);
        else reject(failure(new ScriptedError(`attempt ${attempt.number}`), line.fails));
      };
      const { after = 0 } = line;
      if (after === 0) return end();
      const timer = after === Infinity ? undefined : this.#clock.schedule(end, after);
      if (line.deaf === true) return;
      const stop = (): void => {
        timer?.clear();
        reject(attempt.signal.reason);
      };
      if (attempt.signal.aborted) stop();
      else attempt.signal.addEventListener('abort', stop, { once: true });
    });
  };
}
