/**
 * Actions that wait to be performed, copied out of the core's buffer.
 *
 * A callback may start another call, and that overwrites the buffer: so records are copied before any callback runs.
 */

import { type ActionRecord, RECORD } from './generated/record.js';

export class ActionQueue {
  /** Records, one behind the other. */
  readonly #numbers: number[] = [];
  #at = 0;
  #end = 0;

  /** Copies records behind those that wait. */
  push(records: Float64Array, count: number): void {
    for (let at = 0; at < count * RECORD; at += 1) this.#numbers[this.#end++] = records[at] ?? 0;
  }

  /** The oldest record that waits; `undefined` when none does. */
  next(): ActionRecord | undefined {
    if (this.#at < this.#end) return this.#numbers.slice(this.#at, (this.#at += RECORD)) as unknown as ActionRecord;
    this.#at = this.#end = 0;
    return undefined;
  }
}
