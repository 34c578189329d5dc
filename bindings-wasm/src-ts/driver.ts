/**
 * The driver: carries what happens to the core, and has performed what the core decides.
 *
 * One turn is: hand one input over, copy the actions it led to, perform them in order, arm the one timer, tell the
 * listener. An input that comes while actions are performed is handed over at once, and its actions are performed by the
 * turn that is under way. The clock is read once per input.
 *
 * Nothing is decided here. When the core breaks (it does not), every call is rejected and the client is unusable.
 */

import { Standing, type Transmission } from './attempt.js';
import type { Owner, PendingCall } from './call.js';
import type { Clock } from './clock.js';
import type { Engine } from './engine.js';
import { refusal, StateError } from './errors.js';
import type { Sink } from './event.js';
import type { Endpoints } from './names.js';
import { classCode, type Classify, type Failure, meaningOf } from './outcome.js';
import { misuse, translated } from './misuse.js';
import { Performer, type Reports } from './performer.js';
import * as record from './generated/record.js';
import { CANCELLED } from './report.js';
import { OneTimer, type Sleeper } from './timer.js';

/** The numbers of a start; the deadline is milliseconds from now, `Infinity` for none. */
export type StartNumbers = readonly [
  namespace: number,
  operation: number,
  replicas: readonly string[] | undefined,
  deadlineMs: number,
  wall: number,
  packed: number,
];

export class Driver implements Owner, Reports, Sleeper {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #endpoints: Endpoints;
  readonly #classify: Classify | undefined;
  readonly #sink: Sink;
  readonly #timer: OneTimer;
  readonly #performer: Performer;
  #cookies = 0;
  #pending = 0;
  #performing = false;
  #stopping = false;
  #stopped: StateError | undefined;

  constructor(engine: Engine, clock: Clock, endpoints: Endpoints, classify: Classify | undefined, sink: Sink) {
    this.#engine = engine;
    this.#clock = clock;
    this.#endpoints = endpoints;
    this.#classify = classify;
    this.#sink = sink;
    this.#performer = new Performer(engine, endpoints, sink, this);
    this.#timer = new OneTimer(clock, engine.lateTolerance(), this);
    engine.woken?.(this, endpoints);
  }

  /** Calls whose caller waits. */
  get pending(): number {
    return this.#pending;
  }

  /** The core, unless the client was closed or broke. */
  get engine(): Engine {
    if (this.#stopped) throw this.#stopped;
    return this.#engine;
  }

  /** Starts a call, or rejects it. */
  start(call: PendingCall, numbers: StartNumbers): void {
    if (!this.#stopped) this.#hand((now) => this.#start(call, numbers, now));
    else call.reject(this.#stopped);
  }

  /** The caller gave up. */
  abandon(call: PendingCall): void {
    if (call.decided) return;
    this.#hand((now) => this.#engine.cancel(call.id, now));
    if (!this.#stopped && this.#engine.next() === Infinity) this.#timer.clear();
  }

  /** An attempt has an answer. */
  answered(attempt: Transmission, value: unknown): void {
    this.#hand((now) => {
      if (!attempt.call.settled) attempt.value = value;
      this.#ended(attempt, 0, now);
      this.#engine.response(attempt.id, attempt.said, now);
    });
  }

  /** An attempt threw. */
  failed(attempt: Transmission, error: unknown): void {
    this.#hand((now) => {
      if (attempt.wasAborted) this.#reportCancelled(attempt, now);
      else this.#reportFailure(attempt, error, now);
    });
  }

  unwanted(attempt: Transmission): void {
    const now = this.#clock.now();
    this.#reportCancelled(attempt, now);
    this.#take(now);
  }

  decided(): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#timer.hold(false);
  }

  tick(): void {
    this.#hand((now) => {
      if (this.#engine.next() <= now) this.#engine.timeout(now);
    });
  }

  late(due: number, fired: number): void {
    if (this.#stopped) return;
    try {
      this.#engine.lateTick(due, fired);
    } catch (error) {
      this.#poison(error);
    }
  }

  /** Hands one rare input over; what it throws is the caller's. */
  input<T>(give: (engine: Engine, now: number) => T): T {
    const now = this.#clock.now();
    const answer = translated(() => give(this.engine, now));
    this.#turn(now);
    return answer;
  }

  /** Ends every call and lets the core go. */
  close(): void {
    this.#stopping = true;
    this.#hand((now) => {
      this.#engine.drain(now, now);
      this.#take(now);
      // The drain's own timer is due behind whatever was due at this very microsecond.
      this.#engine.timeout(now + 1);
    });
  }

  #start(call: PendingCall, numbers: StartNumbers, now: number): void {
    const [namespace, operation, names, deadlineMs, wall, packed] = numbers;
    call.cookie = this.#cookies += 1;
    this.#performer.calls.set(call.cookie, call);
    const replicas = this.#endpoints.write(names, this.#engine);
    // What has passed already must not read as "not given".
    const deadline = Math.max(now + deadlineMs, 0);
    const id = this.#engine.start(call.cookie, namespace, operation, replicas, deadline, wall, packed, now);
    if (id > 0) {
      call.id = id;
      this.#pending += 1;
      if (this.#pending === 1) this.#timer.hold(true);
    } else this.#denied(call, -id, now);
  }

  #denied(call: PendingCall, reason: number, now: number): void {
    this.#performer.calls.delete(call.cookie);
    if (Number.isNaN(reason)) return call.reject(misuse('an option of the call is out of range'));
    this.#sink.refused(reason, now);
    call.reject(refusal(reason));
  }

  #reportCancelled(attempt: Transmission, now: number): void {
    this.#ended(attempt, CANCELLED, now);
    this.#engine.cancelled(attempt.id, now);
  }

  #reportFailure(attempt: Transmission, thrown: unknown, now: number): void {
    const { call } = attempt;
    let error = thrown;
    let meaning: Failure;
    try {
      meaning = meaningOf(thrown, this.#classify);
    } catch (mistake) {
      // A judge that fails is a mistake of the program: it is shown at once, not retried.
      error = mistake;
      meaning = { class: 'fatal' };
    }
    call.error = error;
    call.failed = true;
    const code = classCode(meaning);
    this.#ended(attempt, code, now);
    const packed = code + (meaning.never === true ? record.NEVER : 0);
    const { retryAfterMs = record.NOT_GIVEN, maxRetries = record.NOT_GIVEN } = meaning;
    this.#engine.failure(attempt.id, packed, retryAfterMs, maxRetries, now);
  }

  #ended(attempt: Transmission, result: number, now: number): void {
    attempt.end = now;
    attempt.result = result;
    if (attempt.standing === Standing.Open) attempt.call.outstanding -= 1;
    attempt.standing = Standing.Ended;
    this.#performer.forget(attempt.call);
  }

  /** Copies what the last input led to, performs it unless a turn further up will, and goes to sleep. */
  #turn(now: number): void {
    try {
      this.#take(now);
      if (this.#performing) return;
      this.#performing = true;
      while (!this.#stopped && this.#performer.perform(now));
      this.#performing = false;
      if (this.#stopping) this.#stop(new StateError('closed', 'the client was closed'));
      else if (!this.#stopped) this.#timer.arm(this.#engine.next());
    } catch (error) {
      this.#poison(error);
    }
    this.#sink.deliver();
  }

  #take(now: number): void {
    const engine = this.#engine;
    let count = engine.take();
    while (count > 0) {
      const records = engine.records();
      this.#performer.queue.push(records, count);
      if ((count + 1) * record.RECORD <= records.length) break;
      engine.poll();
      count = engine.take();
    }
    this.#sink.notes(engine, now);
  }

  /** Hands an input of the calls over, and has performed what it led to; a client that has stopped takes none. */
  #hand(give: (now: number) => void): void {
    if (this.#stopped) return;
    const now = this.#clock.now();
    try {
      give(now);
    } catch (error) {
      return this.#poison(error);
    }
    this.#turn(now);
  }

  #poison(cause: unknown): void {
    this.#stop(new StateError('poisoned', 'the core broke; build another client', undefined, { cause }));
  }

  #stop(why: StateError): void {
    if (this.#stopped) return;
    this.#stopped = why;
    this.#performing = false;
    this.#pending = 0;
    this.#timer.hold(false);
    this.#timer.clear();
    for (const call of this.#performer.calls.values()) call.reject(why);
    if (why.code === 'closed') this.#engine.free();
  }
}
