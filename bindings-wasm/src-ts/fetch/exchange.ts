/** One HTTP exchange: a request written for an attempt, its answer read for the core. */

import type { Attempt, Transmission } from '../attempt.js';
import type { Client } from '../client.js';
import { failure, type Failure } from '../outcome.js';
import { FAILURE_CLASSES } from '../words.js';
import type { LastAnswer } from './answer.js';
import { urlAt } from './base.js';
import { bodyOf } from './body.js';
import { faultOf } from './fault.js';
import { follow } from './follow.js';
import type { FetchOptions } from './index.js';
import { type Plan, TOKEN_FIELD } from './plan.js';

const SIGNAL_FIELD = 'hedgerow-slo';
const CLIENT_FIELD = 'hedgerow-client';

/** Half of the numbers that a float counts exactly: two of them add up to one. */
const HALF = 2 ** 52;

export class Exchange {
  readonly #fetch: typeof globalThis.fetch;
  readonly #client: Client;
  readonly #options: FetchOptions;
  /** Newest version of a server's record, by what it was asked for. */
  readonly #seen = new Map<string, number>();
  #tag = -1;

  constructor(fetch: typeof globalThis.fetch, client: Client, options: FetchOptions) {
    this.#fetch = fetch;
    this.#client = client;
    this.#options = options;
  }

  /** Performs one attempt: sends, waits for headers (and body where asked), classifies. */
  async attempt(plan: Plan, attempt: Attempt, failed: LastAnswer): Promise<Response> {
    // Called without a receiver, as a plain function: browsers refuse another one.
    const fetch = this.#fetch;
    const outgoing = this.#outgoing(plan, attempt);
    let response: Response;
    try {
      response = await fetch(...outgoing);
      if (this.#options.readBody === true) response = await buffered(response);
    } catch (error) {
      throw this.#unanswered(error);
    }
    this.#signal(response, plan);
    const meaning = this.#meaning(response, attempt);
    if (meaning !== undefined) throw failure(failed.keep(response), meaning);
    this.#follow(response, plan, attempt);
    return response;
  }

  #outgoing(plan: Plan, attempt: Attempt): [string | Request, RequestInit] {
    const url = urlAt(plan.resource, attempt.endpoint, this.#client);
    if (url === undefined) {
      throw failure(new TypeError(`endpoint ${attempt.endpoint} has no base URL`), 'not_sent');
    }
    const headers = new Headers(plan.headers);
    const { token } = attempt;
    if (token !== undefined) headers.set(TOKEN_FIELD, plan.ownToken ? token : `"${token}"`);
    if (this.#options.clientField !== undefined && this.#options.clientField !== false) {
      headers.set(CLIENT_FIELD, this.#clientField(plan, attempt as Transmission));
    }
    const init: RequestInit & { duplex?: 'half' } = { ...plan.init, headers, signal: attempt.signal };
    const body = bodyOf(plan.body);
    if (body !== undefined) init.body = body;
    if (body instanceof ReadableStream) init.duplex = 'half';
    return [plan.request === undefined ? url : new Request(url, plan.request), init];
  }

  #clientField(plan: Plan, attempt: Transmission): string {
    const { clientField } = this.#options;
    if (this.#tag < 0) this.#tag = random();
    return this.#client.core.clientField({
      seen: this.#seen.get(scopeOf(plan)) ?? -1,
      attempt: attempt.number,
      hedge: attempt.kind === 'hedge',
      left: Math.max(attempt.deadline - this.#client.clock.now(), 0),
      priority: attempt.priority,
      call: this.#tag + (attempt.call.id % HALF),
      client: typeof clientField === 'string' ? clientField : '',
    });
  }

  #signal(response: Response, plan: Plan): void {
    const field = response.headers.get(SIGNAL_FIELD);
    if (field === null) return;
    const version = this.#client.signal(field, plan.call.namespace, plan.call.op);
    if (version >= 0) this.#seen.set(scopeOf(plan), version);
  }

  /** What an answer tells the policies; `undefined` for a success. */
  #meaning(response: Response, attempt: Attempt): Failure | undefined {
    const { core, clock } = this.#client;
    const said: string[] = [];
    for (const name of core.delayHeaders()) {
      const value = response.headers.get(name);
      if (value !== null) said.push(name, value);
    }
    const wall = said.length === 0 ? -1 : clock.wall();
    const repeatsToken = attempt.number > 1 && attempt.token !== undefined;
    const reading = core.answer(response.status, said, repeatsToken, wall);
    const found = FAILURE_CLASSES[reading.class - 1];
    if (found === undefined) return undefined;
    const { never, retryAfter } = reading;
    return retryAfter < 0 ? { class: found, never } : { class: found, never, retryAfterMs: retryAfter };
  }

  /** An error without an answer, marked with what it means. */
  #unanswered(error: unknown): unknown {
    const found = FAILURE_CLASSES[this.#client.core.fault(faultOf(error)) - 1];
    return typeof error === 'object' && error !== null && found !== undefined ? failure(error, found) : error;
  }

  #follow(response: Response, plan: Plan, attempt: Attempt): void {
    const { signal } = plan.call;
    if (signal === undefined || response.body === null || this.#options.readBody === true) return;
    follow(response, signal, (reason) => (attempt as Transmission).abort(reason));
  }
}

function scopeOf({ call }: Plan): string {
  return `${call.namespace ?? ''}\n${call.op ?? ''}`;
}

/** The same answer with its whole body in memory. */
async function buffered(response: Response): Promise<Response> {
  if (response.body === null) return response;
  const { status, statusText, headers, url } = response;
  const copy = new Response(await response.arrayBuffer(), { status, statusText, headers });
  return Object.defineProperty(copy, 'url', { value: url });
}

/** A random whole number below 2^52. */
function random(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % 2 ** 20) * 2 ** 32 + low;
}
