/**
 * One worker of a shared state, as the driver sees a core.
 *
 * What other workers lead to waits for this one in the addon; it is woken, and then has a turn as if its timer had fired.
 * Ends are its own: a drain shuts down this worker's calls, not the state.
 */

import type { ServerReport } from 'hedgerow';
import type { Engine, KnownEndpoints, Stats, TopologyChange } from 'hedgerow/engine';
import type { Addon } from './addon.js';
import { Code, NOT_GIVEN, RECORD, Slot } from './generated/record.js';

export class NativeEngine implements Engine {
  readonly #addon: Addon;
  readonly #handle: number;
  readonly #buffer: Float64Array;
  /** Where the number of records lies, and behind it the time to wake. */
  readonly #tail: number;
  #sleeper: { tick(): void } | undefined;
  #endpoints: KnownEndpoints | undefined;

  constructor(addon: Addon, shared: number, notes: boolean) {
    this.#addon = addon;
    this.#tail = addon.recordCapacity();
    this.#buffer = new Float64Array(this.#tail + addon.recordTail());
    this.#buffer[this.#tail + 1] = Infinity;
    // The addon keeps what it wakes; a client that is dropped without being closed must not be kept by it.
    const self = new WeakRef(this);
    this.#handle = addon.attach(shared, notes, () => self.deref()?.wake());
    forgotten.register(this, { addon, handle: this.#handle }, this);
  }

  woken(sleeper: { tick(): void }, endpoints: KnownEndpoints): void {
    this.#sleeper = sleeper;
    this.#endpoints = endpoints;
  }

  records(): Float64Array {
    return this.#buffer;
  }

  take(): number {
    const count = this.#buffer[this.#tail] ?? 0;
    this.#buffer[this.#tail] = 0;
    for (let at = 0; at < count * RECORD; at += RECORD) {
      if (this.#buffer[at] === Code.Send) this.#learn(this.#buffer[at + Slot.Endpoint] ?? 0);
    }
    return count;
  }

  next(): number {
    return this.#buffer[this.#tail + 1] ?? Infinity;
  }

  poll(): void {
    this.#addon['Client#pollActions*'](this.#handle, this.#buffer);
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
    return this.#addon['Client#start*'](
      this.#handle, this.#buffer, cookie, namespace, operation, replicas, deadline, wall, packed, now,
    );
  }

  response(attempt: number, said: ServerReport | undefined, now: number): void {
    if (said === undefined) {
      this.#addon['Client#handleResponse*'](this.#handle, this.#buffer, attempt, now);
      return;
    }
    const { inFlight = NOT_GIVEN, latencyMs = NOT_GIVEN, wallMs = NOT_GIVEN } = said;
    this.#addon['Client#handleResponseWithLoad*'](
      this.#handle, this.#buffer, attempt, inFlight, latencyMs, wallMs, now,
    );
  }

  failure(attempt: number, packed: number, retryAfter: number, maxRetries: number, now: number): void {
    this.#addon['Client#handleFailure*'](this.#handle, this.#buffer, attempt, packed, retryAfter, maxRetries, now);
  }

  cancelled(attempt: number, now: number): void {
    this.#addon['Client#handleCancelled*'](this.#handle, this.#buffer, attempt, now);
  }

  cancel(call: number, now: number): void {
    this.#addon['Client#cancel*'](this.#handle, this.#buffer, call, now);
  }

  timeout(now: number): void {
    this.#addon['Client#tick*'](this.#handle, this.#buffer, now);
  }

  drain(deadline: number, now: number): void {
    this.#addon['Client#shutDown*'](this.#handle, this.#buffer, deadline, now);
  }

  lateTick(due: number, fired: number): void {
    this.#addon['Client#handleLateTick'](this.#handle, due, fired);
  }

  signal(field: string, namespace: number, operation: number, now: number): number {
    return this.#addon['Client#handleSignalHeader*'](this.#handle, this.#buffer, field, namespace, operation, now);
  }

  signals(records: unknown, now: number): number {
    return this.#addon['Client#handleSignals*'](this.#handle, this.#buffer, records, now);
  }

  clockSample(sent: number, received: number, wall: number, now: number): void {
    this.#addon['Client#handleClock'](this.#handle, sent, received, wall, now);
  }

  lease(start: number, count: number, expires: number, now: number): void {
    this.#addon['Client#handleLease'](this.#handle, start, count, expires, now);
  }

  suspended(now: number): void {
    this.#addon['Client#handleSuspended'](this.#handle, now);
  }

  topology(changes: readonly TopologyChange[], now: number): ArrayLike<number> {
    return this.#addon['Client#handleTopology*'](this.#handle, this.#buffer, changes, now);
  }

  pollNotes(): number {
    return this.#addon['Client#pollNotes*'](this.#handle, this.#buffer);
  }

  namespace(name: string): number {
    return this.#addon['Client#namespace'](this.#handle, name);
  }

  operation(name: string): number {
    return this.#addon['Client#operation'](this.#handle, name);
  }

  token(call: number): string | undefined {
    return this.#addon['Client#token'](this.#handle, call) ?? undefined;
  }

  inFlight(endpoint: number): number {
    return this.#addon['Client#inFlight'](this.#handle, endpoint);
  }

  isIdle(): boolean {
    return this.#addon['Client#isIdle'](this.#handle);
  }

  lateTolerance(): number {
    return this.#addon['Client#lateTolerance'](this.#handle);
  }

  stats(): Stats {
    return this.#addon['Client#stats'](this.#handle);
  }

  snapshot(now: number): unknown {
    return this.#addon['Client#snapshot'](this.#handle, now);
  }

  explain(call: number): unknown {
    return this.#addon['Client#explain'](this.#handle, call);
  }

  takeTrace(): Uint8Array {
    return this.#addon['Client#takeTrace'](this.#handle);
  }

  script(stream: number, fractions: Uint32Array): void {
    this.#addon['Client#scriptFractions'](this.#handle, stream, fractions);
  }

  free(): void {
    this.#sleeper = undefined;
    forgotten.unregister(this);
    this.#addon['Client!free'](this.#handle);
  }

  /** An endpoint that another worker added is met in the first attempt that goes there. */
  #learn(endpoint: number): void {
    if (this.#endpoints?.name(endpoint) !== '') return;
    const name = this.#addon['Client#endpointName'](this.#handle, endpoint);
    if (name !== null) this.#endpoints.set(name, endpoint);
  }

  /** Something waits that another worker led to: as good as a timer that is due. */
  private wake(): void {
    this.#buffer[this.#tail + 1] = 0;
    this.#sleeper?.tick();
  }
}

/** Detaches engines whose client was dropped without being closed. */
const forgotten = new FinalizationRegistry<{ readonly addon: Addon; readonly handle: number }>(({ addon, handle }) => {
  addon['Client!free'](handle);
});
