/**
 * A body that is still arriving follows the caller's signal.
 *
 * The call is over when the headers are there, and stops listening; the body is not. One listener stays until the
 * signal aborts or the response is forgotten, so a long-lived signal collects no listeners.
 */

import type { Transmission } from '../attempt.js';

let registry: FinalizationRegistry<() => void> | undefined;

/** Aborts what an attempt left running when the caller's signal aborts while the response is in use. */
export function follow(response: Response, signal: AbortSignal, attempt: Transmission): void {
  const stop = (): void => attempt.abort(signal.reason);
  if (signal.aborted) return stop();
  signal.addEventListener('abort', stop, { once: true });
  registry ??= new FinalizationRegistry((forget) => forget());
  registry.register(response, () => signal.removeEventListener('abort', stop));
}
