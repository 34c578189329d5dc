// The average, the histogram, and the delay before a hedge.

import { micros, ms } from "../support/times.js";
import { agrees, unknown } from "./run.js";

export const estimators = {
  file: "04-estimators.json",
  begin: ({ policies }, { config }) => {
    const { Bucket, Ewma, Histogram } = policies;
    const { idle_reset_us = 60_000_000, half_us = 10_000_000, refresh_every = 64 } = config;
    const document = { estimator: { idle_reset_us, half_us, refresh_every } };
    const [average, window] = [new Ewma(document), new Histogram(document)];
    let clamp = config.target ?? Infinity;
    const learned = (at) => ({ state_q16: average.stateQ16(), avg: micros(average.average(at)), count: average.count(at) });
    const bucket = (found) => ({ index: found.index(), low: micros(found.low()), high: micros(found.high()) });
    const quantile = ({ ppm }, at) => {
      const found = window.cachedQuantile(ppm, at);
      const told = (value) => (value === undefined ? null : micros(value));
      return { samples: window.samples(at), upper: told(found?.high()), middle: told(found?.middle()) };
    };
    const repeat = (count, act) => {
      for (let done = 0; done < (count ?? 1); done += 1) act();
    };
    return {
      answer: (step) => {
        const at = ms(step.at_us ?? 0);
        switch (step.do) {
          case "success":
            repeat(step.repeat, () => average.sample(ms(Math.min(step.latency_us, clamp)), at));
            return learned(at);
          case "bound":
            average.bound(ms(Math.min(step.elapsed_us, clamp)), at);
            return learned(at);
          case "target":
            clamp = step.target;
            return learned(at);
          case "bucket": return bucket(Bucket.of(ms(step.v)));
          case "record": return repeat(step.n, () => window.record(ms(step.v), at));
          case "quantile": return quantile(step, at);
          default: return unknown(step);
        }
      },
    };
  },
};

export const hedgeDelay = {
  file: "04-hedge-delay.json",
  begin: ({ policies }) => ({
    answer: (step) => {
      switch (step.do) {
        case "delay": return delay(policies, step);
        case "gate_time":
          return { allowed: policies.isHedgeInTime(ms(step.elapsed), ms(step.avg), ms(step.max)) };
        case "single_r_q": {
          const policy = new policies.HedgeDelay({ hedge: { ...settings(step), strategy: "single_r" } });
          return { p_q32: policy.coin(10, 10, step.samples, step.above) };
        }
        default: return unknown(step);
      }
    },
  }),
};

function settings({ strategy = "slo", fixed, min_delay = 0, budget_ppm = 50_000, min_samples = 10, miss_ppm = 950_000 }) {
  return {
    strategy, ...(strategy === "fixed" && { delay_us: fixed }), min_delay_us: min_delay, min_samples,
    budget_fraction: budget_ppm / 1e6, miss_ratio: miss_ppm / 1e6,
  };
}

function delay({ HedgeDelay, reasonSlug }, step) {
  const policy = new HedgeDelay({ hedge: settings(step) });
  const target = step.target === undefined || step.target === null ? -1 : ms(step.target);
  // Cases write an empty window as a quantile of 0; a quantile that is not asked must not matter.
  const asked = policy.needsQuantile(target, step.samples) && step.q > 0;
  const found = policy.delay(target, ms(step.avg), step.samples, asked ? ms(step.q) : -1);
  return found < 0 ? { delay: null, reason: reasonSlug(-found) } : { delay: micros(found), reason: null };
}

export const hedgeTheory = {
  file: "04-hedge-theory.json",
  same: (found, expected, { tolerance }) => {
    const off = Object.entries(expected).find(([name, want]) => !(Math.abs(found[name] - want) <= tolerance * want));
    return off === undefined ? undefined : agrees(found, { [off[0]]: off[1] });
  },
  begin: ({ policies }) => ({
    answer: (step) =>
      step.latency === "Exp(1)" ? singleR(policies, step.percentile, step.budget) : unknown(step),
  }),
};

/** The percentile of Exp(1) alone, with a hedge after the delay that spends the budget, and with the best coin. */
function singleR({ HedgeDelay }, percentile, budget) {
  const [base, delayed] = [-Math.log(1 - percentile), -Math.log(budget)];
  const policy = new HedgeDelay({ hedge: { strategy: "single_r", min_samples: 1, budget_fraction: budget } });
  let best = base;
  for (let part = 0; part <= 4000; part += 1) {
    const delay = (delayed * part) / 4000;
    const coin = policy.coin(1000, 1, 1e6, Math.round(Math.exp(-delay) * 1e6)) / 2 ** 32;
    best = Math.min(best, bisect(0, base, (t) => {
      const hedged = t > delay ? 1 - coin * (1 - Math.exp(delay - t)) : 1;
      return Math.exp(-t) * hedged <= 1 - percentile;
    }));
  }
  return { base, single_d: base > delayed ? (base + delayed) / 2 : base, single_r: best };
}

/** The least value for which a monotone condition holds. */
function bisect(low, high, holds) {
  let [below, above] = [low, high];
  for (let round = 0; round < 60; round += 1) {
    const middle = (below + above) / 2;
    if (holds(middle)) above = middle;
    else below = middle;
  }
  return above;
}
