/**
 * A body that is still arriving follows the caller's signal.
 *
 * The call is over when the headers are there, and stops listening; the body is not. One listener stays until the
 * signal aborts or the response is forgotten, so a long-lived signal collects no listeners.
 */

interface Following {
  readonly signal: AbortSignal;
  readonly stop: () => void;
}

let registry: FinalizationRegistry<Following> | undefined;

/** Calls `abort` when the caller's signal aborts while the response is in use. */
export function follow(response: Response, signal: AbortSignal, abort: (reason: unknown) => void): void {
  const stop = (): void => abort(signal.reason);
  if (signal.aborted) return stop();
  signal.addEventListener('abort', stop, { once: true });
  registry ??= new FinalizationRegistry((found) => found.signal.removeEventListener('abort', found.stop));
  registry.register(response, { signal, stop });
}
