/** Calls by cookie: a number that the core echoes with every action. Freed cookies are used again. */

import type { PendingCall } from './call.js';

export class CallTable {
  readonly #calls: (PendingCall | undefined)[] = [];
  readonly #free: number[] = [];

  /** Gives a call a cookie that no other one has. */
  add(call: PendingCall): number {
    call.cookie = this.#free.pop() ?? this.#calls.length;
    this.#calls[call.cookie] = call;
    return call.cookie;
  }

  get(cookie: number): PendingCall | undefined {
    return this.#calls[cookie];
  }

  /** Forgets a call; one that is not known stays so. */
  remove(call: PendingCall): void {
    if (call.cookie < 0) return;
    this.#calls[call.cookie] = undefined;
    this.#free.push(call.cookie);
    call.cookie = -1;
  }

  /** Calls that are known. */
  all(): PendingCall[] {
    return this.#calls.filter((call) => call !== undefined);
  }
}
