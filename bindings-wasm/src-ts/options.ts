/** What a client is built from, and what a call may say beside its callback. */

import type { Clock } from './clock.js';
import type { Core } from './engine.js';
import type { Config } from './generated/config.js';
import type { Classify } from './outcome.js';
import type { Event } from './event.js';
import type { Idempotency, Priority } from './words.js';

/** What a client is built from. */
export interface ClientOptions {
  /** Another core than the one of this package, such as a state that worker threads share. */
  readonly engine?: Core;
  /** The configuration document; a missing field has the core's default. */
  readonly config?: Config;
  /** Where to send; more can be added later. */
  readonly endpoints?: readonly (string | Endpoint)[];
  /** Names the endpoints that hold a key, for calls that give a `key` and no `replicas`. */
  readonly placement?: (key: string) => readonly string[];
  /** Judges errors of callbacks that carry no class of their own. */
  readonly classify?: Classify;
  /** Another clock than the host's, for tests. */
  readonly clock?: Clock;
  /** 32 secret bytes, unique to this client; drawn from the host's secure source when absent. */
  readonly seed?: Uint8Array | undefined;
  /** Is told every decision. One that throws is not called again. */
  readonly onEvent?: (event: Event) => void;
}

/** One server, or many servers behind one address. */
export interface Endpoint {
  /** Its name, unique among the endpoints, at most 64 bytes; attempts carry it. */
  readonly name: string;
  /** Base URL, for adapters; a name that is an absolute URL is its own base. */
  readonly url?: string;
  readonly zone?: string;
  readonly region?: string;
  /** Multiplies its score: a server twice as weak has 2. */
  readonly factor?: number;
  /** When it came up, in milliseconds of the client's clock; one added later starts when it is added. */
  readonly upSinceMs?: number;
  /** Whether it stands for many servers, so that one call may use it again. */
  readonly pool?: boolean;
}

/** What a call may say beside its callback. */
export interface CallOptions {
  /** Whose data; a name of the document. */
  readonly namespace?: string;
  /** What is done; a name of the document. */
  readonly op?: string;
  /** Endpoints that hold the data. */
  readonly replicas?: readonly string[];
  /** What the client's `placement` is asked for when there are no `replicas`. */
  readonly key?: string;
  /** Gives the call up when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from now after which the answer is worthless; `Infinity` for none. */
  readonly deadlineMs?: number;
  /** Whether the call may be sent again; overrides the operation's. */
  readonly idempotency?: Idempotency;
  /** How important the call is; overrides the operation's. */
  readonly priority?: Priority;
  /** The caller's own idempotency token, any text; it goes on every attempt. */
  readonly token?: string;
}
