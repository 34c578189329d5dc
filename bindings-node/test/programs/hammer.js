// One worker of many that hammer one service: calls by chance, until it has made all of its own or is killed.

import { parentPort, workerData } from "node:worker_threads";
import { createClient } from "hedgerow";
import { addon } from "../../lib/addon.js";
import { attach } from "../../lib/index.js";

const { shared, seed, calls, limit, counts, slots } = workerData;
const figures = new Int32Array(counts);
const [STARTED, SETTLED, FIRST, EXTRA, OVER] = slots;
const client = createClient({ engine: attach(shared), endpoints: ["a", "b", "c", "d"] });
// Looks at the machine itself, between any two of its inputs.
const looks = addon().attach(shared, false, () => undefined);

let state = seed * 2 + 1;

/** A fraction that follows from the seed. */
function chance() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function attempt({ number }) {
  Atomics.add(figures, number === 1 ? FIRST : EXTRA, 1);
  if (addon()["Client#hedgesInFlight"](looks, 0) > limit) Atomics.add(figures, OVER, 1);
  const slow = chance() < 0.3;
  if (chance() < 0.8) await sleep(slow ? 8 + chance() * 20 : chance() * 2);
  if (chance() < 0.1) throw new Error("by chance");
}

async function one() {
  Atomics.add(figures, STARTED, 1);
  let settled = 0;
  const settle = () => {
    settled += 1;
    Atomics.add(figures, SETTLED, 1);
  };
  await client.call(attempt, { op: "get", deadlineMs: 400 }).then(settle, settle);
  if (settled !== 1) throw new Error("settled more than once");
}

async function lane(count) {
  for (let made = 0; made < count; made += 1) {
    await one();
    if (chance() < 0.2) await sleep(chance() * 4);
  }
}

const LANES = 12;
await Promise.all(Array.from({ length: LANES }, () => lane(calls / LANES)));
client.close();
addon()["Client!free"](looks);
parentPort.postMessage("done");
