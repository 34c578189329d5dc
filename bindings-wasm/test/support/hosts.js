// Two hosts with one face: the classes for JavaScript, and the module without imports. Times are microseconds.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { ms } from "./vectors.js";

const dist = new URL("../../dist/", import.meta.url);
const RECORD = 8;

/** The classes of one build. */
export function classes(folder) {
  return createRequire(import.meta.url)(new URL(`${folder}/nodejs/hedgerow.js`, dist).pathname);
}

/** A client through the classes. */
export class ClassClient {
  constructor(folder, config, seed, now) {
    this.module = classes(folder);
    this.client = new this.module.Client(config, seed, ms(now));
  }

  records(count) {
    // The memory may have grown, which detaches older views.
    const memory = new Float64Array(this.module.linearMemory().buffer);
    const start = this.client.records() / 8;
    return Array.from({ length: count }, (_, at) => memory.slice(start + at * RECORD, start + (at + 1) * RECORD));
  }

  /** What the last hot call left: its records, whose number lies behind the buffer. */
  drained() {
    const memory = new Float64Array(this.module.linearMemory().buffer);
    const tail = this.client.records() / 8 + this.client.recordCapacity() * RECORD;
    return this.records(memory[tail]);
  }

  putIds(ids) {
    const memory = new Float64Array(this.module.linearMemory().buffer);
    memory.set(ids, this.client.records() / 8);
  }

  start(request, now) {
    this.putIds(request.replicas);
    const { cookie, namespace, operation, token, packed } = request;
    const deadline = told(request.deadline);
    const count = request.replicas.length;
    return token === undefined
      ? this.client.start(cookie, namespace, operation, count, deadline, told(request.wall), packed, ms(now))
      : this.client.startWithToken(token, cookie, namespace, operation, count, deadline, told(request.wall), packed, ms(now));
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
  pause(from, to, now) { this.client.handlePause(ms(from), ms(to), ms(now)); }
  throttled(now) { this.client.handleThrottled(ms(now)); }
  resumed(now) { this.client.handleResumed(ms(now)); }
  reset(now) { this.client.resetStall(ms(now)); }
  namespace(name) { return this.client.namespace(name); }
  operation(name) { return this.client.operation(name); }
  endpoint(name) { return this.client.endpoint(name); }
  stats() { return this.client.stats(); }
  takeTrace() { return this.client.takeTrace(); }
  wake() {
    const at = this.client.pollTimeout();
    return at === Infinity ? null : Math.floor(at * 1000);
  }
}

/** A time or length of time that need not be given, in milliseconds. */
function told(value) {
  return value === undefined ? -1 : ms(value);
}

/** A client through `core.wasm`, which takes no import at all. */
export class RawClient {
  constructor(config, seed, now) {
    const module = new WebAssembly.Module(readFileSync(new URL("core.wasm", dist)));
    this.exports = new WebAssembly.Instance(module).exports;
    const document = new TextEncoder().encode(JSON.stringify(config));
    const input = new Uint8Array(document.length + seed.length);
    input.set(document);
    input.set(seed, document.length);
    this.put(input);
    this.handle = this.exports.hedgerow_client_new(document.length, now);
    if (this.handle === 0) throw this.error();
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

  error() {
    const told = JSON.parse(new TextDecoder().decode(this.output()));
    return Object.assign(new Error(told.message), told);
  }

  checked(answer) {
    if (answer === -1) throw this.error();
    return answer;
  }

  drained() {
    const memory = new Float64Array(this.exports.memory.buffer);
    const start = this.exports.hedgerow_records(this.handle) / 8;
    const count = memory[start + this.exports.hedgerow_record_capacity() * RECORD];
    return Array.from({ length: count }, (_, at) => memory.slice(start + at * RECORD, start + (at + 1) * RECORD));
  }

  start(request, now) {
    const length = request.token === undefined ? 0 : this.text(request.token);
    const memory = new Float64Array(this.exports.memory.buffer);
    memory.set(request.replicas, this.exports.hedgerow_records(this.handle) / 8);
    const { cookie, namespace, operation, replicas, packed, deadline = -1, wall = -1 } = request;
    return request.token === undefined
      ? this.exports.hedgerow_start(this.handle, cookie, namespace, operation, replicas.length, deadline, wall, packed, now)
      : this.exports.hedgerow_start_with_token(this.handle, length, cookie, namespace, operation, replicas.length, deadline, wall, packed, now);
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
  pause(from, to, now) { this.exports.hedgerow_handle_pause(this.handle, from, to, now); }
  throttled(now) { this.exports.hedgerow_handle_throttled(this.handle, now); }
  resumed(now) { this.exports.hedgerow_handle_resumed(this.handle, now); }
  reset(now) { this.exports.hedgerow_reset_stall(this.handle, now); }
  namespace(name) { return this.checked(this.exports.hedgerow_namespace(this.handle, this.text(name))); }
  operation(name) { return this.checked(this.exports.hedgerow_operation(this.handle, this.text(name))); }
  endpoint(name) { return this.exports.hedgerow_endpoint(this.handle, this.text(name)); }
  stats() {
    this.exports.hedgerow_stats(this.handle);
    return JSON.parse(new TextDecoder().decode(this.output()));
  }
  takeTrace() {
    this.exports.hedgerow_take_trace(this.handle);
    return this.output();
  }
  wake() {
    const at = this.exports.hedgerow_poll_timeout(this.handle);
    return at === Infinity ? null : at;
  }
}
