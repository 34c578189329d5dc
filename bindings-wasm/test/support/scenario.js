// The scripted scenario that every language plays: each must end at the hash that stands in the document.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readJson } from "./files.js";

const scenario = readJson("tests/traces/scripted.json");
const seed = Uint8Array.from(scenario.seed.match(/../g), (byte) => parseInt(byte, 16));
const classCodes = ["", "fatal", "transient", "timeout", "not_sent", "overloaded", "refused"];

/** Plays the scenario against one client; its trace. */
function play(client) {
  const script = new Script(client);
  for (const input of scenario.inputs) script.input(input);
  return client.takeTrace();
}

class Script {
  constructor(client) {
    this.client = client;
    this.now = scenario.t0;
    this.names = { ns: new Map(), op: new Map() };
    this.calls = new Map();
    this.attempts = new Map();
    this.endpoints = new Map();
  }

  input(input) {
    if (input.e === "run") return this.run(input.for_us);
    const at = this.time(input);
    const known = this[`on_${input.e}`];
    assert.ok(known, `unknown input ${input.e}`);
    known.call(this, input, at);
    this.take();
  }

  on_namespace({ name }) { this.names.ns.set(name, this.client.namespace(name)); }
  on_operation({ name }) { this.names.op.set(name, this.client.operation(name)); }

  on_start(input, at) {
    const own = input.token !== undefined;
    const word = (code) => code ?? 255;
    const call = this.client.start({
      cookie: input.cookie,
      namespace: this.name("ns", input.ns, 0),
      operation: this.name("op", input.op, 0),
      replicas: (input.replicas ?? []).map((name) => this.endpoints.get(name)),
      deadline: instant(input.deadline_us, at),
      wall: input.wall_us,
      token: own && input.token !== "host" ? input.token : undefined,
      packed: word(input.priority) + 256 * word(input.idempotency) + (own ? 65536 : 0),
    }, at);
    if (call > 0) this.calls.set(String(input.cookie), call);
  }

  on_response(input, at) { this.client.response(this.attempt(input), at); }
  on_cancelled(input, at) { this.client.cancelled(this.attempt(input), at); }
  on_timeout(_, at) { this.client.timeout(at); }
  on_drain(input, at) { this.client.drain(instant(input.deadline_us, at), at); }
  on_failure(input, at) {
    const packed = classCodes.indexOf(input.class) + (input.never ? 256 : 0);
    this.client.failure(this.attempt(input), packed, input.retry_after_us, input.max_retries, at);
  }
  on_cancel({ call }, at) { this.client.cancel(typeof call === "string" ? this.calls.get(call) : call, at); }
  on_signal({ record, ns, op }, at) {
    this.client.signal(record, this.name("ns", ns, -1), this.name("op", op, -1), at);
  }
  on_topology({ changes }, at) {
    this.client.topology(changes, at);
    for (const { name } of changes) {
      const id = this.client.endpoint(name);
      if (id > 0) this.endpoints.set(name, id);
    }
  }
  on_stall({ kind, from_us, to_us }, at) {
    if (kind === "paused") return this.client.pause(instant(from_us, at), instant(to_us, at), at);
    this.client[kind](at);
  }

  run(length) {
    const end = this.now + length;
    for (let wake = this.client.wake(); wake !== null && wake <= end; wake = this.client.wake()) {
      this.now = Math.max(this.now, wake);
      this.client.timeout(this.now);
      this.take();
    }
    this.now = end;
  }

  time({ t, late_us, after_us = 0 }) {
    if (t !== undefined) return t;
    const base = late_us === undefined ? this.now + after_us : this.client.wake() + late_us;
    this.now = Math.max(this.now, base);
    return this.now;
  }

  name(kind, value, absent) {
    return typeof value === "string" ? this.names[kind].get(value) : value ?? absent;
  }

  attempt({ attempt }) { return typeof attempt === "string" ? this.attempts.get(attempt) : attempt; }

  take() {
    for (const [code, cookie, , attempt, , , , packed] of this.client.drained()) {
      if (code === 1) this.attempts.set(`${cookie}/${(packed >> 16) & 255}`, attempt);
    }
  }
}

/** A time, or one relative to the input's own. */
function instant(value, at) {
  return typeof value === "string" ? at + Number(value) : value;
}

/** Plays the scenario through a client that `make` builds; `tools` read its trace. */
export function holdScenario(name, make, tools) {
  test(`the scripted scenario gives the committed trace through ${name}`, () => {
    const trace = play(make(scenario.config, seed, scenario.t0));
    const lines = tools.traceLines(trace).trimEnd().split("\n");
    assert.equal(lines.length - 1, scenario.expect.records);
    assert.equal(tools.traceHash(trace), scenario.expect.hash);
    assert.equal(tools.replayTrace(scenario.config, trace), scenario.expect.hash);
  });
}
