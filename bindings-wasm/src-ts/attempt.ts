/**
 * Attempts: one transmission of a call, as the callback sees it.
 *
 * The abort controller is made only when the callback reads `signal`: most callbacks of a fast path never do, and a
 * controller costs more than the whole decision.
 */

import type { PendingCall } from './call.js';
import { kindOf, ordinalOf, priorityOf, reasonOf } from './generated/record.js';
import { millis, whole } from './misuse.js';
import { ATTEMPT_KINDS, type AttemptKind } from './words.js';

/** What a server tells of its load with an answer. */
export interface ServerLoad {
  /** Requests in flight there, of all clients: a whole number from 0. */
  readonly inFlight: number;
  /** Latency there at about that load, in milliseconds from 0; without it, what the attempt took is read. */
  readonly latencyMs?: number | undefined;
}

/** What a server tells of its clock with an answer. */
export interface ServerClock {
  /** Its wall time, read while it answered, in milliseconds since 1970. */
  readonly wallMs: number;
}

/** What a server tells with an answer: its load, its time, or both. */
export type ServerReport =
  | (ServerLoad & { readonly wallMs?: number | undefined })
  | (ServerClock & { readonly inFlight?: undefined; readonly latencyMs?: undefined });

/** One transmission of a call: where to, which, and until when. */
export interface Attempt {
  /** Name of the endpoint to send to. */
  readonly endpoint: string;
  /** From 1, in order of sending. */
  readonly number: number;
  /** Why it is sent: `primary`, `hedge` while another one may still answer, or `retry`. */
  readonly kind: AttemptKind;
  /** When the call is over at the latest, in milliseconds of the client's clock. */
  readonly deadline: number;
  /** The idempotency token, the same on every attempt of the call; `undefined` when the call has none. */
  readonly token: string | undefined;
  /** Aborted when this attempt is not wanted any more; made when it is first read. */
  readonly signal: AbortSignal;

  /**
   * Hands in what the server told of its load, which `balance.policy` `hot_cold` heeds, and of its clock, by which
   * `token.clock` `estimated` goes.
   *
   * It counts when the attempt answers, so it is called before that; called again, the last report counts.
   */
  report(said: ServerReport): void;
}

/** How an attempt stands with the core. */
export const enum Standing {
  /** Outstanding. */
  Open,
  /** Asked to cancel; its end is not known. */
  Unwanted,
  /** Its end was reported. */
  Ended,
}

/** An attempt with what the driver keeps of it. */
export class Transmission implements Attempt {
  declare readonly endpoint: string;
  declare readonly number: number;
  declare readonly kind: AttemptKind;
  declare readonly deadline: number;
  declare readonly token: string | undefined;
  /** @internal */
  declare readonly id: number;
  /** @internal */
  declare readonly call: PendingCall;
  /** @internal */
  declare readonly start: number;
  /** @internal */
  declare readonly priority: number;
  /** @internal */
  end = -1;
  /** Code of the failure class, 0 for an answer, −1 while unknown. @internal */
  result = -1;
  /** What it answered, kept until the call is decided. @internal */
  declare value: unknown;
  /** What the server told. @internal */
  declare said: ServerReport | undefined;
  /** @internal */
  standing: Standing = Standing.Open;
  /** Code of the reason why it was sent, later of the reason why it was cancelled. @internal */
  declare reason: number;
  #controller: AbortController | undefined;

  constructor(call: PendingCall, id: number, endpoint: string, packed: number, deadline: number, now: number) {
    this.call = call;
    this.id = id;
    this.endpoint = endpoint;
    this.number = ordinalOf(packed);
    this.kind = ATTEMPT_KINDS[kindOf(packed)] as AttemptKind;
    this.priority = priorityOf(packed);
    this.reason = reasonOf(packed);
    this.deadline = deadline;
    this.token = call.token;
    this.start = now;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.standing === Standing.Unwanted) this.stop(this.reason);
    }
    return this.#controller.signal;
  }

  report(said: ServerReport): void {
    const { inFlight, latencyMs, wallMs } = said;
    // A latency belongs to a load, and a report says something.
    if (inFlight !== undefined || latencyMs !== undefined || wallMs === undefined) whole('inFlight', inFlight);
    if (latencyMs !== undefined) millis('latencyMs', latencyMs);
    if (wallMs !== undefined) millis('wallMs', wallMs);
    this.said = { ...said };
  }

  /** Whether the callback could have seen an abort. @internal */
  get wasAborted(): boolean {
    return this.#controller?.signal.aborted === true;
  }

  /** Aborts what the callback left running behind its answer. @internal */
  abort(why: unknown): void {
    this.#controller?.abort(why);
  }

  /** Tells the callback to stop, if it listens. @internal */
  stop(reason: number): void {
    this.standing = Standing.Unwanted;
    this.reason = reason;
    this.#controller?.abort(this.call.whyStopped(reason));
  }
}
