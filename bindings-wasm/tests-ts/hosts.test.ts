import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError, type Event } from 'hedgerow';
import { program } from './program.js';
import { HeldTransport, WatchedSignal, service, watched } from './scene.js';

test('a host whose timers are numbers, without immediates and with its own module, is host enough', () => {
  assert.deepEqual(program('browser'), {
    early: 'invalid_argument',
    ended: 'call_timeout',
    late: 'delivered',
    timers: true,
  });
});

test('more actions than the buffer holds are all performed, in order', async () => {
  const events: Event[] = [];
  const { client, clock } = service({ onEvent: (event) => events.push(event) });
  const caller = new WatchedSignal();
  const transport = new HeldTransport();
  const calls = Array.from({ length: 500 }, () => watched(client.call(transport.send, { signal: caller.signal })));
  client.close();
  await clock.settle();
  assert.ok(calls.every(({ error }) => error instanceof RefusedError && error.code === 'shutdown'));
  assert.equal(caller.listeners, 0);
  assert.equal(events.filter((event) => event.type === 'complete').length, 500);
  assert.equal(events.filter((event) => event.type === 'cancel').length, 500);
});

test('growth of the memory is not noticed', async () => {
  const config = { limits: { calls: 100_000 } };
  const { client } = service({ config });
  const transport = new HeldTransport();
  const calls = Array.from({ length: 20_000 }, (_, at) => client.call(transport.send).then((value) => assert.equal(value, at)));
  transport.held.forEach((held, at) => held.answer(at));
  await Promise.all(calls);
  client.close();
});

test('two clients share neither timer nor seed', async () => {
  const [one, other] = [service({ seed: new Uint8Array(32).fill(1) }), service({ seed: new Uint8Array(32).fill(2) })];
  const transport = new HeldTransport();
  const seen = watched(one.client.call(transport.send, { op: 'put' }));
  void watched(other.client.call(transport.send, { op: 'put' }));
  assert.notEqual(transport.at(0).attempt.token, transport.at(1).attempt.token);
  assert.deepEqual([one.clock.timers, other.clock.timers], [1, 1]);
  other.client.close();
  transport.at(0).answer('still there');
  await one.clock.settle();
  assert.equal(seen.value, 'still there');
});

test('a source of chance that fails is an error, never a constant', (context) => {
  context.mock.method(crypto, 'getRandomValues', () => {
    throw new Error('no entropy');
  });
  assert.throws(() => service({ seed: undefined }), /no entropy/);
});
