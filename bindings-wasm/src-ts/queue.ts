/**
 * Actions that wait to be performed, copied out of the core's buffer.
 *
 * A callback may start another call, and that overwrites the buffer: so records are copied before any callback runs.
 */

import { RECORD, type Slot } from './record.js';

export class ActionQueue {
  /** Records, one behind the other. */
  readonly numbers: number[] = [];
  /** Where the record lies that {@link next} went to. */
  at = -RECORD;
  #end = 0;

  /** Copies records behind those that wait. */
  push(records: Float64Array, count: number): void {
    const length = count * RECORD;
    for (let at = 0; at < length; at += 1) this.numbers[this.#end + at] = records[at] ?? 0;
    this.#end += length;
  }

  /** Goes on to the oldest record that waits; `false` when none does. */
  next(): boolean {
    this.at += RECORD;
    if (this.at < this.#end) return true;
    this.at = -RECORD;
    this.#end = 0;
    return false;
  }

  /** A number of the record that {@link next} went to. */
  slot(which: Slot): number {
    return this.numbers[this.at + which] ?? 0;
  }
}
