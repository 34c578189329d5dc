// Every policy and the client alone, through the addon: what the WebAssembly package is held to, it is held to as well.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as wasm from "../../bindings-wasm/lib/core/index.js";
import { holdErrors } from "../../bindings-wasm/test/support/errors.js";
import { readText } from "../../bindings-wasm/test/support/files.js";
import { holdParity } from "../../bindings-wasm/test/support/parity.js";
import { holdScenario } from "../../bindings-wasm/test/support/scenario.js";
import { holdVectors } from "../../bindings-wasm/test/support/vectors.js";
import { core, NativeClient } from "./face.js";

const seed = new Uint8Array(32).fill(7);
const make = (...of) => new NativeClient(...of);

holdVectors("the addon", core, (picker) => picker.records(), { "the addon": make });
holdScenario("the addon", make, core);
holdErrors("the addon", (config, bytes = seed) => make(config, bytes, 0));
holdParity(core);

/** `name: reason`. */
const missing = readText("bindings-node/test/NOT-IN-THE-ADDON")
  .split("\n")
  .filter((line) => line.trim() !== "" && !line.startsWith("#"))
  .map((line) => /^(\S+): .+$/.exec(line)?.[1] ?? line);

test("whatever hedgerow/core has the addon has, or it is listed", () => {
  const names = Object.entries(wasm).flatMap(([name, value]) => [name, ...members(name, value)]);
  const has = (name) => {
    const [type, member] = name.split(".");
    if (member === undefined) return type in core;
    return type in core && (member in core[type].prototype || member in core[type]);
  };
  assert.deepEqual(names.filter((name) => !has(name)).sort(), missing.sort());
});

function members(name, value) {
  if (typeof value !== "function" || value.prototype === undefined) return [];
  const own = [...Object.getOwnPropertyNames(value.prototype), ...Object.getOwnPropertyNames(value)];
  const plain = own.filter((each) => !/^(constructor|prototype|length|name|arguments|caller|__\w+)$/.test(each));
  return plain.map((each) => `${name}.${each}`);
}

test("an object that was freed is refused", () => {
  const limiter = new core.Limiter();
  limiter.free();
  assert.throws(() => limiter.inFlight(), { code: "invalid_argument" });
});

test("a list, a map and a number beyond the range of floats are documents", () => {
  const config = new Map([["limits", { calls: 7n }]]);
  assert.equal(JSON.parse(core.configJson(config)).limits.calls, 7);
  const round = {};
  round.limits = round;
  assert.throws(() => core.configJson(round), { code: "config" });
  assert.throws(() => core.configJson({ limits: { calls: () => 1 } }), { code: "config" });
});

test("what a client has learned goes on in another one", () => {
  const endpoints = [{ do: "add", name: "a" }, { do: "add", name: "b" }];
  const client = new core.Client({}, seed, 1000);
  client.handleTopology(endpoints, 1000);
  client.start(41, 0, 0, 0, -1, -1, 0xffff, 1001);
  const kept = client.snapshot(1002);
  const restored = core.Client.restore(kept, {}, seed, 0, false, 0);
  assert.deepEqual(restored.snapshot(0), kept);
  assert.equal(restored.stats().started, 1);
  const slept = core.Client.restore(kept, {}, undefined, 2.5, true, 0);
  assert.equal(slept.snapshot(0).at_us, 1_004_500);
  assert.throws(() => core.Client.restore({ version: 1 }, {}, undefined, 0, false, 0), { code: "config" });
});
