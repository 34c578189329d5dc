// Two clients of one state, here in one thread: what is everybody's, and what is a client's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "hedgerow";
import { snapshotOf } from "hedgerow/engine";
import { clockSample, lease, suspended } from "hedgerow/inputs";
import { VirtualClock } from "hedgerow/testing";
import { addon } from "../lib/addon.js";
import { attach, createShared, release } from "../lib/index.js";
import { sharedCore } from "../lib/shared.js";

const CONFIG = {
  operations: { get: { idempotency: "natural" } },
  objective: { target_us: 400_000, max_us: 500_000 },
  hedge: { strategy: "fixed", delay_us: 10_000, denied: "wait" },
  limits: { hedges: 1 },
};
const get = { op: "get" };
const SEED = new Uint8Array(32).fill(3);

/** Clients of one state under one clock at rest. */
function clients(count, options = {}, config = CONFIG) {
  const clock = new VirtualClock();
  const state = addon().createShared(config, SEED, clock.now(), true);
  const all = Array.from({ length: count }, () => createClient({ engine: sharedCore(addon(), state), clock, endpoints: ["a", "b", "c"], ...options }));
  addon().releaseShared(state);
  return { all, clock };
}

/** Lets those have their turn that were woken: it comes through the event loop. */
async function turns() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}

/** Attempts that a test ends by hand. */
function held() {
  const open = [];
  const send = (attempt) => new Promise((resolve, reject) => open.push({ attempt, resolve, reject }));
  return { open, send };
}

test("a client that waits for a hedge's slot is woken when another one frees it", async () => {
  const { all: [one, other], clock } = clients(2);
  const [first, second] = [held(), held()];
  const answers = [one.call(first.send, get), other.call(second.send, get)];
  await clock.advance(11);
  const hedged = [first, second].filter(({ open }) => open.length === 2);
  assert.equal(hedged.length, 1, "one hedge in flight");
  const waiting = hedged[0] === first ? second : first;
  for (const { resolve } of hedged[0].open) resolve("answer");
  await turns();
  assert.equal(waiting.open.length, 2, "no clock has moved");
  assert.equal(waiting.open[1].attempt.kind, "hedge");
  for (const { resolve } of waiting.open) resolve("answer");
  assert.deepEqual(await Promise.all(answers), ["answer", "answer"]);
});

test("closing one client ends its calls and leaves those of the others", async () => {
  const { all: [one, other] } = clients(2);
  const [first, second] = [held(), held()];
  const [lost, kept] = [one.call(first.send, get), other.call(second.send, get)];
  one.close();
  await assert.rejects(lost, { code: "shutdown" });
  await assert.rejects(one.call(first.send, get), { code: "closed" });
  second.open[0].resolve("answer");
  assert.equal(await kept, "answer");
  assert.equal(await other.call(() => "again", get), "again");
  other.close();
});

test("draining one client denies its starts and lets its calls come to their end", async () => {
  const { all: [one, other] } = clients(2);
  const first = held();
  const running = one.call(first.send, get);
  one.drain();
  await assert.rejects(one.call(() => 1, get), { code: "draining" });
  assert.equal(await other.call(() => 2, get), 2);
  first.open[0].resolve("answer");
  assert.equal(await running, "answer");
});

test("an endpoint that another client added is learnt with the first call that goes there", async () => {
  const { all: [one, other] } = clients(2, { endpoints: [] });
  one.addEndpoint("d");
  assert.deepEqual(other.endpoints, []);
  assert.equal(await other.call(({ endpoint }) => endpoint, get), "d");
  one.removeEndpoint("d");
  await assert.rejects(other.call(() => 1, get), { code: "no_endpoint" });
});

test("events are told to the client whose call it is", async () => {
  const heard = [[], []];
  const clock = new VirtualClock();
  const state = addon().createShared(CONFIG, SEED, clock.now(), true);
  const listeners = heard.map((events) =>
    createClient({ engine: sharedCore(addon(), state), clock, endpoints: ["a", "b"], onEvent: (event) => events.push(event.type) }));
  await listeners[0].call(() => 1, get);
  assert.deepEqual(heard, [["send", "complete"], []]);
  await listeners[1].call(() => 1, get);
  assert.deepEqual(heard, [["send", "complete"], ["send", "complete"]]);
});

test("a lease and a reading of a server's clock that one client hands in are everybody's", async () => {
  const put = (client) => client.call((attempt) => Number.parseInt(attempt.token.slice(0, 16), 16), { idempotency: "token" });
  const [START, WALL] = [1_700_000_000_000_000, 1.7e12];
  const { all: [one, other] } = clients(2, {}, { token: { tier: "regional", header_form: "hex" } });
  lease(one, { startUs: START, count: 2, expiresMs: 50 });
  assert.deepEqual([await put(other), await put(one)], [START, START + 1]);
  await assert.rejects(put(one), { code: "lease_exhausted" });
  const { all: [reader, writer] } = clients(2, {}, { token: { clock: "estimated", header_form: "hex" } });
  clockSample(reader, { sentMs: 0, receivedMs: 0, wallMs: WALL });
  assert.equal(Math.floor(await put(writer) / 10), WALL * 100);
  suspended(writer);
  await assert.rejects(put(reader), { code: "no_clock" });
});

test("what one state has learned another one goes on from, after a restart", async () => {
  const before = createShared(CONFIG);
  const client = createClient({ engine: attach(before), endpoints: ["a", "b"] });
  for (let count = 0; count < 5; count += 1) await client.call(() => count, get);
  const snapshot = JSON.parse(JSON.stringify(snapshotOf(client)));
  client.close();
  release(before);
  const after = createShared(CONFIG, undefined, { snapshot, elapsedMs: 30_000 });
  const [one, other] = [0, 1].map(() => createClient({ engine: attach(after), endpoints: ["a", "b"] }));
  assert.deepEqual([one.stats().started, one.stats().snapshot_dropped], [5, 0]);
  assert.equal(await other.call(() => "goes on", get), "goes on");
  assert.equal(one.stats().started, 6);
  const aged = snapshotOf(other).at_us - snapshot.at_us;
  assert.ok(aged >= 30_000_000 && aged < 40_000_000, `${aged} µs`);
  [one, other].forEach((each) => each.close());
  release(after);
});

test("what is no snapshot makes no state", () => {
  assert.throws(() => createShared(CONFIG, undefined, { snapshot: { version: 1 } }), { name: "ConfigError", field: "snapshot.at_us" });
  assert.throws(() => createShared(CONFIG, undefined, { snapshot: {}, elapsedMs: -1 }), { name: "StateError", message: /^elapsedMs: -1, want / });
});

test("figures are those of all clients", async () => {
  const { all } = clients(3);
  for (const client of all) await client.call(() => 1, get);
  assert.deepEqual(all.map((client) => client.stats().started), [3, 3, 3]);
});

test("a configuration or a seed beside an engine is refused, and so is a number of no state", () => {
  const shared = createShared(CONFIG);
  assert.throws(() => createClient({ engine: attach(shared), config: {} }), { code: "invalid_argument", message: /^config: / });
  assert.throws(() => createClient({ engine: attach(shared), seed: new Uint8Array(32) }), { code: "invalid_argument", message: /^seed: / });
  release(shared);
  assert.throws(() => attach(shared), { code: "invalid_argument" });
  assert.throws(() => createShared({ speed: 1 }), { name: "ConfigError", field: "speed" });
});
