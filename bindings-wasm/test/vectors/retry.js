// Backoff, budgets, throttles, and the decision about a retry.

import { micros, ms } from "../support/times.js";
import { unknown } from "./run.js";

const SEED = new Uint8Array(32);
const LONGEST = 3_600_000_000;
export const classes = ["success", "fatal", "transient", "timeout", "not_sent", "overloaded", "refused"];
const TRANSIENT = classes.indexOf("transient");

/** What is given of an object, under the names of the document. */
function given(from, names) {
  const entries = Object.entries(names).filter(([name]) => from[name] !== undefined);
  return Object.fromEntries(entries.map(([name, to]) => [to, from[name]]));
}

function backoff({ factor_milli, p_milli, ...config }) {
  return {
    ...given(config, { kind: "kind", base: "base_us", cap: "cap_us", step: "step_us", jitter: "jitter", order: "order" }),
    ...(factor_milli !== undefined && { factor: factor_milli / 1000 }),
    ...(p_milli !== undefined && { proportion: p_milli / 1000 }),
  };
}

function pushback({ spread_milli, ...step }) {
  return {
    ...given(step, { mode: "mode", window: "window_us", clamp: "clamp_us" }),
    ...(spread_milli !== undefined && { spread: spread_milli / 1000 }),
  };
}

/** The own delay is given: a constant backoff without jitter draws it. */
function fixed(delay) {
  return { kind: "constant", base_us: delay, cap_us: LONGEST, jitter: "none" };
}

function said(step, name) {
  const after = step[name] === undefined || step[name] === null ? -1 : ms(step[name]);
  return [after, step.never ?? false, step.pushback_max_retries ?? -1];
}

function answered({ reasonSlug }, delay) {
  return delay < 0 ? { stop: reasonSlug(-delay) } : { delay: micros(delay) };
}

export const backoffs = {
  file: "05-backoff.json",
  begin: ({ policies }, { config }) => {
    const draws = Uint32Array.from(config.draws_q32 ?? []);
    const own = { retry: { max_attempts: config.attempts ?? 10, backoff: backoff(config), pushback: pushback(config) } };
    const off = { budget: { mode: "off" } };
    const series = new policies.Backoff(own, SEED);
    series.scriptFractions(draws);
    const policy = new policies.RetryPolicy({ ...own, ...off }, SEED, 0);
    policy.scriptFractions(draws);
    const call = policy.start(true, -1, 0);
    let cumulative = 0;
    const retry = ({ k }) => {
      const delay = micros(series.draw(k, TRANSIENT, -1));
      cumulative += delay;
      return { delay, cumulative };
    };
    const withPushback = (step) => {
      const retry = { max_attempts: 3, backoff: fixed(step.own), pushback: pushback(step) };
      const alone = new policies.RetryPolicy({ retry, ...off }, SEED, 0);
      alone.scriptFractions(Uint32Array.from(step.draw_q32 === undefined ? [] : [step.draw_q32]));
      const one = alone.start(true, -1, 0);
      return answered(policies, alone.handleFailure(one, TRANSIENT, ...said(step, "pushback_us"), 0));
    };
    return {
      answer: (step) => {
        switch (step.do) {
          case "retry": return retry(step);
          case "fail":
            return answered(policies, policy.handleFailure(call, TRANSIENT, ...said(step, "pushback_us"), 0));
          case "with_pushback": return withPushback(step);
          case "decide": return decide(policies, { ...config, ...step });
          default: return unknown(step);
        }
      },
    };
  },
};

function decide(policies, input) {
  const { now, deadline, avg, delay, made, max_attempts, cls = "transient" } = input;
  const empty = { mode: "ratio", ratio: 0, cap: 1, min_rate: 0, initial: 0 };
  const policy = new policies.RetryPolicy({
    retry: {
      max_attempts, resend_not_sent: input.resend_not_sent ?? false, backoff: fixed(delay),
      pushback: { ...pushback(input), spread: 0 },
    },
    budget: input.budget_ok ?? true ? { mode: "off" } : empty,
  }, SEED, ms(now));
  policy.setAverage(ms(avg));
  const call = policy.start(input.idempotent ?? true, deadline === undefined || deadline === null ? -1 : ms(deadline), ms(now));
  for (let sent = 1; sent < made; sent += 1) policy.handleFailure(call, TRANSIENT, -1, false, -1, ms(now));
  const found = policy.handleFailure(call, classes.indexOf(cls), ...said(input, "retry_after"), ms(now));
  const { stop, delay: wait } = answered(policies, found);
  return stop === undefined ? { retry_at: now + wait } : { stop };
}

export const awsRetry = {
  file: "05-aws-retry.json",
  begin: ({ policies }, { config }) => {
    const { version, quota, max_attempts, base, cap, long_poll } = config;
    const preset = { "2.0": "aws_2_0", "2.1": "aws_2_1" }[version] ?? unknown(version);
    const retry = {
      preset, ...(max_attempts && { max_attempts }),
      backoff: { ...(base && { base_us: base }), ...(cap && { cap_us: cap }) },
    };
    const policy = new policies.RetryPolicy({ retry }, SEED, 0);
    if (quota !== undefined) drainTo(policy, quota);
    policy.scriptFractions(new Uint32Array(100).fill(2 ** 32 - 1));
    const level = () => policy.level(0) / 1e6;
    let call;
    const fail = ({ cls, hint_us }) => {
      const delay = policy.handleFailure(call, classes.indexOf(cls), ...said({ hint_us }, "hint_us"), 0);
      const refused = micros(call.refusedDelay());
      return { ...answered(policies, delay), ...(long_poll && refused !== null && { sleep_first: refused }) };
    };
    const reply = (step) => {
      if (step.cls !== "ok") return fail(step);
      policy.handleSuccess(call, 0);
      return { done: true };
    };
    return {
      answer: (step) => {
        if (step.do === "reply") return { ...reply(step), quota: level() };
        if (step.do !== "call") return unknown(step);
        call = policy.start(true, -1, 0);
        return { quota: level() };
      },
    };
  },
};

/** Takes the quota down by retries of other calls: 14 for a transient failure, 5 for an overload. */
function drainTo(policy, quota) {
  const spent = policy.level(0) / 1e6 - quota;
  let overloads = 0;
  while ((spent - 5 * overloads) % 14 !== 0) overloads += 1;
  const take = (count, word) => {
    for (let taken = 0; taken < count; taken += 1) {
      policy.handleFailure(policy.start(true, -1, 0), classes.indexOf(word), -1, false, -1, 0);
    }
  };
  take(overloads, "overloaded");
  take((spent - 5 * overloads) / 14, "transient");
  if (policy.level(0) !== quota * 1e6) throw new Error(`the quota stands at ${policy.level(0)}`);
}

function budgetDocument({ mode, cap, initial, min_rate, ratio_ppm, window_us, ttl_us, min_per_s, pct_ppm }) {
  const scaled = (name, value) => value !== undefined && { [name]: value / 1e6 };
  return {
    budget: {
      mode, ...scaled("cap", cap), ...scaled("initial", initial), ...scaled("min_rate", min_rate),
      ...scaled("ratio", ratio_ppm), ...scaled("pct", pct_ppm), ...given({ window_us, ttl_us, min_per_s }, {
        window_us: "window_us", ttl_us: "ttl_us", min_per_s: "min_per_s",
      }),
    },
  };
}

export const budgets = {
  file: "05-budgets.json",
  begin: ({ policies }, { config }) => {
    const budget = new policies.Budget(budgetDocument(config), 0);
    return {
      answer: (step) => {
        if (!["deposit", "withdraw", "alternate", "balance"].includes(step.do)) return unknown(step);
        const at = ms(step.at_us);
        let allowed = 0;
        for (let done = 0; done < (step.count ?? 1); done += 1) {
          if (step.do === "deposit" || step.do === "alternate") budget.deposit(at);
          if (step.do === "withdraw" || step.do === "alternate") allowed += Number(budget.withdraw(TRANSIENT, at) >= 0);
        }
        return { allowed, balance: budget.level(at) };
      },
    };
  },
};

export const grpcThrottle = {
  file: "05-grpc-throttle.json",
  begin: ({ policies }, { config }) => {
    const throttle = (max, ratio) => ({ budget: { mode: "grpc", max: max / 1000, ratio: ratio / 1000 } });
    const own = throttle(config.max, config.ratio);
    const budget = new policies.Budget(own, 0);
    const calls = config.ok_calls && rpcs(policies, config, own);
    const state = () => ({ tokens: budget.level(0) / 1000, permitted: budget.withdraw(TRANSIENT, 0) >= 0 });
    const configure = (step) => {
      const pair = step.to ?? step.value ?? step;
      const [max, ratio] = Array.isArray(pair) ? pair : [pair.max, pair.ratio];
      budget.reconfigure(throttle(max, ratio), 0);
    };
    return {
      answer: (step) => {
        switch (step.do) {
          case "fail": budget.onFailure(TRANSIENT, false, 0); return state();
          case "ok": budget.onSuccess(-1, 0); return state();
          case "other": budget.onFailure(classes.indexOf("fatal"), false, 0); return state();
          case "configure": configure(step); return state();
          case "rpc": return calls();
          default: return unknown(step);
        }
      },
    };
  },
};

/** RPCs whose attempts succeed when their running number is in the list. */
function rpcs({ RetryPolicy }, { max_attempts, ok_calls }, throttle) {
  const policy = new RetryPolicy({ retry: { preset: "finagle", max_attempts }, ...throttle }, SEED, 0);
  let next = 0;
  return () => {
    const call = policy.start(true, -1, 0);
    for (;;) {
      const attempts = call.made();
      next += 1;
      const ok = ok_calls.includes(next - 1);
      if (ok) policy.handleSuccess(call, 0);
      if (ok || policy.handleFailure(call, TRANSIENT, -1, false, -1, 0) < 0) {
        return { status: ok ? "OK" : "UNAVAILABLE", attempts, last_call: next - 1, tokens: policy.level(0) / 1000 };
      }
    }
  };
}
