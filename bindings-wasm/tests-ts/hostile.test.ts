/** Servers that lie, err or rave, over real sockets: each call ends, and no more is sent than the policy allows. */

import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createClient, type Config } from 'hedgerow';
import { withPolicy } from 'hedgerow/fetch';

const CALLS = 20;
/** First attempts, the burst of the budget, and a tenth of the first attempts. */
const MOST = CALLS + 5 + CALLS / 10;

const CONFIG: Config = {
  objective: { max_us: 5_000_000 },
  retry: { backoff: { base_us: 1000, cap_us: 1000, jitter: 'none' } },
  budget: { mode: 'ratio', ratio: 0.1, cap: 5, initial: 5, min_rate: 0 },
  signal: { guard: { max_calls: 4, max_hedges: 2, min_target_us: 1_000_000 } },
};

const GOOD = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine';

function answer(status: string, ...headers: string[]): string {
  return [`HTTP/1.1 ${status}`, ...headers, 'Content-Length: 0', 'Connection: close', '', ''].join('\r\n');
}

async function eachCallEndsWithinThePolicy(says: string): Promise<void> {
  const told = { asked: 0, says };
  const server = createServer((peer) => {
    let head = '';
    peer.on('error', () => peer.destroy());
    peer.on('data', (part) => {
      head += part.toString('latin1');
      if (!head.endsWith('\r\n\r\n')) return;
      told.asked += 1;
      peer.end(told.says, 'latin1');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createClient({ config: CONFIG, endpoints: [{ name: 'one', url }] });
  const guarded = withPolicy(fetch, client);
  try {
    for (let call = 0; call < CALLS; call += 1) {
      // An answer or an error: whatever it is, the call is over.
      await guarded('/').then((response) => response.arrayBuffer()).catch(() => undefined);
    }
    assert.ok(told.asked >= CALLS && told.asked <= MOST, `${told.asked} requests`);
    told.says = GOOD;
    assert.equal(await (await guarded('/')).text(), 'fine');
  } finally {
    client.close();
    server.close();
  }
}

const RAW: Record<string, string> = {
  nothing: '',
  noise: Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('').repeat(64),
  'half a line': 'HTTP/1.1 2',
  'no status': 'HTTP/1.1 abc OK\r\n\r\n',
  'a head without an end': `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(20_000)}`,
  'a field of a megabyte': answer('200 OK', `Hedgerow-Slo: v=1${', a'.repeat(350_000)}`),
};

for (const [name, says] of Object.entries(RAW)) {
  test(`an answer that is none ends a call: ${name}`, () => eachCallEndsWithinThePolicy(says));
}

const SIGNALS = [
  'v=0',
  'v=1, calls=0',
  'v=1, target=1, max=1',
  'v=1, calls=4294967295, hedges=4294967295',
  'v=999999999999999, ttl=999999999999999, reset',
  'v=1, scope=all, target=999999999999999, max=999999999999999',
  'v=1,,',
  '\u00ff\u00fe',
];

test('a signal of any kind is survived', async () => {
  for (const field of SIGNALS) await eachCallEndsWithinThePolicy(answer('500 Down', `Hedgerow-Slo: ${field}`));
});

const DELAYS: readonly (readonly [string, ...string[]])[] = [
  ['503 Busy', 'Retry-After: 0'],
  ['429 Busy', 'Retry-After: 0', 'Retry-After: 0'],
  ['503 Busy', 'Retry-After: 99999999999999999999'],
  ['503 Busy', 'Retry-After: Fri, 31 Dec 9999 23:59:59 GMT'],
  ['400 Bad', 'x-should-retry: true', 'retry-after-ms: 0'],
  ['429 Busy', 'ratelimit-reset: 0'],
];

test('a delay of any kind is no way to more attempts', async () => {
  for (const head of DELAYS) await eachCallEndsWithinThePolicy(answer(...head));
});
