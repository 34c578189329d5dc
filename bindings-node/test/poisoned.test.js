// A panic under the lock of a shared state, in an addon that was built for this test alone.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { createClient, StateError } from "hedgerow";
import { VirtualClock } from "hedgerow/testing";
import { addon } from "../lib/addon.js";
import { sharedCore } from "../lib/shared.js";

const panicking = createRequire(import.meta.url)("../../target/node/panics.node");
const CONFIG = { operations: { get: { idempotency: "natural" } } };
const SEED = new Uint8Array(32).fill(3);
const poisoned = { name: "Error", code: "poisoned", message: "a panic left this object in an unknown state" };

const state = () => panicking.createShared(CONFIG, SEED, 0, false);
const attach = (shared) => panicking.attach(shared, false, () => {});

test("a panic is an error with the code poisoned, for everybody of that state from then on", () => {
  const [shared, apart] = [state(), state()];
  const [one, other, elsewhere] = [attach(shared), attach(shared), attach(apart)];
  assert.equal(panicking["Client#stats"](other).started, 0);
  assert.throws(() => panicking["Client#panic"](one), poisoned);
  for (const worker of [one, other]) {
    assert.throws(() => panicking["Client#stats"](worker), poisoned);
    assert.throws(() => panicking["Client#tick*"](worker, new Float64Array(18), 1), poisoned);
  }
  assert.throws(() => attach(shared), poisoned);
  assert.equal(panicking["Client#stats"](elsewhere).started, 0, "another state goes on");
  for (const worker of [one, other, elsewhere]) panicking["Client!free"](worker);
});

test("calls that wait on a poisoned state are rejected, and so are later ones", async () => {
  const clock = new VirtualClock();
  const shared = state();
  const client = createClient({ engine: sharedCore(panicking, shared), clock, endpoints: ["a"] });
  const waiting = client.call(() => new Promise(() => {}), { op: "get", deadlineMs: 100 });
  assert.throws(() => panicking["Client#panic"](attach(shared)), poisoned);
  const told = (error) => error instanceof StateError && error.code === "poisoned" && error.cause?.code === "poisoned";
  await Promise.all([assert.rejects(waiting, told), clock.advance(100)]);
  await assert.rejects(client.call(() => "answer", { op: "get" }), told);
});

test("the addon of the package has no such function", () => {
  const names = Object.keys(panicking).filter((name) => !(name in addon()));
  assert.deepEqual(names, ["Client#panic"]);
});
