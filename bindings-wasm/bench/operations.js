// What is timed: crossings into the module, calls of the driver, and the same calls through published packages.

import { readFileSync } from "node:fs";
import { Client, initSync } from "../lib/glue.js";
import { bytes } from "../lib/inlined.js";
import { createClient } from "../lib/index.js";
import { ConsecutiveBreaker, ConstantBackoff, bulkhead, circuitBreaker, handleAll, retry, wrap } from "cockatiel";
import CircuitBreaker from "opossum";
import pRetry from "p-retry";

const CORE = readFileSync(new URL("../dist/core.wasm", import.meta.url));
const SEED = new Uint8Array(32).fill(7);
const OF_OPERATION = 255 + 256 * 255;
const RECORD = 8;
const ATTEMPT = 3;
const ENDPOINTS = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** A budget, a limit, retries; hedges where a target is known. */
const CONFIG = {
  objective: { target_us: 50_000, max_us: 1_000_000 },
  operations: { get: { idempotency: "natural" }, once: { idempotency: "none" }, now: { idempotency: "natural", hedge: { strategy: "fixed", delay_us: 0 } } },
};

const immediate = () => 1;
const deferred = () => Promise.resolve(1);
const turn = () => new Promise((resolve) => setImmediate(resolve, 1));

/** One operation after another. */
function serial(act) {
  return async (count) => {
    for (let done = 0; done < count; done += 1) await act();
  };
}

/** Start and answer of one call: two crossings, numbers only. */
function crossing() {
  const { memory } = initSync({ module: bytes() });
  const client = new Client(CONFIG, SEED, 0);
  client.handleTopology(ENDPOINTS.map((name) => ({ do: "add", name })), 0);
  const operation = client.operation("get");
  let view = new Float64Array(memory.buffer);
  const attempt = client.records() / 8 + ATTEMPT;
  let now = 0;
  return (count) => {
    for (let done = 0; done < count; done += 1) {
      now += 0.01;
      client.start(done, 0, operation, 0, -1, -1, OF_OPERATION, now);
      if (view.length === 0) view = new Float64Array(memory.buffer);
      client.handleResponse(view[attempt], now);
    }
  };
}

/** What a program pays once: the modules as they come, compiled and made an instance where nothing is imported. */
const starting = [
  { name: "core.wasm: compile, make an instance", run: repeated(() => new WebAssembly.Instance(new WebAssembly.Module(CORE))) },
  { name: "the default entry: decode, compile", run: repeated(() => new WebAssembly.Module(bytes())) },
];

function repeated(act) {
  return (count) => {
    for (let done = 0; done < count; done += 1) act();
  };
}

/** The same module entered with a question that it answers at once: the cost of going there. */
function entering() {
  const client = new Client({}, SEED, 0);
  return (count) => {
    for (let done = 0; done < count; done += 1) client.pollTimeout();
  };
}

/** A hedge that is sent at once and wins; the first attempt ends behind it. */
function hedged(client) {
  let end;
  const attempt = ({ number }) => (number === 1 ? new Promise((resolve) => (end = resolve)) : 1);
  return serial(async () => {
    await client.call(attempt, { op: "now" });
    end();
  });
}

/** Operations by group; the first of a group is what the others are compared with. */
export function groups() {
  const client = createClient({ config: CONFIG, endpoints: ENDPOINTS, seed: SEED });
  const unlimited = createClient({
    config: { ...CONFIG, limits: { calls: 1_000_000, hedges: 1_000_000 }, budget: { mode: "off" } },
    endpoints: ENDPOINTS.map((name) => ({ name, pool: true })), seed: SEED,
  });
  const breaker = new CircuitBreaker(deferred, { timeout: 1000 });
  const later = new CircuitBreaker(turn, { timeout: 1000 });
  const soon = new CircuitBreaker(immediate, { timeout: 1000 });
  const tries = retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(10) });
  const circuit = circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) });
  const policy = wrap(tries, circuit, bulkhead(1000));
  const get = { op: "get" };
  return [
    { title: "start of a program", operations: starting },
    {
      title: "into the module",
      operations: [
        { name: "start + handle_response", run: crossing() },
        { name: "one question", run: entering() },
      ],
    },
    {
      title: "a call that answers at once",
      operations: [
        { name: "hedgerow: retry, budget, limit, hedge armed", run: serial(() => client.call(immediate, get)) },
        { name: "hedgerow: not to be repeated", run: serial(() => client.call(immediate, { op: "once" })) },
        { name: "cockatiel: retry, breaker, bulkhead", run: serial(() => policy.execute(immediate)) },
        { name: "cockatiel: retry", run: serial(() => tries.execute(immediate)) },
        { name: "opossum: breaker, timeout", run: serial(() => soon.fire()) },
        { name: "p-retry: retry", run: serial(() => pRetry(immediate, { retries: 2 })) },
        { name: "nothing: await", run: serial(immediate) },
      ],
    },
    {
      title: "a call that answers in a later turn of the event loop",
      operations: [
        { name: "hedgerow: retry, budget, limit, hedge armed", run: serial(() => client.call(turn, get)) },
        { name: "cockatiel: retry, breaker, bulkhead", run: serial(() => policy.execute(turn)) },
        { name: "opossum: breaker, timeout", run: serial(() => later.fire()) },
        { name: "p-retry: retry", run: serial(() => pRetry(turn, { retries: 2 })) },
        { name: "nothing: await", run: serial(turn) },
      ],
    },
    {
      title: "a call whose promise is settled",
      operations: [
        { name: "hedgerow: retry, budget, limit, hedge armed", run: serial(() => client.call(deferred, get)) },
        { name: "cockatiel: retry, breaker, bulkhead", run: serial(() => policy.execute(deferred)) },
        { name: "opossum: breaker, timeout", run: serial(() => breaker.fire()) },
        { name: "p-retry: retry", run: serial(() => pRetry(deferred, { retries: 2 })) },
      ],
    },
    {
      title: "a hedge is sent and wins",
      operations: [
        { name: "hedgerow: hedge fired at once", run: hedged(unlimited) },
        { name: "hedgerow: answered at once", run: serial(() => unlimited.call(immediate, get)) },
      ],
    },
  ];
}
