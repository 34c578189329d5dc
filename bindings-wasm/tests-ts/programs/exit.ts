/** Leaves a client with background work behind: an attempt that never ended, a timer that is armed for it. */

import { createClient } from 'hedgerow';

const started = performance.now();
const client = createClient({
  config: { objective: { target_us: 10_000 }, operations: { get: { idempotency: 'natural' } } },
  endpoints: ['a', 'b'],
});
await client.call(({ number }) => (number === 1 ? new Promise(() => undefined) : Promise.resolve(number)), { op: 'get' });
process.on('exit', (code) => console.log(JSON.stringify({ code, ranMs: performance.now() - started })));
