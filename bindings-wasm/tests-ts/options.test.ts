import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, LimitError, createClient } from 'hedgerow';
import { createTestClient } from 'hedgerow/testing';
import { CONFIG, HeldTransport, service, watched } from './scene.js';

test('a namespace has the limits that the document gives it, and no other one has', async () => {
  const { client } = service({ config: { ...CONFIG, namespaces: { users: { limits: { calls: 1 } } } } });
  const transport = new HeldTransport();
  const one = client.call(transport.send, { namespace: 'users' });
  await assert.rejects(client.call(() => 1, { namespace: 'users' }), LimitError);
  assert.equal(await client.call(() => 1), 1);
  transport.at(0).answer('held');
  assert.equal(await one, 'held');
});

test('a priority of a call overrides that of its operation', async () => {
  const { client, clock } = service({ config: { ...CONFIG, hedge: { lowest_priority: 'degraded' } } });
  const sent = async (priority: 'critical' | 'degraded' | 'best_effort' | 'bulk'): Promise<number> => {
    const transport = new HeldTransport();
    const seen = watched(client.call(transport.send, { op: 'get', priority }));
    await clock.advance(100);
    transport.held.forEach((held) => held.answer(priority));
    await clock.settle();
    assert.equal(seen.value, priority);
    return transport.held.length;
  };
  assert.deepEqual([await sent('degraded'), await sent('best_effort'), await sent('bulk')], [2, 1, 1]);
});

test('an idempotency of a call overrides that of its operation', async () => {
  const { client, clock } = service();
  const sent = async (op: string, idempotency: 'none' | 'retry' | 'natural' | 'token'): Promise<string[]> => {
    const transport = new HeldTransport();
    const seen = watched(client.call(transport.send, { op, idempotency }));
    await clock.advance(100);
    transport.at(0).fail(new Error('first'));
    await clock.advance(300);
    transport.held.forEach((held) => held.answer(1));
    await clock.settle();
    assert.ok(seen.settled);
    return transport.held.map((held) => held.attempt.kind);
  };
  assert.deepEqual(await sent('get', 'none'), ['primary']);
  assert.deepEqual((await sent('get', 'retry')).slice(0, 2), ['primary', 'retry']);
  assert.deepEqual((await sent('once', 'natural')).slice(0, 2), ['primary', 'hedge']);
});

test('two clients without a seed draw one each', async () => {
  const minted = async (): Promise<string | undefined> => {
    const client = createClient({ config: CONFIG, endpoints: ['a'] });
    const token = await client.call((attempt) => attempt.token, { op: 'put' });
    client.close();
    // Behind the time, which both may share.
    return token?.slice(15);
  };
  assert.notEqual(await minted(), await minted());
});

test('without endpoints nothing is scheduled', async () => {
  const { client, clock } = createTestClient();
  await assert.rejects(client.call(() => 1));
  assert.deepEqual([clock.timers, client.pending], [0, 0]);
});

test('a time of an attempt that is none is refused when the client is built', () => {
  for (const timeout_us of [0, -1, 1.5]) {
    assert.throws(() => service({ config: { attempt: { timeout_us } } }), (error) => {
      return error instanceof ConfigError && error.field === 'attempt.timeout_us';
    });
  }
});
