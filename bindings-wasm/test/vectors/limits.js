// Adaptive limits: an algorithm alone, and one with its window.

import { ms } from "../support/times.js";
import { unknown } from "./run.js";

const words = ["old", "ignored", "open", "held", "underfull", "closed"];

/** Names of the cases that a document writes otherwise; ratios are stored in parts per million there. */
function settings(config) {
  const entries = Object.entries(config).filter(([name]) => !["draws_below_500000", "window", "limit"].includes(name));
  const written = ([name, value]) => (name.endsWith("_ppm") ? [name.slice(0, -4), value / 1e6] : [name, value]);
  return Object.fromEntries(entries.map(written));
}

const windowed = ({ min_window_us: min_us, max_window_us: max_us, ...rest }) => {
  const given = Object.entries({ min_us, max_us, ...rest }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
};

const seed = new Uint8Array(32);

function alone({ Limit }, config) {
  const limit = new Limit({ limits: { adaptive: settings(config) } }, seed);
  const fractions = (config.draws_below_500000 ?? []).map((draw) => Math.ceil((draw * 2 ** 32) / 500_000));
  if (fractions.length > 0) limit.scriptFractions(Uint32Array.from(fractions));
  const told = () => ({
    limit: limit.limit(), estimate_u: limit.estimateU(), rtt0_us: limit.rtt0Us(), long_q16: limit.longQ16(),
  });
  const kinds = {
    sample: ({ rtt_us, in_flight, dropped }) => {
      limit.step(rtt_us === null ? -1 : ms(rtt_us), in_flight, dropped);
      return told();
    },
    repeat_sample_until_limit: ({ rtt_us, limit: wanted }) => {
      let samples = 0;
      for (; limit.limit() !== wanted; samples += 1) limit.step(ms(rtt_us), limit.limit(), false);
      return { samples };
    },
  };
  return (step) => (kinds[step.do] ?? unknown)(step);
}

function inWindows({ Adaptive }, config) {
  const adaptive = new Adaptive({ limits: { adaptive: { ...settings(config.limit), window: windowed(config.window) } } }, seed);
  return ({ do: kind, rtt_us, in_flight, dropped, at_us }) => {
    if (kind !== "sample") return unknown(kind);
    const epoch = adaptive.epoch();
    const code = dropped
      ? adaptive.dropped(in_flight, epoch, ms(at_us))
      : adaptive.succeeded(ms(rtt_us), in_flight, epoch, ms(at_us));
    return { window: words[code], limit: adaptive.limit() };
  };
}

export const limits = {
  file: "10-limits.json",
  begin: ({ policies }, { config }) => ({
    answer: config.limit === undefined ? alone(policies, config) : inWindows(policies, config),
  }),
};
