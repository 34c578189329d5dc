/** What several tests need: a service of three servers, attempts that a test ends by hand, and a watched signal. */

import type { Attempt, Client, Config } from 'hedgerow';
import { createTestClient, type TestOptions, type VirtualClock } from 'hedgerow/testing';

export const CONFIG: Config = {
  objective: { target_us: 10_000, max_us: 500_000 },
  operations: {
    get: { idempotency: 'natural' },
    put: { idempotency: 'token' },
    once: { idempotency: 'none' },
    slow: { idempotency: 'retry', retry: { backoff: { base_us: 10_000_000, jitter: 'none' } }, objective: { max_us: 60_000_000 } },
  },
};

export function service(options: TestOptions = {}): { client: Client; clock: VirtualClock } {
  return createTestClient({ config: CONFIG, endpoints: ['a', 'b', 'c'], ...options });
}

/** An attempt that a test ends by hand. */
export interface Held {
  readonly attempt: Attempt;
  answer(value: unknown): void;
  fail(error: unknown): void;
}

/** A callback whose attempts wait for the test. */
export class HeldTransport {
  readonly held: Held[] = [];

  readonly send = (attempt: Attempt): Promise<unknown> =>
    new Promise((resolve, reject) => this.held.push({ attempt, answer: resolve, fail: reject }));

  at(index: number): Held {
    const found = this.held[index];
    if (found === undefined) throw new Error(`attempt ${index} was not sent`);
    return found;
  }
}

/** A signal that counts who listens. */
export class WatchedSignal {
  readonly #controller = new AbortController();
  listeners = 0;

  constructor() {
    const { signal } = this;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...of: Parameters<typeof add>): void => {
      this.listeners += 1;
      add(...of);
    };
    signal.removeEventListener = (...of: Parameters<typeof remove>): void => {
      this.listeners -= 1;
      remove(...of);
    };
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }
}

/** What a promise came to, as far as it is known. */
export function watched<T>(promise: Promise<T>): { value?: T; error?: unknown; settled: boolean } {
  const seen: { value?: T; error?: unknown; settled: boolean } = { settled: false };
  promise.then(
    (value) => Object.assign(seen, { value, settled: true }),
    (error: unknown) => Object.assign(seen, { error, settled: true }),
  );
  return seen;
}
