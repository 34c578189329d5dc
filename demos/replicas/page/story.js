// Why a call did what it did, in words.

const build = '../../../bindings-wasm/dist/policies/web';
let core;

/** Loads the core's own sentences on its reasons. */
export async function loadSentences() {
  core = await import(`${build}/hedgerow.js`);
  const bytes = await (await fetch(new URL(`${build}/hedgerow_bg.wasm`, import.meta.url))).arrayBuffer();
  core.initSync({ module: bytes });
}

/** What a reason of this range of codes stands for. */
const VERBS = [
  [30, 39, 'send to'],
  [80, 99, 'complete'],
  [100, 119, 'give up'],
  [120, 139, 'hear from'],
  [160, 179, 'wait'],
];

/** The elements that tell a call. */
export function tellCall(point, pauses) {
  const { arm, call, called, latency, start, end } = point;
  const outcome = called.error === undefined ? '' : `, ${called.error}`;
  const head = element('h2', `${call.put ? 'Write' : 'Read'} ${call.key}: ${latency.toFixed(1)} ms${outcome}`);
  head.className = arm;
  const stops = pauses.filter((pause) => pause.start < end && pause.end > start && call.replicas.includes(pause.server));
  const stood = stops.map(({ server, start: from, end: to }) =>
    element('p', `${server} stood still from ${(from - start).toFixed(0)} to ${(to - start).toFixed(0)} ms of the call.`));
  const told = arm === 'plain' ? plainly(called) : point.explained === undefined ? forgotten(called) : explained(point.explained);
  return [head, ...stood, ...told];
}

function plainly({ sent }) {
  const steps = sent.map(({ endpoint, kind }) => element('li', kind === 'primary' ? `send to ${endpoint}` : `again to ${endpoint}`));
  return [element('p', 'The plain client takes replicas in turn and waits for each up to its timeout.'), list(steps)];
}

function forgotten({ sent }) {
  const steps = sent.map(({ endpoint, kind }) => element('li', `send to ${endpoint}: ${kind}`));
  return [element('p', 'The client remembers the reasons of its latest calls only.'), list(steps)];
}

function explained({ plan, events }) {
  const first = events[0]?.at_us ?? 0;
  const steps = events.map((event) => step(event, first));
  return [element('h3', 'Decisions'), list(steps), element('h3', 'Candidates, best first'), list(plan.map(candidate))];
}

function step({ at_us: at, reason, name = '', levels }, first) {
  const verb = VERBS.find(([from, to]) => reason >= from && reason <= to)?.[2] ?? 'decide';
  const line = element('li', '');
  const what = element('span', verb === 'wait' || verb === 'complete' ? verb : `${verb} ${name}`.trim());
  line.append(element('time', `${((at - first) / 1000).toFixed(1)} ms`), what);
  const seen = levels === undefined ? '' :
    ` Average ${ms(levels.average_us)}, delay ${ms(levels.delay_us)}, ${levels.hedges} of ${levels.hedge_limit} hedges in flight.`;
  line.append(element('small', `${core.reasonText(reason) ?? ''}${seen}`));
  return line;
}

function candidate({ name, in_flight: busy, factors }) {
  const slugs = factors.map((code) => (core.reasonSlug(code) ?? '').replaceAll('_', ' '));
  const line = element('li', name);
  line.append(element('small', [`${busy} in flight`, ...slugs].join(', ')));
  return line;
}

const ms = (micros) => `${(micros / 1000).toFixed(1)} ms`;

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function list(items) {
  const made = document.createElement('ol');
  made.append(...items);
  return made;
}
