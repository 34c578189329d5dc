/** Calls by cookie: a number that the core echoes with every action. Freed cookies are used again. */

import type { PendingCall } from './call.js';

export class CallTable {
  readonly #calls: (PendingCall | undefined)[] = [];
  readonly #free: number[] = [];

  /** A cookie that no call has. */
  reserve(): number {
    return this.#free.pop() ?? this.#calls.push(undefined) - 1;
  }

  put(cookie: number, call: PendingCall): void {
    this.#calls[cookie] = call;
  }

  get(cookie: number): PendingCall | undefined {
    return this.#calls[cookie];
  }

  release(cookie: number): void {
    this.#calls[cookie] = undefined;
    this.#free.push(cookie);
  }

  /** Calls that are known. */
  all(): PendingCall[] {
    return this.#calls.filter((call) => call !== undefined);
  }
}
