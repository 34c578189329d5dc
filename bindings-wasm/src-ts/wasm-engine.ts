/**
 * A client of a WebAssembly build as the driver sees it.
 *
 * The one file that knows the methods of the client; every build of the module has them.
 */

import type { ServerReport } from './attempt.js';
import type { Engine, Stats, TopologyChange } from './engine.js';
import type { Client } from './glue.js';
import { Code, NOT_GIVEN, RECORD } from './generated/record.js';

export class WasmEngine implements Engine {
  readonly #client: Client;
  readonly #memory: WebAssembly.Memory;
  readonly #address: number;
  readonly #length: number;
  #view: Float64Array;

  constructor(client: Client, memory: WebAssembly.Memory) {
    this.#client = client;
    this.#memory = memory;
    this.#address = this.#client.records();
    this.#length = this.#client.recordCapacity() * RECORD;
    this.#view = this.#fresh();
  }

  records(): Float64Array {
    // Growth of the memory detaches every view of it.
    if (this.#view.length === 0) this.#view = this.#fresh();
    return this.#view;
  }

  take(): number {
    const records = this.records();
    const count = records[this.#length] ?? 0;
    records[this.#length] = 0;
    return count;
  }

  next(): number {
    return this.records()[this.#length + 1] ?? Infinity;
  }

  poll(): void {
    this.#client.pollActions();
  }

  start(
    cookie: number,
    namespace: number,
    operation: number,
    replicas: number,
    deadline: number,
    wall: number,
    packed: number,
    now: number,
  ): number {
    return this.#client.start(cookie, namespace, operation, replicas, deadline, wall, packed, now);
  }

  response(attempt: number, said: ServerReport | undefined, now: number): void {
    if (said === undefined) {
      this.#client.handleResponse(attempt, now);
      return;
    }
    const { inFlight = NOT_GIVEN, latencyMs = NOT_GIVEN, wallMs = NOT_GIVEN } = said;
    this.records().set([Code.Response, NOT_GIVEN, NOT_GIVEN, attempt, inFlight, latencyMs, wallMs, NOT_GIVEN]);
    this.#client.pushEvents(1, now);
  }

  failure(attempt: number, packed: number, retryAfter: number, maxRetries: number, now: number): void {
    this.#client.handleFailure(attempt, packed, retryAfter, maxRetries, now);
  }

  cancelled(attempt: number, now: number): void {
    this.#client.handleCancelled(attempt, now);
  }

  cancel(call: number, now: number): void {
    this.#client.cancel(call, now);
  }

  timeout(now: number): void {
    this.#client.handleTimeout(now);
  }

  drain(deadline: number, now: number): void {
    this.#client.drain(deadline, now);
  }

  lateTick(due: number, fired: number): void {
    this.#client.handleLateTick(due, fired);
  }

  signal(field: string, namespace: number, operation: number, now: number): number {
    return this.#client.handleSignalHeader(field, namespace, operation, now);
  }

  signals(records: unknown, now: number): number {
    return this.#client.handleSignals(records, now);
  }

  clockSample(sent: number, received: number, wall: number, now: number): void {
    this.#client.handleClock(sent, received, wall, now);
  }

  lease(start: number, count: number, expires: number, now: number): void {
    this.#client.handleLease(start, count, expires, now);
  }

  suspended(now: number): void {
    this.#client.handleSuspended(now);
  }

  topology(changes: readonly TopologyChange[], now: number): ArrayLike<number> {
    return this.#client.handleTopology(changes, now);
  }

  pollNotes(): number {
    return this.#client.pollNotes();
  }

  namespace(name: string): number {
    return this.#client.namespace(name);
  }

  operation(name: string): number {
    return this.#client.operation(name);
  }

  token(call: number): string | undefined {
    return this.#client.token(call);
  }

  inFlight(endpoint: number): number {
    return this.#client.inFlight(endpoint);
  }

  isIdle(): boolean {
    return this.#client.isIdle();
  }

  lateTolerance(): number {
    return this.#client.lateTolerance();
  }

  stats(): Stats {
    return this.#client.stats() as Stats;
  }

  explain(call: number): unknown {
    return this.#client.explain(call);
  }

  takeTrace(): Uint8Array {
    return this.#client.takeTrace();
  }

  script(stream: number, fractions: Uint32Array): void {
    this.#client.scriptFractions(stream, fractions);
  }

  free(): void {
    this.#client.free();
  }

  #fresh(): Float64Array {
    return new Float64Array(this.#memory.buffer, this.#address, this.#length + 2);
  }
}
