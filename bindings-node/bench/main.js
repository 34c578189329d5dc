// Times the addon beside the WebAssembly module in one process, and many workers of one state beside many states.
//
// With a file named on the command line, the same goes there as a JSON document. Ratios tell more than times.

import { writeFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { createClient } from "hedgerow";
import * as module from "hedgerow/core";
import { measure } from "../../bindings-wasm/bench/timing.js";
import * as addon from "../lib/core/index.js";
import { attach, createShared } from "../lib/index.js";

const SEED = new Uint8Array(32).fill(7);
const OF_OPERATION = 255 + 256 * 255;
const ATTEMPT = 3;
const ENDPOINTS = ["a", "b", "c", "d", "e", "f", "g", "h"];
const WIDTH = 48;
const THREADS = [1, 2, 4, 8];
const SECONDS = 2;

/** A budget, a limit, retries; hedges where a target is known. */
export const CONFIG = {
  objective: { target_us: 50_000, max_us: 1_000_000 },
  operations: { get: { idempotency: "natural" } },
};

/** Start and answer of one call: two crossings, numbers and records. */
function crossing(Client, attempt) {
  const client = new Client(CONFIG, SEED, 0);
  client.handleTopology(ENDPOINTS.map((name) => ({ do: "add", name })), 0);
  const operation = client.operation("get");
  let now = 0;
  return (count) => {
    for (let done = 0; done < count; done += 1) {
      now += 0.01;
      client.start(done, 0, operation, 0, -1, -1, OF_OPERATION, now);
      client.handleResponse(attempt(client), now);
    }
  };
}

function asked({ Limiter }) {
  const limiter = new Limiter();
  return (count) => {
    for (let done = 0; done < count; done += 1) limiter.hasRoom(3);
  };
}

function called(client) {
  return async (count) => {
    for (let done = 0; done < count; done += 1) await client.call(() => 1, { op: "get" });
  };
}

const memory = module.load();
let view = new Float64Array(memory.buffer);
const ofModule = (client) => {
  if (view.length === 0) view = new Float64Array(memory.buffer);
  return view[client.records() / 8 + ATTEMPT];
};
const groups = [
  {
    title: "into the core and back",
    operations: [
      { name: "WebAssembly: one question", run: asked(module) },
      { name: "addon: one question", run: asked(addon) },
      { name: "WebAssembly: start + handle_response", run: crossing(module.Client, ofModule) },
      { name: "addon: start + handle_response", run: crossing(addon.Client, (client) => client.records()[ATTEMPT]) },
    ],
  },
  {
    title: "a call that answers at once",
    operations: [
      { name: "WebAssembly", run: called(createClient({ config: CONFIG, seed: SEED, endpoints: ENDPOINTS })) },
      { name: "addon", run: called(createClient({ engine: attach(createShared(CONFIG, SEED)), endpoints: ENDPOINTS })) },
    ],
  },
];

/** Calls a second of so many workers, each with a state of its own or all with one. */
async function workers(count, shared) {
  const ready = Array.from({ length: count }, () => new Worker(new URL("worker.js", import.meta.url), { workerData: { shared, config: CONFIG, endpoints: ENDPOINTS, seconds: SECONDS } }));
  const told = ready.map((worker) => new Promise((resolve, reject) => worker.on("message", resolve).on("error", reject)));
  const calls = (await Promise.all(told)).reduce((sum, made) => sum + made, 0);
  return calls / SECONDS;
}

const times = [];
for (const { title, operations } of groups) {
  const found = await measure(operations);
  times.push({ title, operations: found.map((one) => ({ ...one, ratio: one.median / found[0].median })) });
}
const threads = [];
for (const count of THREADS) {
  const own = await workers(count, undefined);
  const one = await workers(count, createShared(CONFIG, SEED));
  threads.push({ workers: count, own, one, ratio: one / own });
}
print();
const [, , file] = process.argv;
const host = { node: process.versions.node, v8: process.versions.v8 };
if (file !== undefined) writeFileSync(file, `${JSON.stringify({ schema: "hedgerow-bench-node/1", host, times, threads }, null, 2)}\n`);
process.exit(0);

function print() {
  console.log("medians of batches, the fastest batch, ratio to the first of a group");
  for (const { title, operations } of times) {
    console.log(`\n${title}`);
    for (const { name, median, least, ratio } of operations) line(name, shown(median), shown(least), `× ${ratio.toFixed(2)}`);
  }
  console.log();
  line("calls a second of all workers", "own", "shared", "ratio");
  for (const { workers: count, own, one, ratio } of threads) line(`${count} workers`, own.toFixed(0), one.toFixed(0), `× ${ratio.toFixed(2)}`);
}

function line(name, one, other, last) {
  console.log(`${name.padEnd(WIDTH)} ${one.padStart(9)} ${other.padStart(9)}  ${last}`.trimEnd());
}

function shown(nanoseconds) {
  return nanoseconds < 1e4 ? `${nanoseconds.toFixed(0)} ns` : `${(nanoseconds / 1000).toFixed(1)} µs`;
}
