/** One HTTP exchange: a request written for an attempt, its answer read for the core. */

import type { Attempt, Transmission } from '../attempt.js';
import type { Client } from '../client.js';
import { failure } from '../outcome.js';
import { faultOf } from './fault.js';
import { follow } from './follow.js';
import type { FetchOptions } from './index.js';
import type { Plan } from './plan.js';

const SIGNAL_FIELD = 'hedgerow-slo';

/** Half of the numbers that a float counts exactly: two of them add up to one. */
const HALF = 2 ** 52;

/** Performs one attempt; an answer that is a failure to the policies is kept beside the error that stands for it. */
export type Exchange = (
  plan: Plan,
  attempt: Attempt,
  keep: (error: Error, response: Response) => Error,
) => Promise<Response>;

/** Sends, waits for headers (and body where asked), classifies. */
export function exchangeBy(
  fetch: typeof globalThis.fetch,
  client: Client,
  { readBody, clientField }: FetchOptions,
): Exchange {
  const field = clientField === undefined || clientField === false ? undefined : fieldOf(client, clientField);
  const versions = new Map<string, number>();
  const { core, clock } = client;
  return async (plan, attempt, keep) => {
    const { namespace, op, signal } = plan.call;
    const scope = [namespace, op].join('\n');
    const outgoing = plan.outgoing(attempt, field?.(attempt as Transmission, versions.get(scope)));
    let response: Response;
    try {
      response = await fetch(...outgoing);
      if (readBody) response = await buffered(response);
    } catch (error) {
      const found = core.fault(faultOf(error));
      throw found && Object(error) === error ? failure(error as object, found) : error;
    }
    const header = (name: string): string | null => response.headers.get(name);
    const said = header(SIGNAL_FIELD);
    const version = said === null ? -1 : client.signal(said, namespace, op);
    if (version >= 0) versions.set(scope, version);
    const repeatsToken = attempt.number > 1 && attempt.token !== undefined;
    const meaning = core.answer(response.status, header, repeatsToken, clock);
    if (meaning !== undefined) throw failure(keep(new Error(`status ${response.status}`), response), meaning);
    if (signal && response.body && !readBody) {
      follow(response, signal, attempt as Transmission);
    }
    return response;
  };
}

/** What writes the field that tells servers of an attempt. */
function fieldOf(client: Client, name: true | string): (attempt: Transmission, seen?: number) => string {
  // A random whole number below 2^48.
  const tag = crypto.getRandomValues(new Uint8Array(6)).reduce((tag, byte) => tag * 256 + byte);
  return ({ number, kind, deadline, priority, call }, seen = -1) => {
    return client.core.clientField(
      seen,
      number,
      kind === 'hedge',
      Math.max(deadline - client.clock.now(), 0),
      priority,
      tag + (call.id % HALF),
      name === true ? '' : name,
    );
  };
}

/** The same answer with its whole body in memory. */
async function buffered(response: Response): Promise<Response> {
  if (response.body === null) return response;
  const copy = new Response(await response.arrayBuffer(), response);
  Reflect.defineProperty(copy, 'url', { value: response.url });
  return copy;
}
