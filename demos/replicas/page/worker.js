// The load of the page, away from the drawing: what the drawing takes would be felt as latency.

import { Hedged, Plain } from './arms.js';

const WRITES = 0.2;
/** Calls that each client can explain: all that are shown, mostly. */
const REMEMBERED = 1200;

const fleet = await (await fetch('/desk/fleet')).json();
const arms = { plain: new Plain(fleet), hedged: new Hedged({ ...fleet, servers: fleet.hedged_servers, remembered: REMEMBERED }) };
const run = Math.random().toString(36).slice(2, 8);
/** Times of this thread and of the page's own count from different starts. */
const now = () => performance.timeOrigin + performance.now();
let number = 0;
let rate = 0;

/** Makes the same call through both arms, a moment apart. */
function callBoth() {
  const own = number++;
  const [key, shard] = fleet.keys[Math.floor(Math.random() * fleet.keys.length)];
  const call = { key, put: Math.random() < WRITES, replicas: fleet.shards[shard] };
  const order = own % 2 === 0 ? ['plain', 'hedged'] : ['hedged', 'plain'];
  makeCall(order[0], call, own);
  setTimeout(() => makeCall(order[1], call, own), 6);
}

async function makeCall(arm, call, own) {
  const start = now();
  const zone = own % fleet.zones.length;
  const called = await arms[arm].call(call, zone, `page-${run}-${arm}-${own}`);
  const end = now();
  const point = { arm, call, called, start, end, latency: end - start };
  postMessage({ point });
}

/** An open loop: the next call does not wait for the one before. */
function goOn() {
  if (rate === 0) return setTimeout(goOn, 100);
  callBoth();
  setTimeout(goOn, (-Math.log(1 - Math.random()) * 1000) / rate);
}

onmessage = ({ data }) => {
  if (data.rate !== undefined) rate = data.rate;
  if (data.explain !== undefined) postMessage({ explained: arms.hedged.explain(data.explain) });
};
postMessage({ ready: true });
goOn();
