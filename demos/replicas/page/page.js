// The page for a person: shows every call of the real load as it happens, and stops servers at a click.

import { Chart, SPAN } from './chart.js';
import { showFigures } from './figures.js';
import { loadSentences, tellCall } from './story.js';

const LONG = 500;
const SHORT = 24;
/** Mean gap between two pauses of one server. */
const MEAN_GAP = { [SHORT]: 2000, [LONG]: 30000 };

const $ = (id) => document.getElementById(id);
const state = { points: [], pauses: [], chosen: undefined, random: true };
const now = () => performance.timeOrigin + performance.now();
const fleet = await (await fetch('/desk/fleet')).json();
await loadSentences();
const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
const chart = new Chart($('chart'), state, fleet.servers.map(({ name }) => name), now);

async function pause(server, length) {
  const begin = now();
  const one = { server, start: begin, end: begin + length };
  state.pauses.push(one);
  $(`server-${server}`).classList.add('stopped');
  const answer = await fetch(`/desk/pause/${server}?ms=${length}`, { method: 'PUT' });
  one.end = answer.ok ? now() : begin;
  const still = state.pauses.some((other) => other.server === server && other.end > now());
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
  if (point.arm === 'hedged' && point.explained === undefined) {
    worker.postMessage({ explain: point.called });
  }
  $('story').replaceChildren(...tellCall(point, state.pauses));
}

function hear({ data }) {
  if (data.point !== undefined) state.points.push(data.point);
  if (data.ready) setRate();
  if (data.explained === undefined || data.explained.call !== state.chosen?.called.call) return;
  state.chosen.explained = data.explained;
  $('story').replaceChildren(...tellCall(state.chosen, state.pauses));
}

function setRate() {
  const runs = $('load').getAttribute('aria-pressed') === 'true';
  worker.postMessage({ rate: runs ? Number($('rate').value) : 0 });
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
  const since = now() - SPAN - 2000;
  const young = (one) => one.end > since;
  state.points = state.points.filter(young);
  state.pauses = state.pauses.filter(young);
}

addServers();
for (const { name } of fleet.servers) for (const length of [SHORT, LONG]) pauseAtRandom(name, length);
worker.addEventListener('message', hear);
worker.addEventListener('error', ({ message }) => ($('story').textContent = `The load ended: ${message}`));
$('rate').addEventListener('input', ({ target }) => {
  $('rate-now').value = target.value;
  setRate();
});
$('random').addEventListener('change', ({ target }) => (state.random = target.checked));
$('load').addEventListener('click', ({ target }) => {
  const runs = target.getAttribute('aria-pressed') !== 'true';
  target.setAttribute('aria-pressed', String(runs));
  target.textContent = runs ? 'Pause the load' : 'Go on';
  setRate();
});
$('chart').addEventListener('click', (event) => {
  const point = chart.pointAt(event.offsetX, event.offsetY);
  if (point !== undefined) choose(point);
});
setInterval(forgetOld, 1000);
setInterval(() => showFigures($('figures'), state.points, now() - SPAN, fleet.timeout_ms), 500);
