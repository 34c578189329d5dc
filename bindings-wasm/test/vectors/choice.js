// Weighted choice, through the picker.

import { micros, ms } from "../support/times.js";
import { unknown } from "./run.js";

const SEED = new Uint8Array(32).fill(6);
const NOW = ms(1_000_000_000_000);
const LINE = 4;
const factors = { other_zone: 1, nonrep: 2, starting: 4, unhealthy: 8, region: 16 };
const STARTING = factors.starting;

/** The smallest fraction that a draw below `bound` answers with `value`. */
function fraction({ value, bound }) {
  return Math.ceil((value * 2 ** 32) / bound);
}

/** A picker with endpoints by position. */
class Bench {
  constructor({ policies, lines }, balance, count = 0, locality = {}) {
    this.picker = new policies.Picker({ balance, locality }, SEED);
    this.lines = lines;
    this.ids = [];
    for (let added = 0; added < count; added += 1) this.add({});
  }

  add({ zone, factor, upSince = -1 }) {
    this.ids.push(this.picker.add(zone ?? undefined, undefined, factor, upSince));
    return this.ids.at(-1);
  }

  /** The plan; the endpoints are positions. */
  pick(replicas = []) {
    this.lines(this.picker).set(replicas.map((position) => this.ids[position]));
    const count = this.picker.pick(replicas.length, NOW);
    const lines = this.lines(this.picker);
    return Array.from({ length: count }, (_, at) => {
      const [endpoint, score, , bits] = lines.subarray(at * LINE, at * LINE + LINE);
      return { position: this.ids.indexOf(endpoint), score, bits };
    });
  }

  script(fractions) {
    this.picker.scriptFractions(Uint32Array.from(fractions));
  }

  /** Every draw of the script was made, and no other. */
  exhausted() {
    if (this.picker.overdrawn() > 0 || this.picker.drawsLeft() > 0) throw new Error("draws differ from the script");
  }

  busy(position, count) {
    for (let sent = 0; sent < count; sent += 1) this.picker.onSent(this.ids[position]);
  }

  /** Two fresh responses: busy, but not silent. */
  answers(position) {
    this.picker.onResponse(this.ids[position], NOW);
    this.picker.onResponse(this.ids[position], NOW);
  }
}

/** Runs of equal scores. */
function groups(plan) {
  const found = [];
  plan.forEach((line, at) => {
    if (at > 0 && plan[at - 1].score === line.score) found.at(-1).push(line.position);
    else found.push([line.position]);
  });
  return found;
}

function plan(modules, config, { candidates }) {
  const bench = new Bench(modules, {}, 0, { zone: config.zone });
  const replicas = [];
  candidates.forEach(({ zone, factor, in_flight = 0, unhealthy = 0, replica = true }, at) => {
    const id = bench.add({ zone, factor });
    bench.busy(at, in_flight);
    if (unhealthy === 0) bench.answers(at);
    else if (in_flight < 10) bench.picker.setEjected(id, true);
    if (replica) replicas.push(at);
  });
  const lines = bench.pick(replicas);
  const name = (position) => candidates[position].id;
  const ordered = groups(lines).map((group) => group.sort((one, other) => one - other).map(name));
  return { groups: ordered, scores: Object.fromEntries(lines.map(({ position, score }) => [name(position), score])) };
}

function candidates(bench, { replicas, draws }) {
  // More draws than any tie shuffle needs; the greatest value leaves each entry where it is.
  const script = [...draws.map(fraction), ...new Array(64).fill(2 ** 32 - 1)];
  bench.script(script);
  const lines = bench.pick(replicas);
  const forTies = groups(lines).reduce((sum, group) => sum + group.length - 1, 0);
  if (bench.picker.overdrawn() > 0) throw new Error("overdrawn");
  return {
    candidates: lines.map(({ position }) => position),
    draws_used: script.length - bench.picker.drawsLeft() - forTies,
    permutation: [...bench.picker.permutation()],
  };
}

function order(modules, { scores, draws }) {
  const bench = new Bench(modules, { n: 64 }, scores.length);
  scores.forEach(([, score], at) => {
    bench.busy(at, score - 1);
    bench.answers(at);
  });
  bench.script(draws.map(fraction));
  const lines = bench.pick(scores.map((_, at) => at));
  bench.exhausted();
  return { plan: lines.map(({ position }) => scores[position][0]) };
}

function starting(modules, window, age) {
  const bench = new Bench(modules, { start_min_us: window, start_spread_us: 0 });
  if (micros(bench.picker.startWindow()) !== window) throw new Error("another window");
  bench.add({ upSince: ms(1_000_000_000_000 - age) });
  return bench;
}

function starts(bench) {
  return (bench.pick()[0].bits & STARTING) !== 0;
}

function leastRequest(modules, { choices, replacement }, count) {
  return new Bench(modules, { policy: "least_request", choices, replacement }, count);
}

function share(times, happens) {
  let count = 0;
  for (let done = 0; done < times; done += 1) count += Number(happens());
  return count / times;
}

function pick(bench, { draws }) {
  const count = bench.ids.length;
  bench.script(draws.map((draw) => fraction({ value: draw % count, bound: count })));
  const [{ position }] = bench.pick();
  bench.exhausted();
  bench.busy(position, 1);
  return position;
}

function hotCold({ ReportPool }, { q_ppm, pool }) {
  const reports = new ReportPool(q_ppm, 1);
  pool.forEach(([, inFlight, latency], at) => reports.onReport(at, inFlight, ms(latency), NOW));
  return pool[reports.choose(NOW)][0];
}

/** Shares have the tolerance that their case states; figures of the decay and of uses have their own. */
function same(found, expected) {
  const within = (one, other, tolerance) => Math.abs(one - other) <= tolerance;
  if (typeof found === "number" && typeof expected === "number" && !Number.isInteger(expected)) {
    return within(found, expected, 0.01) ? undefined : `found ${found}, want ${expected}`;
  }
  const told = JSON.stringify(found);
  if (expected?.share !== undefined) return within(found.share, expected.share, 0.02) ? undefined : told;
  if (expected?.q32 !== undefined) {
    return found.q32 === expected.q32 && within(found.q32 / 2 ** 32, expected.real, 2e-5) ? undefined : told;
  }
  const kept = typeof expected === "object" ? Object.keys(expected) : undefined;
  const part = kept === undefined ? found : Object.fromEntries(kept.map((name) => [name, found[name]]));
  const sorted = (value) => JSON.stringify(value, value?.scores && Object.keys(value.scores).concat("scores", "groups").sort());
  return sorted(part) === sorted(expected) ? undefined : `found ${told}, want ${JSON.stringify(expected)}`;
}

export const choice = {
  file: "06-choice.json",
  same,
  begin: (modules, { config = {} }) => {
    let kept;
    const { policies } = modules;
    const sampler = () => {
      kept ??= new Bench(modules, { n: config.n }, config.endpoints);
      return kept;
    };
    const picker = () => {
      kept ??= leastRequest(modules, config, config.endpoints);
      return kept;
    };
    return {
      answer: (step) => {
        switch (step.do) {
          case "score": {
            const bits = step.applies.reduce((all, name) => all | (factors[name] ?? unknown(name)), 0);
            return policies.score(step.in_flight ?? 0, bits, step.factor ?? 1);
          }
          case "plan": return plan(modules, config, step);
          case "candidates": return candidates(sampler(), step);
          case "order": return order(modules, step);
          case "starting": {
            const bench = starting(modules, step.window_us, step.age_us);
            bench.script(step.draw === null || step.draw === undefined ? [] : [fraction(step.draw)]);
            const found = starts(bench);
            bench.exhausted();
            return found;
          }
          case "starting_share": {
            const bench = starting(modules, config.window_us, config.age_us);
            return { share: share(config.draws, () => starts(bench)) };
          }
          case "pick": return pick(picker(), step);
          case "share": {
            const bench = leastRequest(modules, step, step.n);
            bench.busy(0, 1);
            return share(100_000, () => bench.pick()[0].position === 0);
          }
          case "hot_cold": return hotCold(policies, step);
          case "reuse": {
            const uses = policies.reportUses(step.pool, step.endpoints, step.probes * 1e6, step.remove * 1e6);
            return uses < 0 ? "config_error" : Math.round(uses) / 1e6;
          }
          case "decay": return { q32: policies.decay(ms(step.dt_us), ms(config.half_life_us)) };
          default: return unknown(step);
        }
      },
      end: () => ({ final_in_flight: kept.ids.map((id) => kept.picker.inFlight(id)) }),
    };
  },
};
