// The hedge machine of the article and of gRPC's proposal A6.

import { classes } from "./retry.js";
import { OF_OPERATION, readRecord } from "./actions.js";
import { equal, unknown } from "./run.js";

/** The longest delay that a configuration allows; slower scripts are run faster by one factor. */
const LONGEST = 60_000_000;

function document({ delay, max_attempts = 2, limit, throttle }, scale) {
  const operations = Object.entries(delay).map(([name, delay_us]) => {
    const hedge = { strategy: "fixed", delay_us: delay_us / scale, max: max_attempts - 1 };
    return [name, { idempotency: "natural", hedge }];
  });
  return {
    objective: { max_us: 3_600_000_000 }, limits: { hedges: limit ?? 1000 }, retry: { max_attempts: 1 },
    timer: { resolution_us: 0 }, operations: Object.fromEntries(operations), trace: { notes: 1000 },
    budget: throttle ? { mode: "grpc", max: throttle[0] / 1000, ratio: throttle[1] / 1000 } : { mode: "off" },
  };
}

class Flow {
  constructor({ client, policies }, config) {
    this.scale = Math.max(...Object.values(config.delay)) > LONGEST ? 10 : 1;
    this.client = client(document(config, this.scale), new Uint8Array(32).fill(7), 0);
    this.client.topology(["a", "b", "c", "d", "e", "f"].map((name) => ({ do: "add", name })), 0);
    this.policies = policies;
    this.names = new Map();
    this.attempts = new Map();
    this.calls = new Map();
  }

  step(step) {
    this.seen = [];
    const now = step.at_us / this.scale;
    // Timers before this instant; results win over timers at it.
    this.advance(step.do === "advance" ? now : now - 1);
    if (step.do !== "advance") {
      (this[`on_${step.do}`] ?? unknown).call(this, step, now);
      this.collect(now, step.attempt);
    }
    return { actions: this.seen };
  }

  on_start({ call, op }, now) {
    const cookie = this.names.size;
    this.names.set(cookie, call);
    const operation = this.client.operation(op);
    this.client.start({ cookie, namespace: 0, operation, replicas: [], packed: OF_OPERATION }, now);
  }

  on_ended(step, now) {
    this.client.cancelled(this.attempt(step), now);
  }

  on_result(step, now) {
    if (step.outcome === "ok") return this.client.response(this.attempt(step), now);
    const packed = classes.indexOf(step.outcome) + (step.pushback === "never" ? 256 : 0);
    const after = step.pushback_us === undefined ? undefined : step.pushback_us / this.scale;
    return this.client.failure(this.attempt(step), packed, after, undefined, now);
  }

  attempt({ call, attempt }) {
    return this.attempts.get(`${call}/${attempt}`);
  }

  /** Timers of these scripts are never late: each is observed at its own time. */
  advance(until) {
    for (let wake = this.client.wake(); wake !== null && wake <= until; wake = this.client.wake()) {
      this.client.timeout(wake);
      this.collect(wake);
    }
  }

  /** Takes denials and actions over into the list that the cases compare; denials are decided before actions. */
  collect(now, last) {
    const when = now * this.scale;
    const records = this.client.drained().map((record) => readRecord(this.client, this.policies, record));
    for (const record of records) if (record.action === "send") this.sent(record);
    for (const note of this.client.notes().map((record) => readRecord(this.client, this.policies, record))) {
      if (note.code >= 50 && note.code <= 55) this.seen.push([when, "deny", this.calls.get(note.call), note.reason]);
    }
    for (const record of records) this.seen.push([when, ...this.line(record, last)]);
  }

  sent({ cookie, call, attempt, ordinal }) {
    this.calls.set(call, this.names.get(cookie));
    this.attempts.set(`${this.names.get(cookie)}/${ordinal}`, attempt);
  }

  line({ action, call, attempt, ordinal, outcome }, last) {
    const name = this.calls.get(call);
    if (action === "send") return ["send", name, ordinal];
    if (action === "cancel") return ["cancel", name, this.ordinal(attempt)];
    if (action !== "complete") return unknown(action);
    return [outcome === "ok" ? "complete" : "fail", name, attempt < 0 ? last : this.ordinal(attempt)];
  }

  ordinal(attempt) {
    const [name] = [...this.attempts].find(([, id]) => id === attempt);
    return Number(name.split("/")[1]);
  }
}

export const hedgeFlow = {
  file: "04-hedge-flow.json",
  begin: (modules, { config }) => {
    const flow = new Flow(modules, config);
    return { answer: (step) => flow.step(step) };
  },
  same: (found, expected) =>
    equal(found, expected) ? undefined : `found ${JSON.stringify(found)}, want ${JSON.stringify(expected)}`,
};
