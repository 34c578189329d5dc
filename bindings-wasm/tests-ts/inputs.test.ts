import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Client, Config, ServerReport } from 'hedgerow';
import { withPolicy } from 'hedgerow/fetch';
import { clockSample, lease, signals, suspended } from 'hedgerow/inputs';
import type { TestOptions, VirtualClock } from 'hedgerow/testing';
import { CONFIG, HeldTransport, service, watched } from './scene.js';

const START = 1_700_000_000_000_000;
const WALL = 1.7e12;

/** A service whose tokens show their time, from which `token` says where it comes. */
function minting(token: Config['token'], options: TestOptions = {}): { client: Client; clock: VirtualClock } {
  return service({ config: { ...CONFIG, token: { header_form: 'hex', ...token } }, ...options });
}

/** The time of the token of one call, in µs. */
async function minted(client: Client): Promise<number> {
  const token = await client.call((attempt) => attempt.token, { op: 'put' });
  return Number.parseInt(token?.slice(0, 16) ?? '', 16);
}

/** The same without its last digit, which is drawn. */
const mintedIn = async (client: Client): Promise<number> => Math.floor((await minted(client)) / 10) * 10;

test('tokens come from the lease, one after the other, until it is used up', async () => {
  const { client } = minting({ tier: 'regional' });
  await assert.rejects(minted(client), { code: 'lease_exhausted' });
  lease(client, { startUs: START, count: 2, expiresMs: 50 });
  assert.deepEqual([await minted(client), await minted(client)], [START, START + 1]);
  await assert.rejects(minted(client), { code: 'lease_exhausted' });
});

test('a lease that is over gives nothing, and a new one takes the place of its rest', async () => {
  const { client, clock } = minting({ tier: 'regional' });
  lease(client, { startUs: START, count: 10, expiresMs: 50 });
  await clock.advance(49);
  assert.equal(await minted(client), START);
  await clock.advance(1);
  await assert.rejects(minted(client), { code: 'lease_exhausted' });
  lease(client, { startUs: START + 5, count: 10, expiresMs: clock.now() + 50 });
  assert.equal(await minted(client), START + 5);
  assert.equal(await client.call(() => 'no token', { op: 'get' }), 'no token');
});

test("tokens go by a server's clock once it was read, and by no other", async () => {
  const { client, clock } = minting({ clock: 'estimated' });
  await clock.advance(100);
  await assert.rejects(minted(client), { code: 'no_clock' });
  clockSample(client, { sentMs: 90, receivedMs: 100, wallMs: WALL });
  assert.equal(await mintedIn(client), (WALL + 5) * 1000);
  await clock.advance(20);
  clockSample(client, { sentMs: 118, receivedMs: 120, wallMs: WALL + 1000 });
  assert.equal(await mintedIn(client), (WALL + 1001) * 1000, 'the shortest round trip is believed');
});

test('a reading that cannot be one is counted and not used', async () => {
  const { client, clock } = minting({ clock: 'estimated' });
  await clock.advance(10_000);
  clockSample(client, { sentMs: 9000, receivedMs: 8999, wallMs: WALL });
  clockSample(client, { sentMs: 4000, receivedMs: 9001, wallMs: WALL });
  assert.equal(client.stats()['clock_samples_rejected'], 2);
  await assert.rejects(minted(client), { code: 'no_clock' });
});

test('an attempt that reports the time of its server reads that clock', async () => {
  const { client, clock } = minting({ clock: 'estimated' });
  const transport = new HeldTransport();
  const call = client.call(transport.send, { op: 'get' });
  await clock.advance(8);
  transport.at(0).attempt.report({ wallMs: WALL });
  await assert.rejects(minted(client), { code: 'no_clock' }, 'it counts when the attempt answers');
  transport.at(0).answer(1);
  await call;
  assert.equal(await mintedIn(client), (WALL + 4) * 1000);
});

test('one report tells of the load and of the clock', async () => {
  const { client } = minting({ clock: 'estimated' }, { endpoints: ['a', 'b'] });
  const said = new Map<string, ServerReport>([['a', { inFlight: 3, latencyMs: 9, wallMs: WALL }], ['b', { inFlight: 3, latencyMs: 2 }]]);
  const visited = (client: Client): Promise<string> =>
    client.call((attempt) => {
      attempt.report(said.get(attempt.endpoint) ?? { inFlight: 0 });
      return attempt.endpoint;
    });
  while ((await visited(client)) !== 'a');
  assert.equal(await mintedIn(client), WALL * 1000);
});

test('after a sleep of the machine the clock is to be read anew', async () => {
  const { client } = minting({ clock: 'estimated' });
  clockSample(client, { sentMs: 0, receivedMs: 0, wallMs: WALL });
  assert.equal(await mintedIn(client), WALL * 1000);
  suspended(client);
  await assert.rejects(minted(client), { code: 'no_clock' });
});

test('a fetch that is wrapped reads the clock of whichever server answers', async () => {
  const { client, clock } = minting({ clock: 'estimated' }, { endpoints: ['https://a.example', 'https://b.example'] });
  const keys: (string | null)[] = [];
  const servers = async (_: unknown, init?: RequestInit): Promise<Response> => {
    keys.push(new Headers(init?.headers).get('idempotency-key'));
    await clock.sleep(4);
    return new Response('done', { headers: { 'x-time': String(WALL) } });
  };
  const timed: typeof fetch = async (input, init) => {
    const sentMs = client.clock.now();
    const response = await servers(input, init);
    clockSample(client, { sentMs, receivedMs: client.clock.now(), wallMs: Number(response.headers.get('x-time')) });
    return response;
  };
  const hedged = withPolicy(timed, client);
  const [read, write] = [watched(hedged('/x')), { hedgerow: { op: 'put' }, method: 'PUT', body: 'value' }];
  await clock.advance(4);
  assert.ok(read.value instanceof Response);
  const written = watched(hedged('/y', write));
  await clock.advance(4);
  assert.ok(written.value instanceof Response);
  const [none, key] = keys;
  assert.equal(none, null);
  assert.equal(Math.floor(Number.parseInt(key?.slice(1, 17) ?? '', 16) / 10), (WALL + 2) * 100);
});

test('records of a server in map form are heeded, each alone, and what they lead to is performed', async () => {
  const limits = { hedges: 1 };
  const hedge = { strategy: 'fixed' as const, delay_us: 10_000, denied: 'wait' as const };
  const objective = { target_us: 400_000, max_us: 500_000 };
  const namespaces = { users: { limits } };
  const { client, clock } = service({ config: { ...CONFIG, objective, hedge, namespaces } });
  const transport = new HeldTransport();
  const options = { op: 'get', namespace: 'users' };
  const calls = [client.call(transport.send, options), client.call(transport.send, options)];
  await clock.advance(11);
  assert.equal(transport.held.length, 3, 'one hedge in flight');
  const records = [{ ns: 'users', v: 1, hedges: 2 }, { ns: 'users', v: 'two' }, { ns: 'strangers', v: 1, hedges: 9 }];
  assert.equal(signals(client, { records }), 1);
  assert.equal(transport.held.length, 4, 'no clock has moved');
  assert.equal(client.stats()['signals_foreign'], 1);
  transport.held.forEach((held) => held.answer('answer'));
  assert.deepEqual(await Promise.all(calls), ['answer', 'answer']);
});

test('a document of signals that is none is refused by its path', () => {
  const { client } = service();
  for (const document of [{}, { records: 5 }, [], 'text', null, { records: Array(1025).fill({ v: 1 }) }]) {
    assert.throws(() => signals(client, document), { name: 'ConfigError', field: 'records' });
  }
  assert.throws(() => signals(client, { records: [() => 1] }), { name: 'ConfigError' });
});

test('what is no number of its kind is refused by its name', async () => {
  const { client } = minting({ tier: 'regional' });
  const [sample, given] = [{ sentMs: 0, receivedMs: 0, wallMs: WALL }, { startUs: START, count: 1, expiresMs: 50 }];
  const refused = (name: string, value: unknown, want: string, act: () => void): void => {
    assert.throws(act, { name: 'StateError', code: 'invalid_argument', message: `${name}: ${String(value)}, want ${want}` });
  };
  for (const value of [-1, NaN, Infinity, 2 ** 43, '5', null, undefined]) {
    for (const name of Object.keys(sample)) {
      refused(name, value, 'milliseconds in 0..2^43', () => clockSample(client, { ...sample, [name]: value }));
    }
    refused('expiresMs', value, 'milliseconds in 0..2^43', () => lease(client, { ...given, expiresMs: value as number }));
  }
  for (const value of [-1, NaN, Infinity, 2 ** 53, 0.5, '5', null, undefined]) {
    for (const name of ['startUs', 'count']) {
      refused(name, value, 'a whole number in 0..2^53', () => lease(client, { ...given, [name]: value }));
    }
  }
  await assert.rejects(minted(client), { code: 'lease_exhausted' });
});

test('a client that was closed takes nothing', () => {
  const { client } = service();
  client.close();
  const sample = { sentMs: 0, receivedMs: 0, wallMs: WALL };
  for (const give of [
    () => clockSample(client, sample),
    () => lease(client, { startUs: START, count: 1, expiresMs: 50 }),
    () => suspended(client),
    () => signals(client, { records: [] }),
  ]) {
    assert.throws(give, { code: 'closed' });
  }
});

test('what was handed in is in the trace, which replays to the same decisions', async () => {
  const config: Config = { ...CONFIG, token: { tier: 'regional' }, trace: { enabled: true } };
  const { client } = service({ config, onEvent: () => undefined });
  clockSample(client, { sentMs: 0, receivedMs: 0, wallMs: WALL });
  lease(client, { startUs: START, count: 1, expiresMs: 50 });
  suspended(client);
  signals(client, { records: [{ v: 1, target: 9000 }] });
  await client.call((attempt) => attempt.report({ wallMs: WALL }), { op: 'put' });
  await assert.rejects(client.call(() => 1, { op: 'put' }), { code: 'lease_exhausted' });
  const folder = mkdtempSync(join(tmpdir(), 'hedgerow-'));
  writeFileSync(join(folder, 'run.trace'), client.takeTrace());
  writeFileSync(join(folder, 'client.json'), JSON.stringify(config));
  const command = fileURLToPath(new URL('../lib/cli/main.js', import.meta.url));
  const words = [command, 'replay', 'run.trace', '--config', 'client.json'];
  assert.match(execFileSync(process.execPath, words, { cwd: folder, encoding: 'utf8' }), /^the same: /);
  rmSync(folder, { recursive: true });
});
