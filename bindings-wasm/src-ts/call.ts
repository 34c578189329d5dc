/**
 * A call that waits: the caller's promise, its signal, and the attempts sent for it.
 *
 * Listens once on the caller's signal and stops listening however the call ends.
 */

import type { Attempt, Transmission } from './attempt.js';
import { refusal } from './errors.js';
import type { CallOptions } from './options.js';

/** Performs one attempt. */
export type Callback<T> = (attempt: Attempt) => T | PromiseLike<T>;

/** Who is told that a caller gave up. */
export interface Owner {
  abandon(call: PendingCall): void;
}

export class PendingCall {
  /** The core's id of it. */
  id = -1;
  /** The driver's own number of it; no other call ever has it. */
  cookie = 0;
  /** Whether the core has decided it. */
  decided = false;
  /** Whether the caller has its answer. */
  settled = false;
  /** The caller's own token, or the one that the core minted. */
  declare token: string | undefined;
  readonly attempts: Transmission[] = [];
  /** Attempts whose end is not known and that were not asked to cancel. */
  outstanding = 0;
  /** What the last attempt that failed threw. */
  declare error: unknown;
  failed = false;
  declare readonly callback: Callback<unknown>;
  readonly #owner: Owner;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    owner: Owner,
    callback: Callback<unknown>,
    { signal, token }: CallOptions,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.#owner = owner;
    this.callback = callback;
    this.#signal = signal;
    this.token = token;
    this.#resolve = resolve;
    this.#reject = reject;
    signal?.addEventListener('abort', this);
  }

  /** The caller gives up: it has its own reason in the same turn, whatever the attempts do. */
  handleEvent(): void {
    this.reject(this.#signal?.reason);
    this.#owner.abandon(this);
  }

  resolve(value: unknown): void {
    this.#settle(this.#resolve, value);
  }

  reject(error: unknown): void {
    this.#settle(this.#reject, error);
  }

  /** The attempt with this id, while the call is known. */
  attempt(id: number): Transmission | undefined {
    return this.attempts.find((attempt) => attempt.id === id);
  }

  /** The reason given to an attempt that is stopped: the caller's own where the caller gave up. */
  whyStopped(reason: number): unknown {
    return this.#signal?.aborted === true ? this.#signal.reason : refusal(reason);
  }

  #settle(end: (result: unknown) => void, result: unknown): void {
    if (this.settled) return;
    this.settled = true;
    this.#signal?.removeEventListener('abort', this);
    end(result);
  }
}
