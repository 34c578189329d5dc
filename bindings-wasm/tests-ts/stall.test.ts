import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { createClient, type Attempt } from 'hedgerow';
import { withPolicy } from 'hedgerow/fetch';

const ANSWER_AFTER_MS = 50;
const BUDGET_MS = 200;
const STALL_MS = 310;

let server: ChildProcess;
let base: string;

before(async () => {
  server = fork(fileURLToPath(new URL('./programs/server.js', import.meta.url)));
  base = await new Promise((resolve) => server.once('message', (port) => resolve(`http://127.0.0.1:${String(port)}`)));
});

after(() => server.kill());

/** Blocks the event loop, as a long computation does. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/**
 * Waits until the request is on its way, so that its answer arrives while the loop is blocked; then until the loop is
 * behind its IO, so that expired timers are the first thing it looks at when it goes on.
 */
const sent = (): Promise<void> => new Promise((resolve) => setTimeout(() => setImmediate(resolve), 10));

function request({ signal }: Attempt): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = get(`${base}/after/${ANSWER_AFTER_MS}`, { signal }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve(text));
    });
    outgoing.on('error', reject);
  });
}

const CONFIG = { objective: { max_us: BUDGET_MS * 1000 }, timer: { stages: 1, grace: false }, hedge: { strategy: 'off' as const } };

for (let round = 1; round <= 5; round += 1) {
  test(`an answer in the socket wins over a deadline that the blocked loop missed, ${round} of 5`, async () => {
    const client = createClient({ config: CONFIG, endpoints: ['a'] });
    const call = client.call(request, { deadlineMs: BUDGET_MS });
    await sent();
    block(STALL_MS);
    assert.equal(await call, 'answered');
    client.close();
  });
}

test('the same holds for fetch', async () => {
  const client = createClient({ config: CONFIG, endpoints: [{ name: 'a', url: base }] });
  const hedged = withPolicy(fetch, client, { readBody: true });
  // The connection is there already, as it is in a program that runs.
  await (await hedged('/after/0')).text();
  const call = hedged(`/after/${ANSWER_AFTER_MS}`, { hedgerow: { deadlineMs: BUDGET_MS } });
  await sent();
  block(STALL_MS);
  assert.equal(await (await call).text(), 'answered');
  client.close();
});

test('a server that does not answer is not waited for any longer', async () => {
  const client = createClient({ config: CONFIG, endpoints: ['a'] });
  const call = client.call(({ signal }) => requestNever(signal));
  await sent();
  block(STALL_MS);
  await assert.rejects(call, (error) => (error as { code?: string }).code === 'call_timeout');
  client.close();
});

function requestNever(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    get(`${base}/after/60000`, { signal }, () => undefined).on('error', reject);
  });
}
