import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScriptedTransport, VirtualClock, createTestClient } from 'hedgerow/testing';
import { CONFIG, service, watched } from './scene.js';

test('a virtual clock fires timers in order of their times and knows no real one', async (context) => {
  const real = context.mock.method(globalThis, 'setTimeout');
  const clock = new VirtualClock(5);
  const fired: number[] = [];
  for (const delay of [30, 10, 20, 10]) clock.schedule(() => fired.push(clock.now()), delay);
  const taken = clock.schedule(() => fired.push(-1), 15);
  taken.clear();
  assert.equal(await clock.advanceToNext(), 10);
  await clock.advance(15);
  assert.deepEqual([fired, clock.now(), clock.timers], [[15, 15, 25], 30, 1]);
  await clock.advanceToNext();
  assert.equal(await clock.advanceToNext(), 0);
  assert.equal(real.mock.callCount(), 0);
});

test('promises that hang on a timer run before the next timer', async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  void clock.sleep(1).then(async () => {
    for (let depth = 0; depth < 20; depth += 1) await Promise.resolve();
    seen.push('promises');
  });
  void clock.sleep(2).then(() => seen.push('timer'));
  await clock.advance(2);
  assert.deepEqual(seen, ['promises', 'timer']);
});

test('the same script is played the same way every time', async () => {
  const play = async (): Promise<unknown> => {
    const { client, clock } = service();
    const transport = new ScriptedTransport(clock, [{ after: 50, answer: 'slow' }, { after: 1, fails: 'overloaded' }]);
    const calls = Array.from({ length: 20 }, () => watched(client.call(transport.send, { op: 'put' })));
    await clock.advance(5000);
    return [calls, transport.sent.map(({ endpoint, kind, number, token }) => [endpoint, kind, number, token])];
  };
  assert.deepEqual(await play(), await play());
});

test('draws of a policy can be scripted', async () => {
  const waits = async (fraction: number): Promise<number> => {
    const retry = { backoff: { base_us: 100_000, jitter: 'full' as const } };
    const config = { ...CONFIG, retry, hedge: { strategy: 'off' as const } };
    const { client, clock } = createTestClient({ config, endpoints: ['a'], draws: { backoff: [fraction] } });
    const transport = new ScriptedTransport(clock, [{ fails: 'transient' }, { answer: 1 }]);
    const call = client.call(transport.send, { op: 'get' });
    while (transport.sent.length < 2) await clock.advanceToNext();
    await call;
    return clock.now();
  };
  assert.deepEqual([await waits(0.1), await waits(0.5)], [10, 50]);
});

test('after a pause of the process what has arrived is delivered before timers', async () => {
  const { client, clock } = service({ config: { ...CONFIG, timer: { stages: 1, grace: false } } });
  const transport = new ScriptedTransport(clock, [{ after: 600, answer: 'in the socket' }]);
  const seen = watched(client.call(transport.send));
  await clock.stall(700);
  assert.deepEqual(seen, { settled: true, value: 'in the socket' });
});
