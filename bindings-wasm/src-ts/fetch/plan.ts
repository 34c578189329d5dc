/** A request as the caller gave it, and the call that it becomes. */

import type { Client } from '../client.js';
import type { CallOptions } from '../options.js';
import { type Idempotency, IDEMPOTENCY } from '../words.js';
import { resourceOf } from './base.js';
import { type Body, isOnce } from './body.js';
import type { HedgedInit } from './index.js';

/** What every attempt of a request shares. */
export interface Plan {
  /** The part of the URL behind the base. */
  readonly resource: string;
  /** What `fetch` takes, without body, headers and signal. */
  readonly init: RequestInit;
  readonly headers: Headers;
  readonly body: Body | undefined;
  /** A request object that the caller gave. */
  readonly request: Request | undefined;
  /** Whether the token is the caller's, to be sent as it is. */
  readonly ownToken: boolean;
  readonly call: CallOptions;
}

/** The field that carries a token. */
export const TOKEN_FIELD = 'idempotency-key';

/** The plan of a request, `undefined` when its URL is not the service's. */
export function planOf(input: string | URL | Request, init: HedgedInit, client: Client): Plan | undefined {
  const request = input instanceof Request ? input : undefined;
  const resource = resourceOf(request?.url ?? String(input), client);
  if (resource === undefined) return undefined;
  const { body, headers: _, hedgerow, signal, ...rest } = init;
  const headers = new Headers(init.headers ?? request?.headers);
  const token = hedgerow?.token ?? headers.get(TOKEN_FIELD) ?? undefined;
  const method = init.method ?? request?.method ?? 'GET';
  const once = isOnce(body) || (body === undefined && request !== undefined && request.body !== null);
  const idempotency = once ? 'none' : (hedgerow?.idempotency ?? byMethod(method, token, hedgerow?.op, client));
  const call: CallOptions = {
    ...hedgerow,
    signal: signal ?? request?.signal,
    ...(token === undefined ? {} : { token }),
    ...(idempotency === undefined ? {} : { idempotency }),
  };
  return { resource, init: rest, headers, body, request, ownToken: token !== undefined, call };
}

/** An operation that the document names keeps its own. */
function byMethod(
  method: string,
  token: string | undefined,
  operation: string | undefined,
  client: Client,
): Idempotency | undefined {
  if (client.isConfigured(operation)) return undefined;
  return IDEMPOTENCY[client.core.idempotency(method, token !== undefined)];
}
