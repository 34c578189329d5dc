/**
 * Events: every decision of the core, told to one listener after it was made.
 *
 * The listener is called outside of the core and may use the client. One that throws is reported once and not called
 * again; calls go on.
 */

import { CAUSES, FAILURE_CLASSES, type AttemptKind, ATTEMPT_KINDS, type Cause, type FailureClass, OUTCOMES, slugOf } from './words.js';
import type { ReasonSlug } from './generated/reasons.js';
import type { Endpoints } from './names.js';
import { causeOf, classOf, Code, kindOf, ordinalOf, outcomeOf, reasonOf, Slot } from './record.js';

/** What every event has: when, why, and what it concerns (−1 for nothing). */
interface Told {
  /** When, in milliseconds of the client's clock. */
  readonly at: number;
  /** Stable number of the reason. */
  readonly code: number;
  readonly reason: ReasonSlug;
  /** Id of the call, the same on all its events. */
  readonly call: number;
  readonly attempt: number;
  /** Name of the endpoint, empty for none. */
  readonly endpoint: string;
}

/** Something that the core decided. */
export type Event =
  | (Told & { readonly type: 'send'; readonly kind: AttemptKind; readonly number: number; readonly remainingMs: number })
  | (Told & { readonly type: 'cancel' })
  | (Told & {
      readonly type: 'complete';
      readonly outcome: 'ok' | 'failed' | 'cancelled';
      readonly class: FailureClass | undefined;
      readonly attempts: number;
      readonly wallMs: number;
      readonly lostMs: number;
      readonly cause: Cause | undefined;
    })
  | (Told & { readonly type: 'refuse' })
  | (Told & { readonly type: 'handshake'; readonly namespace: number })
  | (Told & { readonly type: 'note'; readonly value: number });

/** Tells the listener, in order; none is wanted when there is no listener. */
export class Sink {
  #listener: ((event: Event) => void) | undefined;
  #waiting: Event[] = [];
  #telling = false;

  constructor(listener: ((event: Event) => void) | undefined) {
    this.#listener = listener;
  }

  get isWanted(): boolean {
    return this.#listener !== undefined;
  }

  push(event: Event): void {
    this.#waiting.push(event);
  }

  /** Tells what waits, unless a listener further up is at it and will be told. */
  deliver(): void {
    if (this.#telling) return;
    this.#telling = true;
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) this.#tell(event);
    this.#telling = false;
  }

  #tell(event: Event): void {
    try {
      this.#listener?.(event);
    } catch (error) {
      this.#listener = undefined;
      console.error('hedgerow: the listener threw and is not called again', error);
    }
  }
}

/** The event of the record that begins at this place. @internal */
export function eventOf(records: ArrayLike<number>, at: number, now: number, endpoints: Endpoints): Event {
  const slot = (which: Slot): number => records[at + which] ?? 0;
  const packed = slot(Slot.Packed);
  const code = reasonOf(packed);
  const told = {
    at: now,
    code,
    reason: slugOf(code),
    call: slot(Slot.Call),
    attempt: slot(Slot.Attempt),
    endpoint: slot(Slot.Code) === Code.Handshake ? '' : endpoints.name(slot(Slot.Endpoint)),
  };
  switch (slot(Slot.Code)) {
    case Code.Send:
      return {
        ...told,
        type: 'send',
        kind: ATTEMPT_KINDS[kindOf(packed)] ?? 'primary',
        number: ordinalOf(packed),
        remainingMs: slot(Slot.Argument),
      };
    case Code.Cancel:
      return { ...told, type: 'cancel' };
    case Code.Complete:
      return {
        ...told,
        type: 'complete',
        outcome: OUTCOMES[outcomeOf(packed)] ?? 'failed',
        class: FAILURE_CLASSES[classOf(packed) - 1],
        attempts: ordinalOf(packed),
        wallMs: slot(Slot.Time),
        lostMs: slot(Slot.Argument),
        cause: CAUSES[causeOf(packed) - 1],
      };
    case Code.Handshake:
      return { ...told, type: 'handshake', namespace: slot(Slot.Endpoint) };
    default:
      return { ...told, type: 'note', value: slot(Slot.Time) };
  }
}

/** The event of a call that was not admitted. @internal */
export function refused(code: number, now: number): Event {
  return { type: 'refuse', at: now, code, reason: slugOf(code), call: -1, attempt: -1, endpoint: '' };
}
