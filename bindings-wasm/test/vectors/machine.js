// End-to-end calls, action by action, note by note, wake-up by wake-up.

import { classes } from "./retry.js";
import { OF_OPERATION, readRecord } from "./actions.js";
import { equal, unknown } from "./run.js";

const BACKOFF = 2;
const TOKEN = "0000000000000001-00000000000000000000000000000001";

function document({ zone, slo, limits, hedge, retry, budget, operations }) {
  const empty = { mode: "ratio", ratio: 0, cap: 1, min_rate: 0, initial: 0 };
  const { strategy, max, delay_us } = hedge;
  const rendered = Object.entries(operations).map(([name, { idempotent }]) => {
    return [name, { idempotency: idempotent ? "natural" : "none" }];
  });
  return {
    locality: { zone }, objective: slo, limits,
    hedge: { strategy, max, ...(strategy === "fixed" && { delay_us }) },
    retry: {
      max_attempts: retry.max_attempts, backoff: { jitter: retry.jitter }, pushback: { spread: retry.pushback_spread },
    },
    budget: { off: { mode: "off" }, empty }[budget.mode] ?? unknown(budget),
    operations: Object.fromEntries(rendered), trace: { notes: 1000 },
  };
}

function endpoint({ id, zone, factor }) {
  return { do: "add", name: id, ...(zone && { zone }), ...(factor && { factor }) };
}

class Script {
  constructor({ client, policies }, { config, state = {} }) {
    this.client = client(document(config), new Uint8Array(32).fill(7), 0);
    this.policies = policies;
    this.cookies = [];
    this.calls = new Map();
    this.attempts = new Map();
    this.endpoints = config.endpoints.map(({ id }) => id);
    this.rejected = 0;
    this.client.topology(config.endpoints.map(endpoint), 0);
    if (state.in_flight || state.responses) unknown(state);
    this.zero = 0;
    for (const [op, average] of Object.entries(state.avg_us ?? {})) this.learn(op, average);
    // A fraction f gives floor(f·n / 2^32); the smallest f that gives the wanted offset.
    const fraction = ({ lo_us, hi_us, value_us }) => Math.ceil(((value_us - lo_us) * 2 ** 32) / (hi_us - lo_us + 1));
    if (config.draws) this.client.script(BACKOFF, config.draws.map(fraction));
  }

  /** Ten answers that take this long; the script starts when the last has come. */
  learn(op, average) {
    const operation = this.client.operation(op);
    for (let round = 0; round < 10; round += 1) {
      this.client.start({ cookie: 0, namespace: 0, operation, replicas: [], packed: OF_OPERATION }, this.zero);
      const [[, , , attempt]] = this.client.drained();
      this.zero += average;
      this.client.response(attempt, this.zero);
      this.client.notes();
    }
  }

  at(micros) {
    return this.zero + micros;
  }

  step(step) {
    const rejected = (this[`on_${step.do}`] ?? unknown).call(this, step, this.at(step.at_us));
    const records = step.do === "start" && rejected ? [] : this.client.drained();
    const actions = records.map((record) => this.render(readRecord(this.client, this.policies, record)));
    const notes = this.client.notes().map((record) => this.note(readRecord(this.client, this.policies, record)));
    return { actions: rejected ? [...actions, rejected] : actions, notes, wake: this.wake() };
  }

  wake() {
    const at = this.client.wake();
    return at === null ? null : { at_us: at - this.zero, reason: this.policies.reasonSlug(this.client.wakeReason()) };
  }

  on_start({ call: name, op = "get", deadline, token }, now) {
    const operation = this.client.operation(op);
    const cookie = this.cookies.push(name) - 1;
    const own = token === undefined ? {} : { token: TOKEN, packed: OF_OPERATION + 65536 };
    const bound = deadline === undefined ? {} : { deadline: this.at(deadline) };
    const request = { cookie, namespace: 0, operation, replicas: [], packed: OF_OPERATION, ...bound, ...own };
    const call = this.client.start(request, now);
    if (call > 0) return void this.calls.set(name, call);
    this.rejected += 1;
    return { action: "reject", call: name, reason: this.policies.reasonSlug(-call) };
  }

  on_response({ attempt }, now) { this.client.response(this.attempts.get(attempt), now); }
  on_cancelled({ attempt }, now) { this.client.cancelled(this.attempts.get(attempt), now); }
  on_timeout(_, now) { this.client.timeout(now); }
  on_cancel({ call }, now) { this.client.cancel(this.calls.get(call), now); }
  on_failure({ attempt, class: word, pushback = {} }, now) {
    const packed = classes.indexOf(word) + (pushback.never ? 256 : 0);
    this.client.failure(this.attempts.get(attempt), packed, pushback.retry_after_us, pushback.max_retries, now);
  }
  on_signal({ record: { version, target_us, max_us, limits = {} } }, now) {
    this.client.signal({ v: version, target: target_us, max: max_us, ...limits }, -1, -1, now);
  }
  on_drain({ until_us }, now) {
    this.client.drain(until_us === undefined || until_us === null ? undefined : this.at(until_us), now);
  }
  on_topology({ remove = [], add = [] }, now) {
    this.client.topology([...remove.map((name) => ({ do: "remove", name })), ...add.map(endpoint)], now);
  }

  attemptName(attempt) {
    return attempt < 0 ? null : [...this.attempts].find(([, id]) => id === attempt)[0];
  }

  render(record) {
    const { action, cookie, call, attempt, ordinal, kind, reason, time, arg } = record;
    const name = this.cookies[cookie];
    if (action === "send") {
      this.attempts.set(`${name}/${ordinal}`, attempt);
      const held = this.client.token(call) === undefined ? {} : { token: "T1" };
      return {
        action, call: name, attempt: `${name}/${ordinal}`, kind, endpoint: this.client.endpointName(record.endpoint),
        reason, remaining_us: arg, ...held,
      };
    }
    if (action === "cancel") {
      return { action, attempt: this.attemptName(attempt), endpoint: this.client.endpointName(record.endpoint), reason };
    }
    if (action !== "complete") return unknown(action);
    const { outcome, failure, cause } = record;
    return {
      action, call: name, outcome, reason, failure, attempt: this.attemptName(attempt), latency_us: time, wall_us: time,
      live_us: time - arg, lost_us: arg, cause,
    };
  }

  note({ reason, call, attempt, time }) {
    const known = [...this.calls].find(([, id]) => id === call);
    return { reason, call: known === undefined ? null : known[0], attempt: this.attemptName(attempt), due_us: time };
  }

  final() {
    const stats = this.client.stats();
    const { reasonCodes, reasonSlug } = this.policies;
    const count = (slug) => stats.reasons[reasonCodes().find((code) => reasonSlug(code) === slug)] ?? 0;
    return {
      calls_held: this.client.callsHeld(0), hedges_in_flight: this.client.hedgesInFlight(0),
      budget_withdrawn: stats.budget_withdrawn, late: count("late"), duplicate: count("duplicate"),
      stale: stats.stale_attempts, rejected: this.rejected,
    };
  }
}

/** Every field that the expectation names agrees; fields it does not name are free. */
function fields(found, expected, what) {
  if (found.length !== expected.length) return `${what}: found ${JSON.stringify(found)}, want ${JSON.stringify(expected)}`;
  for (const [at, want] of expected.entries()) {
    for (const [name, value] of Object.entries(want)) {
      if (what === "notes" && name === "action") continue;
      if (!(name in found[at]) || !equal(found[at][name], value)) {
        return `${what}, ${name}: found ${JSON.stringify(found[at])}, want ${JSON.stringify(want)}`;
      }
    }
  }
  return undefined;
}

/** An implementation may ask to be woken earlier than the case says, never later. */
function wakes(found, expected) {
  const told = `wakes at ${JSON.stringify(found)}, due is ${JSON.stringify(expected)}`;
  if (expected === null || found === null) return expected === found ? undefined : told;
  return found.at_us < expected.at_us || equal(found, expected) ? undefined : told;
}

export const machine = {
  file: "09-client-machine.json",
  begin: (modules, each) => {
    const script = new Script(modules, each);
    return {
      answer: (step) => script.step(step),
      end: () => ({ final: script }),
    };
  },
  same: (found, expected) => {
    if (expected.final !== undefined) return last(found.final, expected.final);
    const { actions = [], notes = [], next_due = null, ...rest } = expected;
    if (Object.keys(rest).length > 0) return `unknown fields of an expectation: ${Object.keys(rest)}`;
    return fields(found.actions, actions, "actions") ?? fields(found.notes, notes, "notes") ?? wakes(found.wake, next_due);
  },
};

function last(script, { in_flight, ...expected }) {
  for (const [name, count] of Object.entries(in_flight)) {
    const endpoint = script.client.endpoint(name);
    const found = endpoint < 0 ? count : script.client.inFlight(endpoint);
    if (found !== count) return `in_flight of ${name} is ${found}, not ${count}`;
  }
  const found = script.final();
  return equal(found, expected) ? undefined : `found ${JSON.stringify(found)}, want ${JSON.stringify(expected)}`;
}
