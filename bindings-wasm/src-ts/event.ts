/**
 * Events: every decision of the core, told to one listener after it was made.
 *
 * The listener is called outside of the core and may use the client. One that throws is reported once and not called
 * again; calls go on.
 */

import { CAUSES, FAILURE_CLASSES, type AttemptKind, ATTEMPT_KINDS, type Cause, type FailureClass, type Outcome, OUTCOMES, slugOf } from './words.js';
import type { ReasonSlug } from './generated/reasons.js';
import type { Engine } from './engine.js';
import type { Endpoints } from './names.js';
import { type ActionRecord, causeOf, classOf, Code, kindOf, ordinalOf, outcomeOf, reasonOf, RECORD } from './generated/record.js';

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
      readonly outcome: Outcome;
      readonly class: FailureClass | undefined;
      readonly attempts: number;
      readonly wallMs: number;
      readonly lostMs: number;
      readonly cause: Cause | undefined;
    })
  | (Told & { readonly type: 'refuse' })
  | (Told & { readonly type: 'handshake'; readonly namespace: number })
  | (Told & { readonly type: 'note'; readonly value: number });

/** Tells the listener, in order; without one, nothing is made. */
export class Sink {
  #listener: ((event: Event) => void) | undefined;
  readonly #endpoints: Endpoints;
  readonly #waiting: Event[] = [];
  #telling = false;

  constructor(listener: ((event: Event) => void) | undefined, endpoints: Endpoints) {
    this.#listener = listener;
    this.#endpoints = endpoints;
  }

  /** Takes a record. */
  record(record: ActionRecord, now: number): void {
    if (this.#listener) this.#waiting.push(eventOf(record, now, this.#endpoints));
  }

  /** Takes a call that was not admitted. */
  refused(code: number, now: number): void {
    if (this.#listener) this.#waiting.push({ type: 'refuse', at: now, code, reason: slugOf(code), call: -1, attempt: -1, endpoint: '' });
  }

  /** Takes the notes that wait in the core. */
  notes(engine: Engine, now: number): void {
    if (!this.#listener) return;
    for (let count = engine.pollNotes(); count > 0; count = engine.pollNotes()) {
      const records = engine.records();
      for (let at = 0; at < count * RECORD; ) {
        this.record(records.slice(at, (at += RECORD)) as unknown as ActionRecord, now);
      }
    }
  }

  /** Tells what waits, unless a listener further up is at it and will be told. */
  deliver(): void {
    if (this.#telling) return;
    this.#telling = true;
    for (let event; (event = this.#waiting.shift()); ) this.#tell(event);
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

/** The event of a record. */
function eventOf(record: ActionRecord, at: number, endpoints: Endpoints): Event {
  const [kind, , call, attempt, place, time, argument, packed] = record;
  const code = reasonOf(packed);
  const endpoint = kind === Code.Handshake ? '' : endpoints.name(place);
  const told = { at, code, reason: slugOf(code), call, attempt, endpoint };
  switch (kind) {
    case Code.Send:
      return {
        ...told,
        type: 'send',
        kind: ATTEMPT_KINDS[kindOf(packed)] as AttemptKind,
        number: ordinalOf(packed),
        remainingMs: argument,
      };
    case Code.Cancel:
      return { ...told, type: 'cancel' };
    case Code.Complete:
      return {
        ...told,
        type: 'complete',
        outcome: OUTCOMES[outcomeOf(packed)] as Outcome,
        class: FAILURE_CLASSES[classOf(packed) - 1],
        attempts: ordinalOf(packed),
        wallMs: time,
        lostMs: argument,
        cause: CAUSES[causeOf(packed) - 1],
      };
    case Code.Handshake:
      return { ...told, type: 'handshake', namespace: place };
    default:
      return { ...told, type: 'note', value: time };
  }
}
