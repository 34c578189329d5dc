// One worker of many: calls that answer at once, sixteen at a time, for so many seconds.

import { parentPort, workerData } from "node:worker_threads";
import { createClient } from "hedgerow";
import { attach } from "../lib/index.js";

const { shared, config, endpoints, seconds } = workerData;
const client = createClient(shared === undefined ? { config, endpoints } : { engine: attach(shared), endpoints });
const LANES = 16;
const end = performance.now() + seconds * 1000;
let made = 0;

async function lane() {
  while (performance.now() < end) {
    await client.call(() => Promise.resolve(1), { op: "get" });
    made += 1;
    if (made % 64 === 0) await new Promise(setImmediate);
  }
}

await Promise.all(Array.from({ length: LANES }, lane));
client.close();
parentPort.postMessage(made);
