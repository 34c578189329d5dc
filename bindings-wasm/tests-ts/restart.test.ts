import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient, type Client } from 'hedgerow';
import { engine, load } from 'hedgerow/core';
import { snapshotOf } from 'hedgerow/engine';
import { withPolicy } from 'hedgerow/fetch';
import { lease } from 'hedgerow/inputs';
import { createClient as slim } from 'hedgerow/slim';
import { VirtualClock } from 'hedgerow/testing';
import { CONFIG, HeldTransport, service, watched } from './scene.js';

/** What a client of this service keeps, as it is written down. */
const kept = (client: Client): unknown => JSON.parse(JSON.stringify(snapshotOf(client)));

test('a client behind the whole module calls, hedges and mints as the others do', async () => {
  const { client, clock } = service({ engine: engine() });
  const transport = new HeldTransport();
  const call = client.call(transport.send, { op: 'put' });
  await clock.advance(10);
  assert.deepEqual(transport.held.map((held) => held.attempt.kind), ['primary', 'hedge']);
  assert.match(transport.at(0).attempt.token ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  assert.equal(transport.at(1).attempt.token, transport.at(0).attempt.token);
  transport.at(1).answer('answer');
  assert.equal(await call, 'answer');
});

test('what one client has learned another one goes on from, after a restart', async () => {
  const { client, clock } = service({ engine: engine() });
  for (let count = 0; count < 30; count += 1) {
    const call = client.call(({ endpoint }) => clock.sleep(endpoint === 'a' ? 8 : 2), { op: 'get' });
    await clock.advance(10);
    await call;
  }
  const snapshot = kept(client);
  const { client: later } = service({ engine: engine({ snapshot }), clock: new VirtualClock(5) });
  assert.equal(later.stats()['started'], 30);
  assert.equal(later.stats()['snapshot_dropped'], 0);
  assert.deepEqual(kept(later), snapshot);
  assert.deepEqual([later.pending, later.inFlight('a')], [0, 0]);
  assert.equal(await later.call(() => 'goes on', { op: 'get' }), 'goes on');
  assert.equal(later.stats()['started'], 31);
});

test('ages grow by the time that passed meanwhile', () => {
  const { client } = service({ engine: engine(), clock: new VirtualClock(1000) });
  const { client: later } = service({ engine: engine({ snapshot: kept(client), elapsedMs: 2.5 }) });
  const { at_us, stall } = kept(later) as { at_us: number; stall: { covered_age_us: number } };
  assert.deepEqual([at_us, stall.covered_age_us], [1_002_500, 2500]);
});

test('a restored client mints by its own fresh seed, above the tokens of the one before', async () => {
  const token = { header_form: 'hex' as const };
  const config = { ...CONFIG, token };
  const mint = (client: Client): Promise<string> => client.call((attempt) => attempt.token ?? '', { op: 'put' });
  const options = { config, clock: new VirtualClock(), endpoints: ['a'] };
  const one = createClient({ engine: engine(), ...options });
  const first = await mint(one);
  const snapshot = kept(one);
  const goesOn = (): Promise<string> => mint(slim({ engine: engine({ snapshot }), ...options }));
  const [second, other] = [await goesOn(), await goesOn()];
  assert.ok(second > first && other > first, `${first}, ${second}, ${other}`);
  assert.notEqual(second, other, 'of two that go on from one snapshot');
});

test('the rest of the package works in front of it', async () => {
  const config = { ...CONFIG, token: { tier: 'regional' as const, header_form: 'hex' as const } };
  const { client } = service({ engine: engine(), config, endpoints: ['https://a.example'] });
  lease(client, { startUs: 16, count: 1, expiresMs: 50 });
  const seen: string[] = [];
  const hedged = withPolicy(async (_, init) => {
    seen.push(new Headers(init?.headers).get('idempotency-key') ?? '');
    return new Response('row');
  }, client);
  const response = await hedged('/x', { method: 'PUT', body: 'value', hedgerow: { op: 'put' } });
  assert.equal(await response.text(), 'row');
  assert.match(seen[0] ?? '', /^"0000000000000010-/);
});

test('many calls at once grow its memory and lose nothing', async () => {
  const { client, clock } = service({ engine: engine(), config: { ...CONFIG, limits: { calls: 3000 } } });
  const before = load().buffer.byteLength;
  const calls = Array.from({ length: 3000 }, (_, at) => watched(client.call(() => clock.sleep(1).then(() => at), { op: 'once' })));
  await clock.advance(2);
  assert.ok(load().buffer.byteLength > before);
  assert.deepEqual(calls.map((call) => call.value), calls.map((_, at) => at));
});

test('a client of the default module keeps nothing, and one that was closed tells nothing', () => {
  const { client } = service();
  assert.throws(() => snapshotOf(client), { code: 'invalid_argument', message: /^engine: not given, want / });
  const { client: closed } = service({ engine: engine() });
  closed.close();
  assert.throws(() => snapshotOf(closed), { code: 'closed' });
});

test('what is no snapshot, and no time, is refused', () => {
  assert.throws(() => service({ engine: engine({ snapshot: { version: 1 } }) }), { name: 'ConfigError', field: 'snapshot.at_us' });
  for (const snapshot of [undefined, null, 5, []]) {
    assert.throws(() => service({ engine: engine({ snapshot }) }), { name: 'ConfigError' });
  }
  for (const elapsedMs of [-1, NaN, Infinity]) {
    assert.throws(() => engine({ snapshot: {}, elapsedMs }), {
      code: 'invalid_argument',
      message: `elapsedMs: ${elapsedMs}, want milliseconds in 0..2^43`,
    });
  }
});
