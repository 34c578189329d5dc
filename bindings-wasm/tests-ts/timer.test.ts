import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from 'hedgerow';
import { program } from './program.js';
import { CONFIG, HeldTransport, service, watched } from './scene.js';

test('a thousand calls that wait use one host timer', async () => {
  const before = active();
  const client = createClient({ config: CONFIG, endpoints: ['a', 'b', 'c'] });
  const transport = new HeldTransport();
  const calls = Array.from({ length: 1000 }, () => client.call(transport.send, { op: 'get' }));
  assert.equal(active() - before, 1);
  transport.held.forEach((held) => held.answer(1));
  await Promise.all(calls);
  assert.equal(active() - before, 0, 'it holds nobody any more');
  client.close();
});

test('importing does nothing: no timer, no random value, no controller, nothing compiled', () => {
  assert.deepEqual(program('import'), { timers: 0, randoms: 0, controllers: 0, compiled: 0 });
});

test('a process ends when no call waits, whatever else the client has to do', () => {
  const { code, ranMs } = program('exit') as { code: number; ranMs: number };
  assert.equal(code, 0);
  assert.ok(ranMs < 5000, `${ranMs} ms`);
});

test('a process lives while a call waits, with nothing else to hold it', () => {
  assert.deepEqual(program('alive'), { ended: 'call_timeout' });
});

test('the timer is armed anew only for an earlier deadline', async (context) => {
  const { client, clock } = service();
  const armed = context.mock.method(clock, 'schedule');
  for (let round = 0; round < 100; round += 1) await client.call(() => Promise.resolve(1), { op: 'get' });
  assert.equal(armed.mock.callCount(), 1, 'the clock stands still, so every deadline is the first one');
  await clock.advance(10_000);
  assert.equal(clock.timers, 0, 'an idle client asks for no wake-up');
});

test('a wait beyond what hosts can wait is cut and goes on', async (context) => {
  const config = { objective: { max_us: 3_600_000_000 } };
  const { client, clock } = service({ config });
  const armed = context.mock.method(clock, 'schedule');
  const seen = watched(client.call(new HeldTransport().send));
  await clock.advance(3_599_000);
  assert.equal(seen.settled, false);
  await clock.advance(2000);
  assert.equal(seen.settled, true);
  assert.ok(armed.mock.calls.every(({ arguments: [, delay] }) => delay <= 2 ** 31 - 1 && Number.isInteger(delay)));
});

test('a late wake-up lets the host deliver once, and does nothing after the client was closed', async () => {
  const { client, clock } = service({ config: { ...CONFIG, timer: { stages: 1, grace: false } } });
  const seen = watched(client.call(new HeldTransport().send));
  const turns: (() => void)[] = [];
  clock.afterIo = (callback) => turns.push(callback);
  await clock.stall(5000);
  assert.deepEqual([turns.length, seen.settled], [1, false]);
  client.close();
  assert.equal(clock.timers, 0);
  turns[0]?.();
  await clock.settle();
  assert.equal((seen.error as { code?: string }).code, 'shutdown');
  assert.deepEqual([turns.length, clock.timers], [1, 0]);
});

function active(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}
