import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Budget, Client, load } from 'hedgerow/core';

const SEED = new Uint8Array(32).fill(7);
const SEND = 1;
const COMPLETE = 3;
const OF_OPERATION = 0xffff;

test('a call is numbers in and records out', () => {
  const memory = load();
  assert.equal(load(), memory);
  const client = new Client({}, SEED, 0);
  client.handleTopology([{ do: 'add', name: 'a' }], 0);
  const records = (): Float64Array => new Float64Array(memory.buffer, client.records(), 8);
  assert.ok(client.start(41, 0, 0, 0, -1, -1, OF_OPERATION, 1) > 0);
  const [code, cookie, , attempt] = records();
  assert.deepEqual([code, cookie], [SEND, 41]);
  assert.equal(client.handleResponse(attempt ?? -1, 2), 1);
  assert.equal(records()[0], COMPLETE);
});

test('a policy is a class of its own', () => {
  load();
  const budget = new Budget({}, 0);
  budget.deposit(1);
  assert.equal(typeof budget.level(1), 'number');
});

test('a document is refused by path, whatever kind of object it is', () => {
  load();
  const refused = (document: unknown, message: RegExp): void => {
    assert.throws(() => new Client(document, SEED, 0), { code: 'config', message });
  };
  refused({ limits: { calls: NaN } }, /^limits\.calls: /);
  refused(new Map([['limits', new Map([['calls', -1]])]]), /^limits\.calls: -1, want /);
  refused({ limits: { calls: -(2n ** 63n) } }, /^limits\.calls: -9223372036854775808, want /);
  refused({ limits: { calls: () => 1 } }, /neither a value of JSON/);
  refused({ limits: new Set([1]) }, /a list of no pairs/);
  const itself: Record<string, unknown> = {};
  itself['limits'] = itself;
  refused(itself, /nested too deeply/);
  new Client({ limits: { calls: 7n } }, SEED, 0).free();
});

test('tokens come from a lease, or by the clock of a server, when the document says so', () => {
  load();
  const put = 0xff | (3 << 8);
  const timeOf = (client: Client, id: number): number => Number.parseInt(client.token(id)?.slice(0, 16) ?? '', 16);
  const minting = (token: Record<string, string>): Client => {
    const client = new Client({ token: { header_form: 'hex', ...token } }, SEED, 0);
    client.handleTopology([{ do: 'add', name: 'a' }], 0);
    return client;
  };
  const [NO_CLOCK, LEASE_EXHAUSTED] = [19, 20];
  const regional = minting({ tier: 'regional' });
  assert.equal(regional.start(1, 0, 0, 0, -1, -1, put, 1), -LEASE_EXHAUSTED);
  assert.deepEqual([regional.handleLease(1_700_000_000_000_001, 1, 50, 2), regional.handleLease(0.5, 1, 50, 2)], [true, false]);
  assert.equal(timeOf(regional, regional.start(2, 0, 0, 0, -1, -1, put, 3)), 1_700_000_000_000_001);
  assert.equal(regional.start(3, 0, 0, 0, -1, -1, put, 4), -LEASE_EXHAUSTED);
  const estimated = minting({ clock: 'estimated' });
  assert.equal(estimated.start(1, 0, 0, 0, -1, 1e12, put, 1), -NO_CLOCK);
  assert.deepEqual([estimated.handleClock(1, 1, 1.7e12, 1), estimated.handleClock(-1, 1, 1.7e12, 1)], [true, false]);
  assert.equal(Math.floor(timeOf(estimated, estimated.start(2, 0, 0, 0, -1, -1, put, 6)) / 10), (1.7e12 + 5) * 100);
  estimated.handleSuspended(7);
  assert.equal(estimated.start(3, 0, 0, 0, -1, -1, put, 8), -NO_CLOCK);
});

test('what a client has learned goes through JSON into a client of another clock', () => {
  load();
  const endpoints = [{ do: 'add', name: 'a' }];
  const client = new Client({}, SEED, 1000);
  client.handleTopology(endpoints, 1000);
  client.start(41, 0, 0, 0, -1, -1, OF_OPERATION, 1001);
  const text = JSON.stringify(client.snapshot(1002));
  const restored = Client.restore(JSON.parse(text), {}, new Uint8Array(32).fill(8), 0, false, 0);
  assert.equal(JSON.stringify(restored.snapshot(0)), text);
  restored.handleTopology(endpoints, 0);
  assert.deepEqual([restored.isIdle(), restored.inFlight(restored.endpoint('a'))], [true, 0]);
  assert.equal((restored.stats() as { started: number }).started, 1);
  const slept = Client.restore(JSON.parse(text), {}, undefined, 2.5, true, 0);
  assert.deepEqual((slept.snapshot(0) as { at_us: number }).at_us, 1_004_500);
  const put = 0xff | (3 << 8);
  slept.handleTopology(endpoints, 0);
  assert.equal(slept.start(1, 0, 0, 0, -1, 1e12, put, 1), -21, 'no seed, no nonce');
  assert.throws(() => Client.restore({ version: 1 }, {}, undefined, 0, false, 0), { code: 'config', message: /^snapshot\.at_us: none/ });
});

test('the module for other hosts is shipped and imports nothing', () => {
  const module = new WebAssembly.Module(readFileSync(new URL(import.meta.resolve('hedgerow/core.wasm'))));
  assert.deepEqual(WebAssembly.Module.imports(module), []);
});
