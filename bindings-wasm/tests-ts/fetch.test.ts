import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { DeadlineError, createClient, reportOf, type Client, type ClientOptions, type Config } from 'hedgerow';
import { withPolicy } from 'hedgerow/fetch';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const servers: Server[] = [];
const clients: Client[] = [];

const CONFIG: Config = {
  objective: { target_us: 60_000, max_us: 5_000_000 },
  hedge: { strategy: 'fixed', delay_us: 30_000, after_failure: false },
  operations: { order: { idempotency: 'token' }, query: { idempotency: 'natural' } },
};

const UNHEDGED: Config = { ...CONFIG, hedge: { strategy: 'off' } };

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => handler(request, response, body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A client of these servers, named `one`, `two` and so on in this order. */
function clientOf(urls: readonly string[], options: ClientOptions = {}): Client {
  const names = ['one', 'two', 'three'];
  const endpoints = urls.map((url, at) => ({ name: names[at] ?? url, url }));
  const client = createClient({ config: CONFIG, endpoints, ...options });
  clients.push(client);
  return client;
}

test('a path goes to the base of whichever endpoint is chosen', async () => {
  const base = await serve((request, response) => response.end(request.url));
  const hedged = withPolicy(fetch, clientOf([`${base}/v1/`]));
  for (const [url, path] of [
    ['/items/7?x=1', '/v1/items/7?x=1'],
    ['items', '/v1/items'],
    [`${base}/v1/deep/er`, '/v1/deep/er'],
    [new URL(`${base}/v1/url`), '/v1/url'],
    [new Request(`${base}/v1/request`), '/v1/request'],
    [`${base}/v1`, '/v1/'],
    [`${base}/v1?x=1`, '/v1/?x=1'],
  ] as const) {
    assert.equal(await (await hedged(url)).text(), path);
  }
});

test('a URL of an endpoint may be answered by another one, a foreign URL is left alone', async () => {
  const names: (string | undefined)[] = [];
  const note = (name: string): Handler => (_, response) => {
    names.push(name);
    response.end(name);
  };
  const [one, two, foreign] = [await serve(note('one')), await serve(note('two')), await serve(note('foreign'))];
  const client = clientOf([one, two], { config: UNHEDGED });
  const hedged = withPolicy(fetch, client);
  const options = { hedgerow: { replicas: ['two'] } };
  assert.equal(await (await hedged(`${one}/x`, options)).text(), 'two');
  assert.equal(await (await hedged(`${foreign}/x`, options)).text(), 'foreign');
  assert.equal((client.stats()['started'] as number), 1);
});

test('a name that is a URL is its own base', async () => {
  const base = await serve((_, response) => response.end('here'));
  const client = createClient({ endpoints: [base] });
  clients.push(client);
  assert.equal(await (await withPolicy(fetch, client)('/x')).text(), 'here');
});

test('a server that stalls is hedged and the answer of the other one wins', { timeout: 10_000 }, async () => {
  let told: () => void;
  const stopped = new Promise<void>((resolve) => (told = resolve));
  const slow = await serve((request) => request.socket.on('close', () => told()));
  const quick = await serve((_, response) => response.end('quick'));
  const hedged = withPolicy(fetch, clientOf([slow, quick]));
  const response = await hedged('/x', { hedgerow: { replicas: ['one'] } });
  assert.equal(await response.text(), 'quick');
  // The loser is told to stop; a test that waits for it in vain fails.
  await stopped;
});

test('the method says what may be repeated', async () => {
  const counts = new Map<string, number>();
  const base = await serve((request, response) => {
    counts.set(request.method ?? '', (counts.get(request.method ?? '') ?? 0) + 1);
    response.writeHead(503).end();
  });
  // Hedges would count on a slow machine.
  const hedged = withPolicy(fetch, clientOf([base, base, base], { config: UNHEDGED }));
  for (const method of ['get', 'PUT', 'DELETE', 'POST', 'PATCH']) {
    const response = await hedged('/x', { method });
    assert.equal(response.status, 503);
    await response.body?.cancel();
  }
  assert.deepEqual(Object.fromEntries(counts), { GET: 3, PUT: 3, DELETE: 3, POST: 1, PATCH: 1 });
});

test('the last answer is returned whatever its status, with its story beside it', async () => {
  const base = await serve((_, response) => response.writeHead(404).end('no such thing'));
  const response = await withPolicy(fetch, clientOf([base]))('/x');
  assert.deepEqual([response.status, await response.text()], [404, 'no such thing']);
  assert.equal(reportOf(response)?.reason, 'fatal');
});

test('a call that its time ended throws, whatever was answered before', async () => {
  let asked = 0;
  const base = await serve((_, response) => {
    if ((asked += 1) === 1) response.writeHead(500).end('broken');
  });
  const call = withPolicy(fetch, clientOf([base]))('/x', { hedgerow: { deadlineMs: 1500 } });
  await assert.rejects(call, (error) => {
    return error instanceof DeadlineError && error.cause instanceof Error && error.cause.message === 'status 500';
  });
});

test('what can be repeated is sent again with its body, a stream is sent once', async () => {
  const bodies: string[] = [];
  const base = await serve((_, response, body) => {
    bodies.push(body);
    response.writeHead(bodies.length % 2 === 1 ? 500 : 200).end();
  });
  const hedged = withPolicy(fetch, clientOf([base, base], { config: UNHEDGED }));
  let made = 0;
  const factory = (): string => `made ${(made += 1)}`;
  for (const body of ['text', new TextEncoder().encode('bytes'), new URLSearchParams({ a: '1' }), factory]) {
    assert.equal((await hedged('/x', { method: 'PUT', body })).status, 200);
  }
  assert.deepEqual(bodies, ['text', 'text', 'bytes', 'bytes', 'a=1', 'a=1', 'made 1', 'made 2']);
  const once = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('stream'));
      controller.close();
    },
  });
  assert.equal((await hedged('/x', { method: 'PUT', body: once })).status, 500);
  bodies.push('');
  const request = new Request(`${base}/x`, { method: 'PUT', body: 'of a request' });
  assert.equal((await hedged(request)).status, 500);
  assert.deepEqual(bodies.slice(8), ['stream', '', 'of a request']);
});

test('a server that names a time is asked again after it', async () => {
  const times: number[] = [];
  const base = await serve((_, response) => {
    times.push(performance.now());
    if (times.length === 1) response.writeHead(429, { 'retry-after-ms': '150' }).end();
    else response.end();
  });
  const response = await withPolicy(fetch, clientOf([base], { config: UNHEDGED }))('/x');
  assert.equal(response.status, 200);
  assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 145, String(times));
  const stubborn = await serve((_, response) => response.writeHead(503, { 'x-should-retry': 'false' }).end());
  const told = await withPolicy(fetch, clientOf([stubborn]))('/x');
  assert.deepEqual([told.status, reportOf(told)?.attempts.length], [503, 1]);
});

test('a token travels as a quoted key, the caller\'s own as it is', async () => {
  const keys: (string | string[] | undefined)[] = [];
  const base = await serve((request, response) => {
    keys.push(request.headers['idempotency-key']);
    response.writeHead(keys.length % 2 === 1 ? 500 : 200).end();
  });
  const hedged = withPolicy(fetch, clientOf([base, base], { config: UNHEDGED }));
  await hedged('/x', { method: 'POST', hedgerow: { op: 'order' } });
  await hedged('/x', { method: 'POST', hedgerow: { token: 'mine' } });
  await hedged('/x', { method: 'POST', headers: { 'Idempotency-Key': '"by header"' } });
  assert.match(String(keys[0]), /^"[0-9a-f-]{36}"$/);
  assert.equal(keys[1], keys[0]);
  assert.deepEqual(keys.slice(2), ['mine', 'mine', '"by header"', '"by header"']);
  const broken = withPolicy(fetch, clientOf([await serve((_, response) => response.writeHead(500).end())]));
  const token = async (hedgerow: object): Promise<string | undefined> =>
    reportOf(await broken('/x', { method: 'POST', hedgerow }))?.token;
  assert.match(String(await token({ op: 'order' })), /^[0-9a-f-]{36}$/);
  assert.deepEqual([await token({ token: 'mine' }), await token({})], ['mine', undefined]);
});

test('servers are told of the attempt where that is asked for, and heard', async () => {
  const fields: string[] = [];
  const base = await serve((request, response) => {
    fields.push(String(request.headers['hedgerow-client']));
    response.writeHead(200, { 'Hedgerow-Slo': 'v=17, target=2000, max=3000000' }).end();
  });
  const client = clientOf([base]);
  await withPolicy(fetch, client)('/x');
  const hedged = withPolicy(fetch, client, { clientField: 'cart 7' });
  await hedged('/x');
  await hedged('/x');
  assert.equal(fields[0], 'undefined');
  assert.match(fields[1] ?? '', /^attempt=1, left=\d+, prio=0, call="[0-9a-f]{16}", client="cart 7"$/);
  assert.match(fields[2] ?? '', /^seen=17, attempt=1/);
});

test('a connection that is refused is tried elsewhere, and its error is thrown when nothing else is there', async () => {
  const gone = await serve(() => undefined);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  const base = await serve((_, response) => response.end('there'));
  const there = await withPolicy(fetch, clientOf([gone, base]))('/x', { hedgerow: { replicas: ['one'] } });
  assert.equal(await there.text(), 'there');
  await assert.rejects(withPolicy(fetch, clientOf([gone]))('/x', { method: 'POST' }), (error) => {
    return error instanceof TypeError && reportOf(error)?.attempts[0]?.outcome === 'not_sent';
  });
  const nowhere = createClient({ endpoints: ['nameless'] });
  clients.push(nowhere);
  await assert.rejects(withPolicy(fetch, nowhere)('/x'), /no base URL/);
});

test('an attempt wins with its headers, and a stalled body is ended by the caller', async () => {
  const base = await serve((_, response) => void response.writeHead(200).write('begun'));
  const client = clientOf([base, base]);
  const caller = new AbortController();
  const response = await withPolicy(fetch, client)('/x', { signal: caller.signal });
  const text = response.text();
  setTimeout(() => caller.abort(new Error('too slow')), 20);
  await assert.rejects(text, /too slow/);
});

test('with readBody a stalled body is hedged too', async () => {
  let asked = 0;
  const base = await serve((_, response) => {
    asked += 1;
    if (asked === 1) response.writeHead(200).write('begun');
    else response.end('whole');
  });
  const response = await withPolicy(fetch, clientOf([base, base]), { readBody: true })('/x');
  assert.equal(await response.text(), 'whole');
  assert.equal(asked, 2);
  assert.match(response.url, /\/x$/);
});

test('an abort before the headers rejects with its own reason', async () => {
  const base = await serve(() => undefined);
  const caller = new AbortController();
  const call = withPolicy(fetch, clientOf([base]))('/x', { signal: caller.signal });
  setTimeout(() => caller.abort('mine'), 20);
  await assert.rejects(call, (error) => error === 'mine');
});
