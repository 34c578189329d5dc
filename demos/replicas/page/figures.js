// The figures of both arms beside each other.

import { quantile } from './chart.js';

const ms = (value) => (value === undefined ? '–' : `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`);
const sum = (points, of) => points.reduce((all, { called }) => all + of(called), 0);

const ROWS = [
  ['calls', (points) => points.length],
  ['p50', (points) => ms(quantile(points.map(({ latency }) => latency), 0.5))],
  ['p99', (points) => ms(quantile(points.map(({ latency }) => latency), 0.99))],
  ['slowest', (points) => ms(quantile(points.map(({ latency }) => latency), 1))],
  ['hedges', (points) => sum(points, ({ hedges }) => hedges)],
  ['retries', (points) => sum(points, ({ retries }) => retries)],
  ['refused', (points) => sum(points, ({ refused }) => Number(refused !== undefined))],
  ['failed', (points) => errors(points)],
];

/** How many calls failed, and of what. */
function errors(points) {
  const kinds = [...new Set(points.map(({ called }) => called.error).filter((error) => error !== undefined))];
  return [sum(points, ({ error }) => Number(error !== undefined)), ...kinds].join(' ');
}

/** Writes the figures of what started since then into a table; `max` is what the service promises, in milliseconds. */
export function showFigures(table, points, since, max) {
  const young = points.filter(({ start }) => start > since);
  const [plain, hedged] = ['plain', 'hedged'].map((arm) => young.filter((point) => point.arm === arm));
  const late = [`over ${max} ms`, (found) => found.filter(({ latency }) => latency >= max).length];
  table.replaceChildren(...[...ROWS, late].map(([name, of]) => row([name, of(plain), of(hedged)])));
}

function row(cells) {
  const line = document.createElement('tr');
  for (const cell of cells) line.insertCell().textContent = String(cell);
  return line;
}
