import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, type Event, type ServerReport } from 'hedgerow';
import { CONFIG, HeldTransport, service, watched } from './scene.js';

test('endpoints come, change and go while calls run', async () => {
  const { client, clock } = service({ endpoints: ['a'] });
  const transport = new HeldTransport();
  const call = client.call(transport.send, { op: 'get' });
  client.addEndpoint({ name: 'b', zone: 'z' });
  client.updateEndpoint({ name: 'b', factor: 2 });
  client.removeEndpoint('a');
  assert.deepEqual(client.endpoints, ['b']);
  transport.at(0).answer('from a removed one');
  assert.equal(await call, 'from a removed one');
  assert.equal(await client.call(({ endpoint }) => endpoint), 'b');
  await clock.settle();
});

test('a list of endpoints replaces the one before', async () => {
  const { client } = service();
  client.setEndpoints(['c', { name: 'd', url: 'https://d.example/v1' }]);
  assert.deepEqual(client.endpoints.sort(), ['c', 'd']);
  assert.equal(client.urlOf('d'), 'https://d.example/v1');
  assert.throws(() => client.setEndpoints(['e', '']), ConfigError);
  assert.deepEqual(client.endpoints.sort(), ['c', 'd'], 'all or none');
});

test('an unknown endpoint cannot be changed into being', () => {
  const { client } = service();
  client.removeEndpoint('nobody');
  assert.equal(client.inFlight('nobody'), 0);
});

test('replicas and placement decide where a call begins', async () => {
  const { client } = service({ endpoints: ['a', 'b', 'c', 'd', 'e', 'f'], placement: (key) => [key] });
  for (const name of client.endpoints) {
    assert.equal(await client.call(({ endpoint }) => endpoint, { replicas: [name] }), name);
    assert.equal(await client.call(({ endpoint }) => endpoint, { key: name }), name);
  }
  const many = Array.from({ length: 40 }, (_, at) => `unknown ${at}`);
  assert.ok(await client.call(({ endpoint }) => endpoint, { replicas: many }));
});

test('what servers report of their load decides where calls go', async () => {
  const latency = new Map([['a', 9], ['b', 2], ['c', 5]]);
  const config = { ...CONFIG, balance: { policy: 'hot_cold' as const } };
  // As many that chance alone would not answer all of them.
  for (let seed = 0; seed < 20; seed += 1) {
    const { client } = service({ config, seed: new Uint8Array(32).fill(seed) });
    const visited = (): Promise<string> =>
      client.call((attempt) => {
        attempt.report({ inFlight: 7 });
        attempt.report({ inFlight: 2, latencyMs: latency.get(attempt.endpoint) ?? 0 });
        return attempt.endpoint;
      });
    const seen = [await visited(), await visited(), await visited()];
    const fastest = seen.sort((one, other) => (latency.get(one) ?? 0) - (latency.get(other) ?? 0))[0];
    assert.equal(await visited(), fastest, `seed ${seed}, among ${seen}`);
  }
});

test('a report that is none is refused with a sentence that names it', async () => {
  const { client } = service();
  const refused = async (said: object, message: string): Promise<void> => {
    const call = client.call((attempt) => attempt.report(said as ServerReport), { op: 'once' });
    await assert.rejects(call, { code: 'invalid_argument', message });
  };
  for (const inFlight of [-1, 0.5, NaN, Infinity]) {
    await refused({ inFlight, wallMs: 1 }, `inFlight: ${inFlight}, want a whole number in 0..2^53`);
  }
  for (const given of [-1, NaN, Infinity, 2 ** 43]) {
    await refused({ inFlight: 0, latencyMs: given }, `latencyMs: ${given}, want milliseconds in 0..2^43`);
    await refused({ wallMs: given }, `wallMs: ${given}, want milliseconds in 0..2^43`);
  }
  // A latency is of a load, and a report says something.
  for (const said of [{}, { latencyMs: 1 }, { latencyMs: 1, wallMs: 1 }]) {
    await refused(said, 'inFlight: undefined, want a whole number in 0..2^53');
  }
  assert.equal(client.pending, 0);
  assert.equal(await client.call((attempt) => attempt.report({ inFlight: 0 }), { op: 'once' }), undefined);
});

test('a placement that throws is the error of its call', async () => {
  const { client } = service({
    placement: () => {
      throw new RangeError('no such key');
    },
  });
  await assert.rejects(client.call(() => 1, { key: 'k' }), RangeError);
});

test('the listener is told every decision in order', async () => {
  const events: Event[] = [];
  const { client, clock } = service({ onEvent: (event) => events.push(event) });
  const transport = new HeldTransport();
  const call = client.call(transport.send, { op: 'get' });
  await clock.advance(10);
  transport.at(1).answer(1);
  await call;
  transport.at(0).answer(2);
  await clock.settle();
  await client.call(() => 1, { deadlineMs: 0 }).catch(() => undefined);
  const told = events.map((event) => `${event.type} ${event.reason}`);
  assert.deepEqual(told, [
    'send primary',
    'send hedge_due',
    'complete response',
    'cancel lost_race',
    'note late',
    'refuse deadline_passed',
  ]);
  const complete = events.find((event) => event.type === 'complete');
  assert.deepEqual([complete?.outcome, complete?.attempts, complete?.wallMs], ['ok', 2, 10]);
  assert.ok(client.explain(complete?.call ?? -1));
});

test('a listener that throws is called once, and calls go on', async (context) => {
  const reported = context.mock.method(console, 'error', () => undefined);
  let told = 0;
  const { client } = service({
    onEvent: () => {
      told += 1;
      throw new Error('of the listener');
    },
  });
  assert.equal(await client.call(() => 1), 1);
  assert.equal(await client.call(() => 2), 2);
  assert.deepEqual([told, reported.mock.callCount()], [1, 1]);
});

test('a listener may use the client', async () => {
  const seen: unknown[] = [];
  const { client, clock } = service({
    onEvent: (event) => {
      if (event.type === 'refuse') seen.push(watched(client.call(() => 'from the listener')));
    },
  });
  await client.call(() => 1, { deadlineMs: 0 }).catch(() => undefined);
  await clock.settle();
  assert.deepEqual(seen, [{ settled: true, value: 'from the listener' }]);
});
