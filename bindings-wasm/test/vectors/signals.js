// Records of servers, their header, the meter behind them, and the limit that they move.

import { micros, ms } from "../support/times.js";
import { unknown } from "./run.js";

const SEED = new Uint8Array(32);

function document({ guards = {}, defaults = {}, refresh_us, ttl_us }) {
  const known = { min_target: "min_target_us", max_max: "max_max_us", ttl_min: "ttl_min_us", ttl_max: "ttl_max_us" };
  const guard = Object.fromEntries(Object.entries(guards).map(([name, value]) => [known[name] ?? name, value]));
  const signal = { guard, ...(refresh_us && { refresh_us }), ...(ttl_us && { ttl_us }) };
  const { target = 10_000, max = 500_000, calls = 1000, hedges = 50 } = defaults;
  return { signal, objective: { target_us: target, max_us: max }, limits: { calls, hedges } };
}

export const signals = {
  file: "03-signals.json",
  begin: ({ policies }, { config }) => {
    const { Limiter, Meter, Signals } = policies;
    const store = new Signals(document(config), SEED);
    store.scriptFractions(Uint32Array.from(config.draws_q32 ?? []));
    const meter = new Meter(ms(config.window_us ?? 10_000_000), config.min_samples ?? 20);
    const slots = new Limiter();
    const numbers = new Map();
    const number = (name) => {
      if (name === "*") return -1;
      if (!numbers.has(name)) numbers.set(name, numbers.size);
      return numbers.get(name);
    };
    const receive = ({ scope: [namespace, operation], rec, at_us = 0 }) => {
      const verdict = verdictOf(policies, () => store.receive(rec, number(namespace), number(operation), ms(at_us)));
      return { result: verdict, clamped: store.clamped() };
    };
    const resolve = ({ ns, op, at_us }) => {
      const of = [number(ns), number(op)];
      return {
        target: micros(store.target(...of)), max: micros(store.max(...of)), calls: store.calls(...of),
        hedges: store.hedges(...of), stale: store.isStale(...of, ms(at_us)),
      };
    };
    const report = ({ at_us }) => {
      const points = (value) => (value < 0 ? null : value);
      const overall = meter.report(config.compute ?? -1, config.storage ?? -1, ms(at_us));
      return {
        total: meter.window(ms(at_us)), util_target: points(meter.overTarget()), util_max: points(meter.overMax()),
        overall: points(overall),
      };
    };
    let limit = 0;
    const times = (count, act) => Array.from({ length: count }, act);
    return {
      answer: (step) => {
        switch (step.do) {
          case "receive": return receive(step);
          case "resolve": return resolve(step);
          case "refresh_due":
            store.onRefresh(number(step.ns), ms(step.at_us));
            return { halvings: store.halvings(number(step.ns)) };
          case "refresh_delay": return { delay: micros(store.refreshDelay()) };
          case "serve":
            times(step.n, () => meter.served(ms(step.elapsed_us), ms(config.target), ms(config.max), ms(step.at_us)));
            return null;
          case "report": return report(step);
          case "set_limit":
            limit = step.limit;
            return { in_flight: slots.inFlight() };
          case "admit": {
            const admitted = times(step.count, () => slots.tryAcquire(limit)).filter(Boolean).length;
            return { admitted, in_flight: slots.inFlight() };
          }
          case "release":
            times(step.count, () => slots.release());
            return { in_flight: slots.inFlight() };
          case "parse_header": return header(policies, step.text);
          default: return unknown(step);
        }
      },
    };
  },
};

/** The word of a verdict; what is no record at all is refused before it is received. */
function verdictOf({ reasonSlug }, receive) {
  try {
    return reasonSlug(receive()).replace(/^signal_/, "").replace("old_version", "old");
  } catch (error) {
    if (error.code !== "config") throw error;
    return "invalid";
  }
}

function header({ parseSignalHeader, signalHeaderBreadth }, text) {
  try {
    const record = parseSignalHeader(text);
    if (record === undefined) return { fields: null };
    const scope = [undefined, "ns", "all"][signalHeaderBreadth(text)];
    return { fields: scope === undefined ? record : { ...record, scope } };
  } catch (error) {
    if (error.code !== "invalid_argument") throw error;
    return { error: true };
  }
}
