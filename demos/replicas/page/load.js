// The open loop: calls go out when they are due, whether or not earlier ones have come back.
//
// Latency counts from the scheduled send: what the event loop is late, the call pays for.

import { Hedged, Plain } from './arms.js';
import { scenarioHash } from './scenario.js';

const AT_ONCE = 8;

const callOf = ([index, at, key, put, shard], job) => ({ index, at: at / 1000, key, put: put === 1, replicas: job.shards[shard] });

/** Does a whole job: the scripted scenario, the warm-up, the load. `desk` is the base URL of the one who asks for it. */
export async function work(desk, host) {
  const job = await (await fetch(`${desk}/desk/job/${host}`)).json();
  const hash = await scenarioHash(await (await fetch(`${desk}/tests/traces/scripted.json`)).json(), desk);
  const arms = [new Plain(job), new Hedged({ ...job, servers: job.hedged_servers })];
  if (job.worker_arms.length > 0) await addWorkers(arms, job);
  for (const [number, arm] of arms.entries()) await warmUp(arm, job, job.arms[number]);
  const ready = await fetch(`${desk}/desk/ready/${host}`, { method: 'PUT', body: JSON.stringify({ hash }) });
  const { start_ms: start } = await ready.json();
  const results = await measure(arms, job, start);
  await fetch(`${desk}/desk/result/${host}`, { method: 'PUT', body: JSON.stringify(results) });
  for (const arm of arms) arm.close();
}

/** Two more arms, which only Node has, where its addon is built; their calls lie between those of the others. */
async function addWorkers(arms, job) {
  const { startWorkers } = await import('./workers.js');
  arms.push(...startWorkers(job));
  job.arms.push(...job.worker_arms);
  const [first, second] = job.offsets_ms;
  job.offsets_ms = [first, second, first + (second - first) / 2, second + (second - first) / 2];
}

async function warmUp(arm, job, name) {
  let next = 0;
  const line = async () => {
    for (let at = next++; at < job.warm_up.length; at = next++) {
      const call = callOf(job.warm_up[at], job);
      await arm.call(call, at % job.zones.length, `warm-${name}-${call.index}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, line));
}

async function measure(arms, job, start) {
  const begin = performance.now() + (start - Date.now());
  const results = job.arms.map((name) => emptyResult(name, job.language));
  const calls = arms.flatMap((arm, number) =>
    job.calls.map((packed, position) => {
      const call = callOf(packed, job);
      const due = begin + call.at + job.offsets_ms[(number + position) % arms.length];
      return at(due).then(async () => {
        const called = await arm.call(call, position % job.zones.length, `${job.arms[number]}-${call.index}`);
        add(results[number], call, called, performance.now() - due);
      });
    }),
  );
  await Promise.all(calls);
  for (const result of results) result.latencies_us.sort((a, b) => a - b);
  return results;
}

/** All timers are set beforehand: timers set by timers are held up by browsers. */
const at = (due) => new Promise((resolve) => setTimeout(resolve, Math.max(due - performance.now(), 0)));

const emptyResult = (name, language) => ({
  schema: 'hedgerow-demo-arm/1',
  name,
  language,
  calls: 0,
  reads: 0,
  writes: 0,
  failed: [],
  errors_by_kind: {},
  hedges: 0,
  retries: 0,
  duplicate_writes: 0,
  lost_us: null,
  latencies_us: [],
});

function add(result, call, called, latency) {
  result.calls += 1;
  result[call.put ? 'writes' : 'reads'] += 1;
  result.hedges += called.hedges;
  result.retries += called.retries;
  if (called.lost !== undefined) result.lost_us = (result.lost_us ?? 0) + Math.round(called.lost * 1000);
  if (called.error !== undefined) {
    result.failed.push(call.index);
    result.errors_by_kind[called.error] = (result.errors_by_kind[called.error] ?? 0) + 1;
  }
  // A timer may fire a fraction of a millisecond early.
  result.latencies_us.push(Math.max(Math.round(latency * 1000), 0));
}
