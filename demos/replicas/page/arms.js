// The two arms in JavaScript, the same in Node and in a page: what `plain.rs` and `hedged.rs` do in Rust.

import { createClient } from '../../../bindings-wasm/lib/index.js';
import { withPolicy } from '../../../bindings-wasm/lib/fetch/index.js';

/** Attempts of one call of the plain arm at most. */
const ATTEMPTS = 3;

/** The value that a call writes: it names its key and its write, and has a usual size. */
const valueOf = (key, id) => `${key} ${id} ${'·'.repeat(200)}`;

/** Past the browser's cache, where requests for one URL would wait for each other. */
const requestOf = (call, id) =>
  call.put
    ? { method: 'PUT', body: valueOf(call.key, id), headers: { 'x-write-id': id }, cache: 'no-store' }
    : { method: 'GET', cache: 'no-store' };

/** Keep-alive, round robin over the key's replicas, one timeout for each attempt, up to two immediate retries. */
export class Plain {
  #urls;
  #timeout;
  #turns;

  constructor({ servers, zones, timeout_ms: timeout }) {
    this.#urls = new Map(servers.map(({ name, url }) => [name, url]));
    this.#timeout = timeout;
    this.#turns = zones.map(() => 0);
  }

  /** Makes one call through the client of a zone. */
  async call(call, zone, id) {
    const called = { error: undefined, hedges: 0, retries: 0, sent: [] };
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const replica = call.replicas[this.#turns[zone]++ % call.replicas.length];
      called.retries = attempt;
      called.sent.push({ endpoint: replica, kind: attempt === 0 ? 'primary' : 'retry' });
      called.error = await this.#attempt(replica, call, id);
      if (called.error === undefined || (/^status_4/.test(called.error) && called.error !== 'status_429')) break;
    }
    return called;
  }

  async #attempt(replica, call, id) {
    const signal = AbortSignal.timeout(this.#timeout);
    try {
      const answer = await fetch(`${this.#urls.get(replica)}/kv/${call.key}`, { ...requestOf(call, id), signal });
      await answer.arrayBuffer();
      return answer.ok ? undefined : `status_${answer.status}`;
    } catch (error) {
      return error.name === 'TimeoutError' ? 'timeout' : 'connection';
    }
  }

  close() {}
}

/** The document of a client; servers may grant no more than so many hedges. */
export const configOf = (zone, remembered, hedges) => ({
  service: 'replicas',
  locality: { zone },
  trace: { explain_calls: remembered },
  operations: { get: { idempotency: 'natural' }, put: { idempotency: 'token' } },
  ...(hedges !== undefined && { limits: { hedges }, signal: { guard: { max_hedges: hedges } } }),
});

/** Through hedgerow: one client in each zone. Target and max are not configured: the servers tell them. */
export class Hedged {
  #clients;
  #calls = new Map();
  #started;

  constructor({ servers, zones, remembered = 256, hedges, engine }) {
    this.#clients = zones.map((zone, number) => {
      const client = createClient({
        ...(engine === undefined ? { config: configOf(zone, remembered, hedges) } : { engine }),
        endpoints: servers.map(({ name, zone: at, url }) => ({ name, zone: at, url })),
        onEvent: (event) => this.#hear(number, event),
      });
      return { client, fetch: withPolicy(fetch, client, { readBody: true }) };
    });
  }

  async call(call, zone, id) {
    const called = { error: undefined, hedges: 0, retries: 0, lost: 0, sent: [], zone, call: -1 };
    const { fetch: hedged } = this.#clients[zone];
    const hedgerow = { op: call.put ? 'put' : 'get', replicas: call.replicas };
    try {
      // The first event of a call is told before its first send returns, so that it can be told from others.
      this.#started = called;
      const answered = hedged(`/kv/${call.key}`, { ...requestOf(call, id), hedgerow });
      this.#started = undefined;
      const answer = await answered;
      if (!answer.ok) called.error = `status_${answer.status}`;
    } catch (error) {
      called.error = error.code ?? error.name ?? 'error';
    }
    return called;
  }

  /** Why a call did what it did, as its client remembers it. */
  explain({ zone, call }) {
    return call < 0 ? undefined : this.#clients[zone].client.explain(call);
  }

  close() {
    for (const { client } of this.#clients) client.close();
  }

  #hear(zone, event) {
    if (event.type === 'refuse' && this.#started !== undefined) this.#started.refused = event.reason;
    const name = `${zone}/${event.call}`;
    if (event.type === 'send') {
      const called = this.#calls.get(name) ?? this.#begin(name, event);
      if (event.kind === 'hedge') called.hedges += 1;
      if (event.kind === 'retry') called.retries += 1;
      called.sent.push({ endpoint: event.endpoint, kind: event.kind });
    } else if (event.type === 'complete') {
      const called = this.#calls.get(name);
      if (called === undefined) return;
      called.lost += event.lostMs;
      this.#calls.delete(name);
    }
  }

  #begin(name, event) {
    const called = this.#started ?? { sent: [], hedges: 0, retries: 0, lost: 0 };
    called.call = event.call;
    this.#calls.set(name, called);
    return called;
  }
}
