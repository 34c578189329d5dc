/**
 * `hedgerow/fetch`: a `fetch` that sends every request as one call.
 *
 * - A path, or an absolute URL below any endpoint's base, goes to whichever endpoint the client chooses (see `url` of an endpoint).
 *   An absolute URL elsewhere goes to the wrapped `fetch` untouched.
 * - The method says whether a request may be repeated, unless the operation is configured or the call says so. A body
 *   that is a stream is sent once.
 * - What an answer means, and when its server wants to be asked again, is read by the core's tables. An answer that ended
 *   the call is returned whatever its status, as `fetch` does. A call that its time ended throws, and tells of an answer
 *   before by the error's `cause`.
 * - An attempt wins when its headers have arrived. A body that stalls after that is the caller's to time out, by its
 *   signal; with `readBody` the attempt covers the body too, which is then buffered.
 * - A request whose call has a token carries it as `Idempotency-Key`. A token that the caller set in that header itself is
 *   the call's token. With `clientField` each attempt carries `Hedgerow-Client`.
 *
 * In browsers, `Idempotency-Key` and `Hedgerow-Client` make a request of another origin ask for permission first, so that
 * origin must allow them (`Access-Control-Allow-Headers`); `Retry-After` and `Hedgerow-Slo` are readable only where it
 * exposes them (`Access-Control-Expose-Headers`).
 */

import type { Client } from '../client.js';
import type { CallOptions } from '../options.js';
import { attach, reportOf } from '../report.js';
import { exchangeBy } from './exchange.js';
import { type Body, planOf } from './plan.js';

/** What a request may say beside what `fetch` knows. */
export interface HedgedInit extends Omit<RequestInit, 'body'> {
  /** A body, or a function that makes it for each attempt. */
  readonly body?: Body;
  /** How the call differs from the configuration; `signal` is the request's own. */
  readonly hedgerow?: Omit<CallOptions, 'signal'>;
}

/** A `fetch` with policy. */
export type HedgedFetch = (input: string | URL | Request, init?: HedgedInit) => Promise<Response>;

/** How requests are sent. */
export interface FetchOptions {
  /** Whether an attempt ends with its whole body instead of its headers; the body is then buffered. */
  readonly readBody?: boolean;
  /** Sends `Hedgerow-Client`; a text also names this client to the servers. */
  readonly clientField?: boolean | string;
}

/** Makes a `fetch` whose requests are calls of a client. */
export function withPolicy(fetch: typeof globalThis.fetch, client: Client, options: FetchOptions = {}): HedgedFetch {
  const exchange = exchangeBy(fetch, client, options);
  return async (input, init = {}) => {
    const plan = planOf(input, init, client);
    if (!plan) return fetch(input as string, init as RequestInit);
    // Answers that were failures to the policies, by the errors that stand for them.
    const failed = new Map<unknown, Response>();
    let last: Response | undefined;
    // The bodies of those that are not returned are given up, so that their connections are free; one that is read or
    // broken already has nothing left to give up.
    const giveUp = () => last?.body?.cancel().catch(() => undefined);
    const keep = (error: Error, response: Response): Error => {
      giveUp();
      failed.set(error, (last = response));
      return error;
    };
    try {
      return await client.call((attempt) => exchange(plan, attempt, keep), plan.call);
    } catch (error) {
      const response = failed.get(error);
      if (!response) throw error;
      last = undefined;
      attach(response, reportOf(error));
      return response;
    } finally {
      giveUp();
    }
  };
}
