/**
 * Performing: what the core decided becomes attempts, aborts and settled promises.
 *
 * Actions are performed in the order in which the core gave them. Callbacks run here, and only here; what they do to
 * the client meanwhile is handed over by the driver, and its actions wait behind those that are being performed.
 */

import { type Attempt, Standing, Transmission } from './attempt.js';
import type { PendingCall } from './call.js';
import type { Engine } from './engine.js';
import { refusal } from './errors.js';
import type { Sink } from './event.js';
import { ReasonCode } from './generated/reasons.js';
import type { Endpoints } from './names.js';
import { ActionQueue } from './queue.js';
import { type ActionRecord, causeOf, Code, hasToken, Outcome, outcomeOf, reasonOf, Slot } from './generated/record.js';
import { attach, tell } from './report.js';

/** Who is told how attempts end. */
export interface Reports {
  answered(attempt: Transmission, value: unknown): void;
  failed(attempt: Transmission, error: unknown): void;
  /** An attempt was not begun, because its caller had given up. */
  unwanted(attempt: Transmission): void;
  /** A call was decided. */
  decided(): void;
}

export class Performer {
  readonly queue = new ActionQueue();
  /** Calls by cookie: the number that the core echoes with every action. */
  readonly calls = new Map<number, PendingCall>();
  readonly #engine: Engine;
  readonly #endpoints: Endpoints;
  readonly #sink: Sink;
  readonly #reports: Reports;

  constructor(engine: Engine, endpoints: Endpoints, sink: Sink, reports: Reports) {
    this.#engine = engine;
    this.#endpoints = endpoints;
    this.#sink = sink;
    this.#reports = reports;
  }

  /** Performs the action that waits longest; `false` when none does. */
  perform(now: number): boolean {
    const action = this.queue.next();
    if (action === undefined) return false;
    this.#sink.record(action, now);
    const call = this.calls.get(action[Slot.Cookie]);
    if (call?.id !== action[Slot.Call]) return true;
    switch (action[Slot.Code]) {
      case Code.Send:
        this.#send(call, action, now);
        break;
      case Code.Cancel:
        this.#cancel(call, action);
        break;
      case Code.Complete:
        this.#complete(call, action);
        break;
    }
    return true;
  }

  /** Forgets a call that is decided and has no attempt left to stop. */
  forget(call: PendingCall): void {
    if (call.decided && call.outstanding === 0) this.calls.delete(call.cookie);
  }

  #send(call: PendingCall, action: ActionRecord, now: number): void {
    const packed = action[Slot.Packed];
    if (call.token === undefined && hasToken(packed)) call.token = this.#engine.token(call.id);
    const endpoint = this.#endpoints.name(action[Slot.Endpoint]);
    const attempt = new Transmission(call, action[Slot.Attempt], endpoint, packed, action[Slot.Time], now);
    call.attempts.push(attempt);
    call.outstanding += 1;
    // The caller may have given up while this action waited.
    if (call.settled) this.#reports.unwanted(attempt);
    else this.#launch(call.callback, attempt);
  }

  #launch(callback: (attempt: Attempt) => unknown, attempt: Transmission): void {
    const reports = this.#reports;
    let result: unknown;
    try {
      result = callback(attempt);
      if (isThenable(result)) {
        Promise.resolve(result).then(
          (value) => reports.answered(attempt, value),
          (error: unknown) => reports.failed(attempt, error),
        );
        return;
      }
    } catch (error) {
      return reports.failed(attempt, error);
    }
    reports.answered(attempt, result);
  }

  #cancel(call: PendingCall, action: ActionRecord): void {
    const attempt = call.attempt(action[Slot.Attempt]);
    if (attempt?.standing !== Standing.Open) return;
    call.outstanding -= 1;
    attempt.stop(reasonOf(action[Slot.Packed]));
    this.forget(call);
  }

  #complete(call: PendingCall, action: ActionRecord): void {
    call.decided = true;
    if (outcomeOf(action[Slot.Packed]) === Outcome.Ok) call.resolve(call.attempt(action[Slot.Attempt])?.value);
    else if (!call.settled) call.reject(this.#verdict(call, action));
    this.#reports.decided();
    this.forget(call);
  }

  /** What a call that failed is rejected with: what its last attempt threw, where that is what ended it. */
  #verdict(call: PendingCall, [, , , , , wall, lost, packed]: ActionRecord): unknown {
    const reason = reasonOf(packed);
    const report = tell(call.attempts, reason, wall, lost, causeOf(packed));
    if (!call.failed || endsFromOutside(reason)) return refusal(reason, report, call.error);
    attach(call.error, report);
    return call.error;
  }
}

/** Whether no failure of an attempt ended the call: its time was over, or the client was shut down. */
function endsFromOutside(reason: ReasonCode): boolean {
  return reason === ReasonCode.CallTimeout || reason === ReasonCode.Deadline || reason === ReasonCode.Shutdown;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
