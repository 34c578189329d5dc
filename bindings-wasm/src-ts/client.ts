/// <reference lib="esnext.disposable" preserve="true" />

/**
 * The client: one service, its endpoints, and the calls to it.
 *
 * It turns names and words into the numbers that the core takes, and holds no policy and no default of its own.
 */

import { PendingCall, type Callback } from './call.js';
import type { Clock } from './clock.js';
import type { Core, Engine, Stats, TopologyChange } from './engine.js';
import { Driver, type StartNumbers } from './driver.js';
import { refusal } from './errors.js';
import { Sink } from './event.js';
import { ReasonCode } from './generated/reasons.js';
import { hostClock } from './host-clock.js';
import { kindOf, translated, unfit } from './misuse.js';
import { Endpoints, Names } from './names.js';
import type { CallOptions, ClientOptions, Endpoint } from './options.js';
import { OPERATIONS_OWN, NOT_GIVEN, WITH_TOKEN } from './generated/record.js';
import { IDEMPOTENCY, PRIORITY } from './words.js';

/** Calls one service by the policies of its configuration. */
export class Client {
  /** The clock of this client. */
  declare readonly clock: Clock;
  /** The core behind this client. */
  declare readonly core: Core;
  readonly #driver: Driver;
  readonly #endpoints = new Endpoints();
  readonly #namespaces: Names;
  readonly #operations: Names;
  readonly #placement: ((key: string) => readonly string[]) | undefined;
  readonly #mints: ReadonlySet<string>;

  /** @internal */
  constructor(core: Core, options: ClientOptions) {
    const { config = {}, endpoints = [], clock = hostClock, seed = crypto.getRandomValues(new Uint8Array(32)), onEvent } = options;
    const now = clock.now();
    const engine = translated(() => core.create(config, seed, onEvent !== undefined, now));
    this.core = core;
    this.clock = clock;
    this.#placement = options.placement;
    // The core has read the document, so it is one.
    const { namespaces = {}, operations = {} } = config;
    const names = Object.keys(operations);
    this.#namespaces = new Names(Object.keys(namespaces), (name) => this.engine.namespace(name));
    this.#operations = new Names(names, (name) => this.engine.operation(name));
    this.#mints = new Set(names.filter((name) => operations[name]?.idempotency === 'token'));
    this.#driver = new Driver(engine, clock, this.#endpoints, options.classify, new Sink(onEvent, this.#endpoints));
    this.#change([], endpoints);
  }

  /**
   * Performs one call: sends, hedges, retries and gives up as the configuration says.
   *
   * `fn` is called once for each attempt and must be able to be called again. When an attempt's failure ended the call, it
   * rejects with what that attempt threw; otherwise with an error of this package, whose `cause` is what the last failed
   * attempt threw. An abort of `options.signal` rejects at once with the signal's own reason.
   */
  call<T>(fn: Callback<T>, options: CallOptions = {}): Promise<Awaited<T>> {
    return new Promise((resolve, reject) => {
      if (typeof fn !== 'function') throw unfit('fn', kindOf(fn), 'a function');
      if (options.signal?.aborted === true) return reject(options.signal.reason);
      const numbers = this.#numbers(options);
      if (typeof numbers === 'number') return reject(refusal(numbers));
      // Only what this very callback answered is handed to it.
      const answer = resolve as (value: unknown) => void;
      this.#driver.start(new PendingCall(this.#driver, fn, options, answer, reject), numbers);
    });
  }

  /** The core, to be asked; fails when the client was closed or broke. @internal */
  get engine(): Engine {
    return this.#driver.engine;
  }

  /** Hands one rare input to the core, and has performed what it led to. @internal */
  input<T>(give: (engine: Engine, now: number) => T): T {
    return this.#driver.input(give);
  }

  /** Names of the endpoints. */
  get endpoints(): string[] {
    return this.#endpoints.list();
  }

  /** Adds an endpoint while calls run; one with a known name is changed. */
  addEndpoint(endpoint: string | Endpoint): void {
    this.#change([], [endpoint]);
  }

  /** Changes a known endpoint. */
  updateEndpoint(endpoint: Endpoint): void {
    this.#change([], [endpoint], 'update');
  }

  /** Removes an endpoint; attempts at it go on, and may still win. */
  removeEndpoint(name: string): void {
    this.#change([name], []);
  }

  /** Makes these the endpoints: adds, changes and removes what differs. */
  setEndpoints(endpoints: readonly (string | Endpoint)[]): void {
    const wanted = new Set(endpoints.map((endpoint) => endpointOf(endpoint).name));
    this.#change(this.endpoints.filter((name) => !wanted.has(name)), endpoints);
  }

  /** Base URL of an endpoint, for adapters; `undefined` when it has none. */
  urlOf(endpoint: string): string | undefined {
    return this.#endpoints.url(endpoint);
  }

  /** Attempts at an endpoint whose end is not known. */
  inFlight(endpoint: string): number {
    return this.engine.inFlight(this.#endpoints.id(endpoint));
  }

  /** Makes a namespace known that the document does not name; it has the unnamed values. */
  addNamespace(name: string): void {
    translated(() => this.#namespaces.learn(name));
  }

  /** Makes an operation known that the document does not name; it has the unnamed values. */
  addOperation(name: string): void {
    translated(() => this.#operations.learn(name));
  }

  /** Whether the document says anything about an operation. */
  isConfigured(operation: string | undefined): boolean {
    return this.#operations.isConfigured(operation);
  }

  /**
   * Hands in what a server said in its response field `Hedgerow-Slo`, for the namespace and operation of the request;
   * answers the version of the record, −1 when the field is not readable.
   */
  signal(field: string, namespace?: string, operation?: string): number {
    const [space, op] = [this.#namespaces.number(namespace), this.#operations.number(operation)];
    if (space === undefined || op === undefined) return NOT_GIVEN;
    return this.input((engine, now) => engine.signal(field, space, op, now));
  }

  /** Every counter of the core. */
  stats(): Stats {
    return this.engine.stats();
  }

  /** Why a call did what it did: its plan, its decisions, what each gate saw. `call` is the id of its events. */
  explain(call: number): unknown {
    return this.engine.explain(call);
  }

  /**
   * What was recorded since it was last taken, if the document says `trace.enabled`: inputs and decisions, in a compact
   * form. All answers, one behind the other in a file, are a trace that `npx hedgerow explain` and `replay` read. When
   * `trace.buffer` records wait, recording ends. It holds the seed, and is as secret.
   */
  takeTrace(): Uint8Array {
    return this.engine.takeTrace();
  }

  /** Calls whose caller waits. */
  get pending(): number {
    return this.#driver.pending;
  }

  /** Denies later calls and lets those that run come to their end. */
  drain(withinMs = Infinity): void {
    this.input((engine, now) => engine.drain(now + Math.max(withinMs, 0), now));
  }

  /** Ends the client: calls that wait are rejected with `shutdown`, later ones with `closed`. */
  close(): void {
    this.#driver.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #change(gone: readonly string[], given: readonly (string | Endpoint)[], how: 'add' | 'update' = 'add'): void {
    const kept = given.map(endpointOf);
    const removals = gone.map((name): TopologyChange => ({ do: 'remove', name }));
    const changes = removals.concat(kept.map((endpoint) => ({ ...specOf(endpoint), do: how })));
    if (changes.length === 0) return;
    const ids = this.input((engine, now) => engine.topology(changes, now));
    for (const name of gone) this.#endpoints.delete(name);
    kept.forEach(({ name, url }, at) => this.#endpoints.set(name, ids[at] ?? 0, url));
  }

  /** The numbers of a call, or the code of the reason why it has none. */
  #numbers(options: CallOptions): StartNumbers | number {
    const { op = '', key, token, deadlineMs = Infinity, idempotency, priority } = options;
    if (typeof deadlineMs !== 'number' || Number.isNaN(deadlineMs)) {
      throw unfit('deadlineMs', deadlineMs, 'a number of milliseconds');
    }
    const packed =
      code(PRIORITY, 'priority', priority) +
      code(IDEMPOTENCY, 'idempotency', idempotency) * 0x100 +
      (token === undefined ? 0 : WITH_TOKEN);
    const namespace = this.#namespaces.number(options.namespace);
    if (namespace === undefined) return ReasonCode.UnknownNamespace;
    const operation = this.#operations.number(op);
    if (operation === undefined) return ReasonCode.UnknownOperation;
    const replicas = options.replicas ?? (key === undefined ? undefined : this.#placement?.(key));
    const mints = token === undefined && (idempotency === undefined ? this.#mints.has(op) : idempotency === 'token');
    return [namespace, operation, replicas, deadlineMs, mints ? this.clock.wall() : NOT_GIVEN, packed];
  }
}

function endpointOf(endpoint: string | Endpoint): Endpoint {
  return typeof endpoint === 'string' ? { name: endpoint } : endpoint;
}

function specOf({ url: _, upSinceMs, ...spec }: Endpoint) {
  return upSinceMs === undefined ? spec : { ...spec, up_since_us: Math.floor(upSinceMs * 1000) };
}

function code(words: readonly string[], name: string, word: string | undefined): number {
  if (word === undefined) return OPERATIONS_OWN;
  const found = words.indexOf(word);
  if (found < 0) throw unfit(name, word, words.join(', '));
  return found;
}
