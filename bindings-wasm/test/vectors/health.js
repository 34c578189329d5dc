// Health, ejection, breakers, heartbeats, and the client's own stalls.

import { micros, ms } from "../support/times.js";
import { unknown } from "./run.js";

const failures = ["transient", "timeout", "not_sent"];
const answers = ["ok", "success", "fatal"];
const refusals = ["overloaded", "refused"];
const unseen = ["cancelled", "client_pause_timeout"];
const levels = ["ok", "warn", "trip"];

function given(config, names) {
  return Object.fromEntries(names.filter((name) => config[name] !== undefined).map((name) => [name, config[name]]));
}

/** Only the tests of a sweep eject, and all outliers may go. */
const sweeps = { consecutive: 0, max_percent: 100 };

function outliers({ Ejection }, ejection, successes, requests) {
  const policy = new Ejection({ ejection }, 0);
  requests.forEach((all, position) => {
    policy.add(position);
    for (let made = 0; made < all; made += 1) policy.onResult(position, made < successes[position], 0);
  });
  const count = policy.sweep(10_000);
  const found = requests.map((_, position) => position).filter((position) => policy.isEjected(position));
  if (found.length !== count) throw new Error(`${count} ejected, ${found} seen`);
  return { outliers: found };
}

function successRate(policies, config, { successes, requests }) {
  const success_rate = given(config, ["min_endpoints", "min_requests", "factor_permille", "min_gap_ppm"]);
  return outliers(policies, { ...sweeps, success_rate }, successes, requests);
}

function failurePercentage(policies, config, { failures: failed, requests }) {
  const { enabled = true, threshold_percent: threshold = 85 } = config;
  const rule = { threshold, ...given(config, ["min_endpoints", "min_requests"]) };
  const successes = requests.map((all, at) => Math.max(0, all - failed[at]));
  const document = { ...sweeps, success_rate: { enabled: false }, ...(enabled && { failure_percentage: rule }) };
  return outliers(policies, document, successes, requests);
}

/** One endpoint that is ejected, observed at each sweep until it returns, and ejected again. */
class Repeated {
  constructor({ Ejection }, config) {
    const ejection = { consecutive: 1, ...given(config, ["interval_us", "base_us", "max_us"]) };
    this.policy = new Ejection({ ejection }, 0);
    this.policy.add(0);
    this.interval = config.interval_us ?? 10_000_000;
    this.now = 0;
    this.wait(1);
  }

  wait(count) {
    for (let done = 0; done < count; done += 1) {
      this.now += this.interval;
      this.policy.sweep(ms(this.now));
    }
  }

  ejectAndWait() {
    const since = this.now;
    if (!this.policy.onResult(0, false, ms(this.now))) throw new Error("not ejected");
    while (this.policy.isEjected(0)) this.wait(1);
    return this.now - since;
  }
}

function maxEjected({ Ejection }, { endpoints = 0, percent = 10 }) {
  const policy = new Ejection({ ejection: { consecutive: 1, max_percent: percent } }, 0);
  const positions = Array.from({ length: endpoints }, (_, position) => position);
  positions.forEach((position) => policy.add(position));
  return positions.filter((position) => policy.onResult(position, false, 0)).length;
}

/** Short cycles, stalled for the given share: seconds until the trip, or null. */
function timeToTrip({ Stall }, share) {
  const cycle = 10_000;
  const stall = new Stall({}, 0);
  for (let now = cycle; now <= 200_000 * cycle; now += cycle) {
    const from = now - Math.floor(share * cycle);
    if (levels[stall.stall(ms(from), ms(now))] === "trip") return now / 1e6;
  }
  return null;
}

function unhealthy({ Health }, config, { in_flight, responses_at, at_us }) {
  const health = new Health({ health: given(config, ["min_in_flight", "window_us"]) });
  responses_at.forEach((at) => health.onResponse(ms(at)));
  return health.isUnhealthy(in_flight, 0, ms(at_us));
}

/** The first microsecond of silence that is too long; each question is put to a detector of its own. */
function firstSuspect({ PhiDetector }, { mean_us, threshold_milli }) {
  const suspects = (silence) => {
    const detector = new PhiDetector(threshold_milli, ms(mean_us));
    detector.add(0, 0);
    const answer = detector.suspect(0, ms(silence));
    detector.free();
    return answer;
  };
  let below = 0;
  let atLeast = 2 ** 40;
  while (atLeast - below > 1) {
    const middle = Math.floor((below + atLeast) / 2);
    if (suspects(middle)) atLeast = middle;
    else below = middle;
  }
  return atLeast;
}

function breakerOf({ Breaker }, { window_us, min_requests, failure_ppm, sleep_us }) {
  return new Breaker({ breaker: { window_us, min_requests, failure_ratio: failure_ppm / 1e6, sleep_us } });
}

/** A time to the trip is exact to a tenth of a second and one cycle. */
function same(found, expected) {
  if (typeof found === "number" && typeof expected === "number" && !Number.isInteger(found)) {
    return Math.abs(found - expected) <= 0.11 ? undefined : `found ${found}, want ${expected}`;
  }
  const keys = expected !== null && typeof expected === "object" && !Array.isArray(expected);
  const told = keys ? Object.fromEntries(Object.keys(expected).map((name) => [name, found[name]])) : found;
  return JSON.stringify(told) === JSON.stringify(expected) ? undefined : `found ${JSON.stringify(found)}, want ${JSON.stringify(expected)}`;
}

export const health = {
  file: "07-health.json",
  same,
  begin: ({ policies }, { config }) => {
    const settings = config ?? {};
    const ejection = new policies.Ejection({ ejection: given(settings, ["interval_us", "base_us", "max_us"]) }, 0);
    const stallSettings = { stall: given(settings, ["threshold_us", "warn_us", "slack_us", "weight"]) };
    let now = settings.covered_until_us ?? 0;
    const stall = new policies.Stall(stallSettings, ms(now));
    const names = [];
    const position = (name) => {
      if (!names.includes(name)) ejection.add(names.push(name) - 1);
      return names.indexOf(name);
    };
    const state = (at) => ({ ejected: ejection.isEjected(at), multiplier: ejection.multiplier(at) });
    const debt = () => ({ debt_us: micros(stall.debt()), level: levels[stall.level()] });
    const result = ({ endpoint, cls }) => {
      const at = position(endpoint);
      if (failures.includes(cls)) return ejection.onResult(at, false, ms(now));
      if (answers.includes(cls)) return ejection.onResult(at, true, ms(now));
      if (refusals.includes(cls)) return ejection.onOverload(at, ms(now));
      return unseen.includes(cls) ? false : unknown(cls);
    };
    const breaker = settings.failure_ppm === undefined ? undefined : breakerOf(policies, settings);
    const breakerState = () => (breaker.isClosed() ? "closed" : "open");
    const probed = (success, at_us) => {
      breaker.onProbe(success, ms(at_us));
      return breakerState();
    };
    const repeated = () => new Repeated(policies, settings);
    const kinds = {
      unhealthy: (step) => unhealthy(policies, settings, step),
      sweep_success_rate: (step) => successRate(policies, settings, step),
      sweep_failure_percentage: (step) => failurePercentage(policies, settings, step),
      eject_again_at_return: ({ times }) => {
        const one = repeated();
        return Array.from({ length: times }, () => one.ejectAndWait());
      },
      multiplier: ({ start, healthy_sweeps }) => {
        const one = repeated();
        for (let done = 0; done < start; done += 1) one.ejectAndWait();
        one.wait(healthy_sweeps);
        return { next_ejection_us: one.ejectAndWait() };
      },
      result: (step) => ({ ejected: result(step) }),
      max_ejected: (step) => maxEjected(policies, step),
      eject: ({ endpoint, at_us }) => {
        const at = position(endpoint);
        while (!ejection.onResult(at, false, ms(at_us)));
        return state(at);
      },
      query: ({ at_us }) => {
        ejection.sweep(ms(at_us));
        return state(0);
      },
      run_then_stall: ({ run_us, stall_us }) => {
        const from = now + run_us;
        now = from + stall_us;
        stall.stall(ms(from), ms(now));
        return debt();
      },
      stall: ({ from_us, to_us, source }) => {
        if (source === "late_tick") stall.lateTick(ms(from_us), ms(to_us));
        else stall.stall(ms(from_us), ms(to_us));
        return debt();
      },
      tick: ({ due_us, observed_us }) => {
        stall.lateTick(ms(due_us), ms(observed_us));
        return debt();
      },
      first_suspect_us: (step) => firstSuspect(policies, step),
      results: ({ ok, failed, at_us }) => {
        for (let done = 0; done < ok + failed; done += 1) breaker.onResult(done < ok, ms(at_us));
        return breakerState();
      },
      allow: ({ at_us }) => {
        const allowed = breaker.allows(ms(at_us));
        if (allowed) breaker.onSent(ms(at_us));
        return allowed;
      },
      probe_ok: ({ at_us }) => probed(true, at_us),
      probe_failed: ({ at_us }) => probed(false, at_us),
      time_to_trip: ({ stall_fraction }) => timeToTrip(policies, stall_fraction),
    };
    return { answer: (step) => (kinds[step.do] ?? unknown)(step) };
  },
};
