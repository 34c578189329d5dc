import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG, service } from './scene.js';

const CALLS = 100_000;
const WARM_UP = 20_000;
const MOST_GROWTH = 1_000_000;

/** Every shape of a call: one answer, a lost hedge, a retry, a failure, a listener on a shared signal. */
async function some(calls: number, { client, clock }: ReturnType<typeof service>, signal: AbortSignal): Promise<void> {
  for (let at = 0; at < calls; at += 1) {
    if (at % 1000 === 0) {
      const hedged = client.call(({ number }) => (number === 1 ? clock.sleep(400) : clock.sleep(1)), { op: 'get', signal });
      await clock.advance(500);
      await hedged;
      const failing = client.call(() => Promise.reject(new Error('always')), { op: 'get', signal }).catch(() => undefined);
      await clock.advance(2000);
      await failing;
    } else await client.call(({ token }) => Promise.resolve(token), { op: at % 2 === 0 ? 'get' : 'put', signal });
  }
}

test('a hundred thousand calls leave no memory behind', { timeout: 120_000 }, async () => {
  const scene = service({ config: CONFIG });
  const { signal } = new AbortController();
  await some(WARM_UP, scene, signal);
  const before = used();
  await some(CALLS - WARM_UP, scene, signal);
  const grown = used() - before;
  assert.ok(grown < MOST_GROWTH, `${grown} bytes more`);
});

function used(): number {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
