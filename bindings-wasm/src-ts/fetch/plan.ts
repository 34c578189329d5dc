/**
 * A request as the caller gave it, the call that it becomes, and the request that each attempt sends.
 *
 * Text, bytes, forms and blobs are encoded anew by every `fetch`; a function makes a body for each attempt. A stream can
 * be read once, so a request with one is sent once. A `Request` object carries its body as a stream.
 */

import type { Attempt } from '../attempt.js';
import type { Client } from '../client.js';
import type { CallOptions } from '../options.js';
import { failure } from '../outcome.js';
import { IDEMPOTENCY } from '../words.js';
import { resourceOf, trimmed } from './base.js';
import type { HedgedInit } from './index.js';

/** What a request may carry. */
export type Body = BodyInit | null | (() => BodyInit | null);

/** A request of the service. */
export interface Plan {
  /** The call that it is. */
  readonly call: CallOptions;
  /** What one attempt hands to `fetch`; `field` says who asks, `undefined` says nothing. */
  outgoing(attempt: Attempt, field: string | undefined): [string | Request, RequestInit];
}

const TOKEN_FIELD = 'idempotency-key';
const CLIENT_FIELD = 'hedgerow-client';

/** The plan of a request, `undefined` when its URL is not the service's. */
export function planOf(input: string | URL | Request, init: HedgedInit, client: Client): Plan | undefined {
  const request = input instanceof Request ? input : undefined;
  const resource = resourceOf(request?.url ?? String(input), client);
  if (!resource) return undefined;
  const { body, headers: given = request?.headers, hedgerow = {}, signal = request?.signal, ...rest } = init;
  const headers = new Headers(given);
  let { token = headers.get(TOKEN_FIELD) ?? undefined, op, idempotency } = hedgerow;
  if (isOnce(body) || (body === undefined && request?.body)) idempotency = 'none';
  // An operation that the document names keeps its own.
  else if (!client.isConfigured(op)) {
    idempotency ??= IDEMPOTENCY[client.core.idempotency(init.method ?? request?.method ?? 'GET', token !== undefined)];
  }
  return {
    call: { ...hedgerow, signal, token, idempotency } as CallOptions,
    outgoing(attempt, field) {
      const base = client.urlOf(attempt.endpoint);
      if (!base) {
        throw failure(new TypeError(`no base URL: ${attempt.endpoint}`), 'not_sent');
      }
      const sent = new Headers(headers);
      if (attempt.token !== undefined) sent.set(TOKEN_FIELD, token ?? `"${attempt.token}"`);
      if (field !== undefined) sent.set(CLIENT_FIELD, field);
      const url = trimmed(base) + resource;
      return [request ? new Request(url, request) : url, { ...rest, ...contentOf(body), headers: sent, signal: attempt.signal }];
    },
  };
}

/** Whether a body can be sent once only. */
function isOnce(body: Body | undefined): boolean {
  return body instanceof ReadableStream || Boolean((body as Partial<AsyncIterable<unknown>> | null | undefined)?.[Symbol.asyncIterator]);
}

/** The body of one attempt. */
function contentOf(given: Body | undefined): RequestInit & { duplex?: 'half' } {
  const body = typeof given === 'function' ? given() : given;
  if (body === undefined) return {};
  return isOnce(body) ? { body, duplex: 'half' } : { body };
}
