/** Runs the package as a browser would: timers are numbers, there is no `setImmediate`, the module is brought along. */

import { readFileSync } from 'node:fs';

const schedule = globalThis.setTimeout;
const timers = new Map<number, NodeJS.Timeout>();
const numbered = (callback: () => void, delay: number): number => {
  const number = timers.size + 1;
  timers.set(number, schedule(callback, delay));
  return number;
};
Reflect.set(globalThis, 'setTimeout', numbered);
Reflect.set(globalThis, 'clearTimeout', (number: number) => timers.get(number)?.close());
Reflect.deleteProperty(globalThis, 'setImmediate');

const { createClient, init, initSync, StateError } = await import('hedgerow/slim');

const early = ((): unknown => {
  try {
    return createClient();
  } catch (error) {
    return error instanceof StateError ? error.code : error;
  }
})();
const bytes = readFileSync(new URL('../../dist/client/web/hedgerow_bg.wasm', import.meta.url));
await init(new Response(bytes));
initSync(bytes);

const client = createClient({ config: { objective: { max_us: 50_000 }, timer: { stages: 1, grace: false } }, endpoints: ['a'] });
const call = client.call(() => new Promise(() => undefined));
const late = client.call(() => new Promise((resolve) => schedule(resolve, 20, 'delivered')));
for (const end = performance.now() + 100; performance.now() < end; );
const ended = await call.catch((error: unknown) => (error as { code: string }).code);
console.log(JSON.stringify({ early, ended, late: await late, timers: timers.size > 0 }));
// Nothing tells a number to hold nobody.
process.exit();
