// Eight workers that hammer one service, and are killed at random in every second run.
//
// Seeds of the long run: `HEDGEROW_SEEDS`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { addon } from "../lib/addon.js";
import { createShared, release } from "../lib/index.js";

const WORKERS = 8;
const CALLS = 240;
const HEDGES = 3;
const SEEDS = Number(process.env.HEDGEROW_SEEDS ?? 4);
/** What the budget holds, what it gains for each first attempt, and what it gains in a second. */
const BUDGET = { cap: 20, ratio: 0.2, min_rate: 10 };

const CONFIG = {
  operations: { get: { idempotency: "natural" } },
  hedge: { strategy: "fixed", delay_us: 4000 },
  limits: { hedges: HEDGES },
  budget: BUDGET,
  retry: { backoff: { base_us: 1000, cap_us: 4000 } },
};

/** Figures of a worker, and of all. */
const [STARTED, SETTLED, FIRST, EXTRA, OVER] = [0, 1, 2, 3, 4];
const OWN = 2;

async function swarm(seed, kills) {
  const shared = createShared(CONFIG, new Uint8Array(32).fill(seed + 1));
  const counts = new SharedArrayBuffer(4 * (WORKERS * OWN + 5));
  const figures = new Int32Array(counts);
  const common = WORKERS * OWN;
  const began = performance.now();
  const ends = Array.from({ length: WORKERS }, (_, number) => {
    const slots = [number * OWN + STARTED, number * OWN + SETTLED, common + FIRST, common + EXTRA, common + OVER];
    const workerData = { shared, seed: seed * WORKERS + number, calls: CALLS, limit: HEDGES, counts, slots };
    return run(new URL("programs/hammer.js", import.meta.url), workerData, kills(number));
  });
  const done = await Promise.all(ends);
  const seconds = (performance.now() - began) / 1000;
  return { shared, done, seconds, figures, common };
}

/** Runs a worker until it is done or killed; whether it was done. */
function run(file, workerData, killAfter) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData });
    let done = false;
    const timer = killAfter === undefined ? undefined : setTimeout(() => worker.terminate(), killAfter);
    worker.on("message", () => (done = true));
    worker.on("error", reject);
    worker.on("exit", () => {
      clearTimeout(timer);
      resolve(done);
    });
  });
}

/** What the state holds when every worker is gone. */
function left(shared) {
  const handle = addon().attach(shared, false, () => undefined);
  const ask = (name, ...given) => addon()[`Client#${name}`](handle, ...given);
  const found = { idle: ask("isIdle"), hedges: ask("hedgesInFlight", 0), calls: ask("callsHeld", 0), stats: ask("stats") };
  addon()["Client!free"](handle);
  return found;
}

for (let seed = 0; seed < SEEDS; seed += 1) {
  const some = seed % 2 === 1;
  test(`seed ${seed}: ${some ? "workers are killed" : "every worker ends"}, one limit, one budget, each call once`, async () => {
    // Half of them, at times that follow from the seed.
    const kills = (number) => (some && (number + seed) % 2 === 0 ? 60 + ((seed * 37 + number * 53) % 240) : undefined);
    const { shared, done, seconds, figures, common } = await swarm(seed, kills);
    done.forEach((ended, number) => {
      const [started, settled] = [figures[number * OWN + STARTED], figures[number * OWN + SETTLED]];
      if (kills(number) === undefined) assert.equal(ended, true, `worker ${number}`);
      if (ended) assert.deepEqual([started, settled], [CALLS, CALLS], `worker ${number}`);
      assert.ok(settled <= started);
    });
    assert.equal(figures[common + OVER], 0, "hedges in flight beyond the limit of the process");
    const bound = BUDGET.cap + BUDGET.ratio * figures[common + FIRST] + BUDGET.min_rate * seconds + 1;
    assert.ok(figures[common + EXTRA] <= bound, `${figures[common + EXTRA]} extra attempts, budget ${bound}`);
    const { idle, hedges, calls, stats } = left(shared);
    assert.deepEqual([idle, hedges, calls], [true, 0, 0]);
    assert.equal(stats.started, stats.completed_ok + stats.completed_failed + stats.completed_cancelled);
    assert.ok(figures[common + EXTRA] > 0, "nothing was hedged or retried");
    assert.equal(release(shared), true);
  });
}

test("a state that was released and left is not there any more", () => {
  const shared = createShared();
  const handle = addon().attach(shared, false, () => undefined);
  release(shared);
  assert.equal(release(shared), false);
  assert.equal(addon()["Client#isIdle"](handle), true);
  addon()["Client!free"](handle);
  assert.throws(() => addon().attach(shared, false, () => undefined), { code: "invalid_argument" });
});
