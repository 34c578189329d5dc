// Two clients with one face: the classes for JavaScript, and the module without imports. Times are microseconds.
//
// Nothing here belongs to a host: a page uses it as Node does.

import { instant, ms } from "./times.js";

const RECORD = 8;

/** What every face answers by the records of the last input. */
class Records {
  /** Records from the head of the buffer. */
  records(count) {
    const { memory, start } = this.buffer();
    return Array.from({ length: count }, (_, at) => memory.slice(start + at * RECORD, start + (at + 1) * RECORD));
  }

  /** What the last hot call left: its records, whose number lies behind the buffer. */
  drained() {
    const { memory, start, capacity } = this.buffer();
    return this.records(memory[start + capacity * RECORD]);
  }

  /** Notes that were not fetched yet. */
  notes() {
    const found = [];
    for (let count = this.pollNotes(); count > 0; count = this.pollNotes()) found.push(...this.records(count));
    return found;
  }

  putIds(ids) {
    const { memory, start } = this.buffer();
    memory.set(ids, start);
  }
}

/** A client through the classes. */
export class ClassClient extends Records {
  constructor(module, config, seed, now) {
    super();
    this.module = module;
    this.client = new module.Client(config, seed, ms(now));
  }

  /** A view made anew: the memory may have grown, which detaches older ones. */
  buffer() {
    const memory = new Float64Array(this.module.linearMemory().buffer);
    return { memory, start: this.client.records() / 8, capacity: this.client.recordCapacity() };
  }

  /** Microseconds of a time in a record. */
  read(value) {
    return Math.round(value * 1000);
  }

  push(records, now) {
    this.putIds(inMilliseconds(records));
    return this.client.pushEvents(records.length / RECORD, ms(now));
  }

  start(request, now) {
    this.putIds(request.replicas);
    const { cookie, namespace, operation, token, packed } = request;
    const [deadline, wall] = [told(request.deadline), told(request.wall)];
    const count = request.replicas.length;
    return token === undefined
      ? this.client.start(cookie, namespace, operation, count, deadline, wall, packed, ms(now))
      : this.client.startWithToken(token, cookie, namespace, operation, count, deadline, wall, packed, ms(now));
  }

  response(attempt, now) { this.client.handleResponse(attempt, ms(now)); }
  failure(attempt, packed, after, most, now) {
    this.client.handleFailure(attempt, packed, told(after), most ?? -1, ms(now));
  }
  cancelled(attempt, now) { this.client.handleCancelled(attempt, ms(now)); }
  cancel(call, now) { this.client.cancel(call, ms(now)); }
  timeout(now) { this.client.handleTimeout(ms(now)); }
  drain(deadline, now) { this.client.drain(told(deadline), ms(now)); }
  topology(changes, now) { this.client.handleTopology(changes, ms(now)); }
  signal(record, namespace, operation, now) { this.client.handleSignal(record, namespace, operation, ms(now)); }
  header(text, namespace, operation, now) {
    return this.client.handleSignalHeader(text, namespace, operation, ms(now));
  }
  pause(from, to, now) { this.client.handlePause(ms(from), ms(to), ms(now)); }
  throttled(now) { this.client.handleThrottled(ms(now)); }
  resumed(now) { this.client.handleResumed(ms(now)); }
  reset(now) { this.client.resetStall(ms(now)); }
  suspended(now) { this.client.handleSuspended(ms(now)); }
  script(stream, fractions) { this.client.scriptFractions(stream, Uint32Array.from(fractions)); }
  namespace(name) { return this.client.namespace(name); }
  operation(name) { return this.client.operation(name); }
  endpoint(name) { return this.client.endpoint(name); }
  endpointName(endpoint) { return this.client.endpointName(endpoint); }
  inFlight(endpoint) { return this.client.inFlight(endpoint); }
  callsHeld(namespace) { return this.client.callsHeld(namespace); }
  hedgesInFlight(namespace) { return this.client.hedgesInFlight(namespace); }
  token(call) { return this.client.token(call); }
  pollNotes() { return this.client.pollNotes(); }
  stats() { return this.client.stats(); }
  takeTrace() { return this.client.takeTrace(); }
  wake() {
    const at = this.client.pollTimeout();
    return at === Infinity ? null : instant(at);
  }
  wakeReason() { return this.client.pollTimeoutReason(); }
}

/** A time or length of time that need not be given, in milliseconds. */
function told(value) {
  return value === undefined ? -1 : ms(value);
}

/** The slots of a record that are times, by its code: a start, a response, a failure. */
const TIMES = { 64: [5, 6], 65: [5, 6], 66: [5] };

/** Records of inputs whose times are microseconds, as the classes take them. */
function inMilliseconds(records) {
  const told = [...records];
  for (let at = 0; at < told.length; at += RECORD) {
    for (const slot of TIMES[told[at]] ?? []) if (told[at + slot] > 0) told[at + slot] = ms(told[at + slot]);
    // The records behind a start are ids.
    if (told[at] === 64) at += RECORD * Math.ceil(Math.max(told[at + 4], 0) / RECORD);
  }
  return told;
}

/** A client through `core.wasm`, which takes no import at all. */
export class RawClient extends Records {
  constructor(module, config, seed, now) {
    super();
    this.exports = new WebAssembly.Instance(module).exports;
    const document = new TextEncoder().encode(JSON.stringify(config));
    const input = new Uint8Array(document.length + seed.length);
    input.set(document);
    input.set(seed, document.length);
    this.put(input);
    this.handle = this.exports.hedgerow_client_new(document.length, now);
    if (this.handle === 0) throw this.error();
  }

  buffer() {
    const memory = new Float64Array(this.exports.memory.buffer);
    const start = this.exports.hedgerow_records(this.handle) / 8;
    return { memory, start, capacity: this.exports.hedgerow_record_capacity() };
  }

  read(value) {
    return value;
  }

  put(bytes) {
    const at = this.exports.hedgerow_input(bytes.length);
    new Uint8Array(this.exports.memory.buffer).set(bytes, at);
    return bytes.length;
  }

  text(text) { return this.put(new TextEncoder().encode(text)); }

  output() {
    const at = this.exports.hedgerow_output();
    return new Uint8Array(this.exports.memory.buffer).slice(at, at + this.exports.hedgerow_output_length());
  }

  outputText() { return new TextDecoder().decode(this.output()); }

  error() {
    const told = JSON.parse(this.outputText());
    return Object.assign(new Error(told.message), told);
  }

  checked(answer) {
    if (answer === -1) throw this.error();
    return answer;
  }

  push(records, now) {
    this.putIds(records);
    return this.exports.hedgerow_push_events(this.handle, records.length / RECORD, now);
  }

  start(request, now) {
    const length = request.token === undefined ? 0 : this.text(request.token);
    this.putIds(request.replicas);
    const { cookie, namespace, operation, replicas, packed, deadline = -1, wall = -1 } = request;
    const numbers = [cookie, namespace, operation, replicas.length, deadline, wall, packed, now];
    return request.token === undefined
      ? this.exports.hedgerow_start(this.handle, ...numbers)
      : this.exports.hedgerow_start_with_token(this.handle, length, ...numbers);
  }

  response(attempt, now) { this.exports.hedgerow_handle_response(this.handle, attempt, now); }
  failure(attempt, packed, after, most, now) {
    this.exports.hedgerow_handle_failure(this.handle, attempt, packed, after ?? -1, most ?? -1, now);
  }
  cancelled(attempt, now) { this.exports.hedgerow_handle_cancelled(this.handle, attempt, now); }
  cancel(call, now) { this.exports.hedgerow_cancel(this.handle, call, now); }
  timeout(now) { this.exports.hedgerow_handle_timeout(this.handle, now); }
  drain(deadline, now) { this.exports.hedgerow_drain(this.handle, deadline ?? -1, now); }
  topology(changes, now) {
    this.checked(this.exports.hedgerow_handle_topology(this.handle, this.text(JSON.stringify(changes)), now));
  }
  signal(record, namespace, operation, now) {
    const length = this.text(JSON.stringify(record));
    this.checked(this.exports.hedgerow_handle_signal(this.handle, length, namespace, operation, now));
  }
  header(text, namespace, operation, now) {
    return this.exports.hedgerow_handle_signal_header(this.handle, this.text(text), namespace, operation, now);
  }
  pause(from, to, now) { this.exports.hedgerow_handle_pause(this.handle, from, to, now); }
  throttled(now) { this.exports.hedgerow_handle_throttled(this.handle, now); }
  resumed(now) { this.exports.hedgerow_handle_resumed(this.handle, now); }
  reset(now) { this.exports.hedgerow_reset_stall(this.handle, now); }
  suspended(now) { this.exports.hedgerow_handle_suspended(this.handle, now); }
  script(stream, fractions) {
    this.put(new Uint8Array(Uint32Array.from(fractions).buffer));
    this.exports.hedgerow_script_fractions(this.handle, stream, fractions.length);
  }
  namespace(name) { return this.checked(this.exports.hedgerow_namespace(this.handle, this.text(name))); }
  operation(name) { return this.checked(this.exports.hedgerow_operation(this.handle, this.text(name))); }
  endpoint(name) { return this.exports.hedgerow_endpoint(this.handle, this.text(name)); }
  endpointName(endpoint) {
    this.exports.hedgerow_endpoint_name(this.handle, endpoint);
    return this.outputText();
  }
  inFlight(endpoint) { return this.exports.hedgerow_in_flight(this.handle, endpoint); }
  callsHeld(namespace) { return this.exports.hedgerow_calls_held(this.handle, namespace); }
  hedgesInFlight(namespace) { return this.exports.hedgerow_hedges_in_flight(this.handle, namespace); }
  token(call) {
    return this.exports.hedgerow_token(this.handle, call) === 0 ? undefined : this.outputText();
  }
  pollNotes() { return this.exports.hedgerow_poll_notes(this.handle); }
  stats() {
    this.exports.hedgerow_stats(this.handle);
    return JSON.parse(this.outputText());
  }
  takeTrace() {
    this.exports.hedgerow_take_trace(this.handle);
    return this.output();
  }
  wake() {
    const at = this.exports.hedgerow_poll_timeout(this.handle);
    return at === Infinity ? null : at;
  }
  wakeReason() { return this.exports.hedgerow_poll_timeout_reason(this.handle); }
}
