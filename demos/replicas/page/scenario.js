// The scripted scenario that every language plays (`tests/traces/scripted.json`), through the WebAssembly classes.

const RECORD = 8;
const SEND = 1;
const OWN = 255;
const CLASSES = ['', 'fatal', 'transient', 'timeout', 'not_sent', 'overloaded', 'refused'];

/** Times cross in milliseconds. */
const ms = (micros) => micros / 1000;
const told = (micros) => (micros === undefined ? -1 : ms(micros));

/** Plays the scenario; the hash of the last line of its trace. */
export async function scenarioHash(scenario, desk) {
  const build = '../../../bindings-wasm/dist/policies/web';
  const glue = await import(`${build}/hedgerow.js`);
  const bytes = await (await fetch(`${desk}/bindings-wasm/dist/policies/web/hedgerow_bg.wasm`)).arrayBuffer();
  const { memory } = glue.initSync({ module: bytes });
  const seed = Uint8Array.from(scenario.seed.match(/../g), (byte) => parseInt(byte, 16));
  const client = new glue.Client(scenario.config, seed, ms(scenario.t0));
  const script = new Script(client, memory, scenario.t0);
  for (const input of scenario.inputs) script.input(input);
  return glue.traceHash(client.takeTrace());
}

class Script {
  #names = { ns: new Map(), op: new Map() };
  #calls = new Map();
  #attempts = new Map();
  #endpoints = new Map();

  constructor(client, memory, now) {
    this.client = client;
    this.memory = memory;
    this.now = now;
  }

  input(input) {
    if (input.e === 'run') return this.#run(input.for_us);
    const at = this.#time(input);
    const play = INPUTS[input.e];
    if (play === undefined) throw new Error(`unknown input ${input.e}`);
    play(this, input, at);
    this.#take();
  }

  intern(kind, name) {
    this.#names[kind].set(name, this.client[kind === 'ns' ? 'namespace' : 'operation'](name));
  }

  named(kind, value, absent) {
    return typeof value === 'string' ? this.#names[kind].get(value) : (value ?? absent);
  }

  attempt({ attempt }) {
    return typeof attempt === 'string' ? this.#attempts.get(attempt) : attempt;
  }

  call(call) {
    return typeof call === 'string' ? this.#calls.get(call) : call;
  }

  start(input, at) {
    const { cookie, token, replicas = [] } = input;
    this.#view().set(replicas.map((name) => this.#endpoints.get(name)), this.client.records() / RECORD);
    const packed = (input.priority ?? OWN) + 256 * (input.idempotency ?? OWN) + (token === undefined ? 0 : 65536);
    const numbers = [
      cookie,
      this.named('ns', input.ns, 0),
      this.named('op', input.op, 0),
      replicas.length,
      told(instant(input.deadline_us, at)),
      told(input.wall_us),
      packed,
      ms(at),
    ];
    const own = token !== undefined && token !== 'host';
    const call = own ? this.client.startWithToken(token, ...numbers) : this.client.start(...numbers);
    if (call > 0) this.#calls.set(String(cookie), call);
  }

  topology(changes, at) {
    this.client.handleTopology(changes, ms(at));
    for (const { name } of changes) {
      const id = this.client.endpoint(name);
      if (id > 0) this.#endpoints.set(name, id);
    }
  }

  #run(length) {
    const end = this.now + length;
    for (let wake = this.#wake(); wake <= end; wake = this.#wake()) {
      this.now = Math.max(this.now, wake);
      this.client.handleTimeout(ms(this.now));
      this.#take();
    }
    this.now = end;
  }

  #time({ t, late_us: late, after_us: after = 0 }) {
    if (t !== undefined) return t;
    this.now = Math.max(this.now, late === undefined ? this.now + after : this.#wake() + late);
    return this.now;
  }

  #wake() {
    return Math.floor(this.client.pollTimeout() * 1000);
  }

  /** Growth of the memory detaches every view of it. */
  #view() {
    return new Float64Array(this.memory.buffer);
  }

  /** Reads what the input before left in the buffer, whose number of records lies behind it. */
  #take() {
    const view = this.#view();
    const start = this.client.records() / RECORD;
    const count = view[start + this.client.recordCapacity() * RECORD];
    for (let at = start; at < start + count * RECORD; at += RECORD) {
      const [code, cookie, , attempt, , , , packed] = view.subarray(at, at + RECORD);
      if (code === SEND) this.#attempts.set(`${cookie}/${(packed >> 16) & 255}`, attempt);
    }
  }
}

const INPUTS = {
  namespace: (script, { name }) => script.intern('ns', name),
  operation: (script, { name }) => script.intern('op', name),
  start: (script, input, at) => script.start(input, at),
  topology: (script, { changes }, at) => script.topology(changes, at),
  response: (script, input, at) => script.client.handleResponse(script.attempt(input), ms(at)),
  cancelled: (script, input, at) => script.client.handleCancelled(script.attempt(input), ms(at)),
  cancel: (script, { call }, at) => script.client.cancel(script.call(call), ms(at)),
  timeout: (script, _, at) => script.client.handleTimeout(ms(at)),
  drain: (script, input, at) => script.client.drain(told(instant(input.deadline_us, at)), ms(at)),
  failure: (script, input, at) => {
    const packed = CLASSES.indexOf(input.class) + (input.never ? 256 : 0);
    script.client.handleFailure(script.attempt(input), packed, told(input.retry_after_us), input.max_retries ?? -1, ms(at));
  },
  signal: (script, { record, ns, op }, at) =>
    script.client.handleSignal(record, script.named('ns', ns, -1), script.named('op', op, -1), ms(at)),
  stall: ({ client }, { kind, from_us: from, to_us: to }, at) => {
    if (kind === 'paused') client.handlePause(ms(instant(from, at)), ms(instant(to, at)), ms(at));
    if (kind === 'throttled') client.handleThrottled(ms(at));
    if (kind === 'resumed') client.handleResumed(ms(at));
    if (kind === 'reset') client.resetStall(ms(at));
  },
};

/** A time, or one relative to the input's own. */
function instant(value, at) {
  return typeof value === 'string' ? at + Number(value) : value;
}
