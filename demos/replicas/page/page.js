// The page for a person: drives the real replicas through both arms and shows every call as it happens.

import { Hedged, Plain } from './arms.js';
import { Chart, SPAN } from './chart.js';
import { showFigures } from './figures.js';
import { loadSentences, tellCall } from './story.js';

const LONG = 500;
const SHORT = 24;
/** Mean gap between two pauses of one server. */
const MEAN_GAP = { [SHORT]: 2000, [LONG]: 30000 };
const WRITES = 0.2;

const $ = (id) => document.getElementById(id);
const state = { points: [], pauses: [], chosen: undefined, rate: 40, runs: true, random: true, number: 0 };
const fleet = await (await fetch('/desk/fleet')).json();
const arms = { plain: new Plain(fleet), hedged: new Hedged({ ...fleet, servers: fleet.hedged_servers }) };
const chart = new Chart($('chart'), state, fleet.servers.map(({ name }) => name));
const run = Math.random().toString(36).slice(2, 8);
await loadSentences();

/** Makes the same call through both arms, a moment apart. */
function callBoth() {
  const number = state.number++;
  const [key, shard] = fleet.keys[Math.floor(Math.random() * fleet.keys.length)];
  const call = { key, put: Math.random() < WRITES, replicas: fleet.shards[shard] };
  const order = number % 2 === 0 ? ['plain', 'hedged'] : ['hedged', 'plain'];
  makeCall(order[0], call, number);
  setTimeout(() => makeCall(order[1], call, number), 6);
}

async function makeCall(arm, call, number) {
  const start = performance.now();
  const zone = number % fleet.zones.length;
  const called = await arms[arm].call(call, zone, `page-${run}-${arm}-${number}`);
  const end = performance.now();
  const point = { arm, call, called, zone, start, end, latency: Math.max(end - start, 0.3) };
  // A client remembers its latest calls only: what is worth a look is kept.
  if (arm === 'hedged' && (called.sent.length > 1 || called.error !== undefined || point.latency > 20)) {
    point.explained = arms.hedged.explain(called);
  }
  state.points.push(point);
}

/** An open loop: the next call does not wait for the one before. */
function goOn() {
  if (state.runs) callBoth();
  setTimeout(goOn, (-Math.log(1 - Math.random()) * 1000) / state.rate);
}

async function pause(server, length) {
  const begin = performance.now();
  const one = { server, start: begin, end: begin + length };
  state.pauses.push(one);
  $(`server-${server}`).classList.add('stopped');
  const answer = await fetch(`/desk/pause/${server}?ms=${length}`, { method: 'PUT' });
  one.end = answer.ok ? performance.now() : begin;
  const still = state.pauses.some((other) => other.server === server && other.end > performance.now());
  if (!still) $(`server-${server}`).classList.remove('stopped');
}

function pauseAtRandom(server, length) {
  setTimeout(() => {
    if (state.random && !document.hidden) pause(server, length);
    pauseAtRandom(server, length);
  }, length - Math.log(1 - Math.random()) * MEAN_GAP[length]);
}

function choose(point) {
  state.chosen = point;
  if (point.arm === 'hedged') point.explained ??= arms.hedged.explain(point.called);
  $('story').replaceChildren(...tellCall(point, state.pauses));
}

function addServers() {
  for (const zone of fleet.zones) {
    const group = document.createElement('div');
    for (const { name } of fleet.servers.filter((server) => server.zone === zone)) {
      const button = document.createElement('button');
      Object.assign(button, { type: 'button', id: `server-${name}`, textContent: name, title: `Stop ${name} for ${LONG} ms` });
      button.addEventListener('click', () => pause(name, LONG));
      group.append(button);
    }
    $('servers').append(group);
  }
}

function forgetOld() {
  const since = performance.now() - SPAN - 2000;
  const young = (one) => one.end > since;
  state.points = state.points.filter(young);
  state.pauses = state.pauses.filter(young);
}

addServers();
for (const { name } of fleet.servers) for (const length of [SHORT, LONG]) pauseAtRandom(name, length);
$('rate').addEventListener('input', ({ target }) => {
  state.rate = Number(target.value);
  $('rate-now').value = target.value;
});
$('random').addEventListener('change', ({ target }) => (state.random = target.checked));
$('load').addEventListener('click', ({ target }) => {
  state.runs = !state.runs;
  target.setAttribute('aria-pressed', String(state.runs));
  target.textContent = state.runs ? 'Pause the load' : 'Go on';
});
$('chart').addEventListener('click', (event) => {
  const point = chart.pointAt(event.offsetX, event.offsetY);
  if (point !== undefined) choose(point);
});
setInterval(forgetOld, 1000);
setInterval(() => showFigures($('figures'), state.points, performance.now() - SPAN), 500);
goOn();
