import type { ServerReport } from './attempt.js';
import type { Clock } from './clock.js';
import type { Config } from './generated/config.js';
import type { Failure } from './outcome.js';
import type { FailureClass } from './words.js';

/**
 * The core as the driver sees it: numbers in, records out.
 *
 * Everything that decides lies behind this interface, and everything that waits, calls back or aborts lies before it.
 * The WebAssembly build implements it, and so can any other build of the core. Times are milliseconds of one
 * monotonic clock, ids are whole numbers below 2^53, −1 stands for what is not given.
 *
 * An input leaves what it led to in the record buffer. The driver copies records before it runs any callback, because
 * a callback may start another call, and that writes the same buffer.
 */
export interface Engine {
  /** The record buffer as it lies in memory now; growth of the memory replaces it, so it is asked for each time. */
  records(): Float64Array;

  /**
   * Records that the last input or poll wrote, told once: asked again it answers 0. When the buffer is full, more may
   * wait for {@link Engine.poll}.
   */
  take(): number;

  /** When the next timer is due, as of the last input or poll; `Infinity` for never. */
  next(): number;

  /** Moves waiting actions into the buffer, oldest first. */
  poll(): void;

  /**
   * Starts a call; answers its id, minus the code of the reason why it is denied, or NaN for arguments that are none.
   * Ids of `replicas` endpoints lie at the head of the buffer. `packed` is priority + 2^8 × idempotency (255: the
   * operation's) + 2^16 with a token + 2^17 for no hedges + 2^18 for no retries.
   */
  start(
    cookie: number,
    namespace: number,
    operation: number,
    replicas: number,
    deadline: number,
    wall: number,
    packed: number,
    now: number,
  ): number;

  /** Reports the answer of an attempt, and what the server told with it. */
  response(attempt: number, said: ServerReport | undefined, now: number): void;

  /** Reports the failure of an attempt; `packed` is its class + 2^8 when the server said never. */
  failure(attempt: number, packed: number, retryAfter: number, maxRetries: number, now: number): void;

  /** Reports that an attempt is over and produced nothing. */
  cancelled(attempt: number, now: number): void;

  /** Gives a call up. */
  cancel(call: number, now: number): void;

  /** Fires every timer that is due. */
  timeout(now: number): void;

  /** Denies later starts; what is undecided at the deadline (−1 for none) is shut down. */
  drain(deadline: number, now: number): void;

  /** Reports a tick that was due at one time and came at another. */
  lateTick(due: number, fired: number): void;

  /** Hands in the response field `Hedgerow-Slo` of a server; answers the version of its record, −1 when it has none. */
  signal(field: string, namespace: number, operation: number, now: number): number;

  /** Hands in the records of a server in their map form; answers how many were not valid. */
  signals(records: unknown, now: number): number;

  /** Hands in a reading of a server's wall clock between two times. */
  clockSample(sent: number, received: number, wall: number, now: number): void;

  /** Hands in a lease of `count` timestamps from `start` on (µs since 1970), good until `expires`. */
  lease(start: number, count: number, expires: number, now: number): void;

  /** Reports that the machine slept, so that its clock may have stood still. */
  suspended(now: number): void;

  /** Applies changes of the endpoints, all or none; answers the ids of those added and updated. */
  topology(changes: readonly TopologyChange[], now: number): ArrayLike<number>;

  /** Moves waiting notes into the buffer, oldest first; answers how many. */
  pollNotes(): number;

  /** The number of a namespace, which is made known if it was not. */
  namespace(name: string): number;

  /** The number of an operation, which is made known if it was not. */
  operation(name: string): number;

  /** The text of a call's token; `undefined` when it has none or is forgotten. */
  token(call: number): string | undefined;

  /** Attempts at an endpoint whose end is not known. */
  inFlight(endpoint: number): number;

  /** Whether no call is undecided and none lingers. */
  isIdle(): boolean;

  /** Lateness of a tick, in milliseconds, from which on results get a turn before the timers. */
  lateTolerance(): number;

  /** Every counter. */
  stats(): Stats;

  /** What was learned, as plain values that JSON keeps; of builds that can go on from it. */
  snapshot?(now: number): unknown;

  /** Why a call did what it did. */
  explain(call: number): unknown;

  /** The records of the trace that wait, in their compact form. */
  takeTrace(): Uint8Array;

  /** Replaces the draws of one policy stream by fractions of 2^32, for tests. */
  script(stream: number, fractions: Uint32Array): void;

  /** Releases the memory; the engine is not used again. */
  free(): void;

  /**
   * Where others use the same state: takes who has a turn when something waits that one of them led to, and who is to be
   * told endpoints that one of them added.
   */
  woken?(sleeper: { tick(): void }, endpoints: KnownEndpoints): void;
}

/** Endpoints that the driver knows, by name and id. */
export interface KnownEndpoints {
  /** The name of an id, empty for an unknown one. */
  name(id: number): string;
  /** Makes one known. */
  set(name: string, id: number): void;
}

/** What the core can tell without a client: its tables of HTTP, as functions of numbers and texts. */
export interface Tables {
  /** The code of idempotency that a method has, 0 to 3: none, retry, natural, token. */
  idempotency(method: string, token: boolean): number;

  /**
   * What an answer tells the policies, `undefined` for a success. `header` is asked for what the core looks at, and
   * the clock for the wall time where one of those headers is there.
   */
  answer(
    status: number,
    header: (name: string) => string | null,
    repeatsToken: boolean,
    clock: Clock,
  ): Failure | undefined;

  /** The class of a failure without an answer, `undefined` when it was cancelled. */
  fault(fault: Fault): FailureClass | undefined;

  /**
   * Writes the request field `Hedgerow-Client`: version of the record that was seen (−1 for none), ordinal of the attempt,
   * whether it is a hedge, milliseconds until the caller gives up, priority, number of the call, name of this client.
   */
  clientField(
    seen: number,
    attempt: number,
    hedge: boolean,
    left: number,
    priority: number,
    call: number,
    client: string,
  ): string;
}

/** The whole core: clients, and tables. */
export interface Core extends Tables {
  /** What a client has that is not told otherwise, where that is fixed: configuration, seed and clock. */
  readonly defaults?: { readonly config: Config; readonly seed: Uint8Array; readonly clock: Clock };

  /** Builds a client. `notes` keeps decisions without an action for a listener. */
  create(config: unknown, seed: Uint8Array, notes: boolean, now: number): Engine;
}

/** What an earlier client had learned, to go on from. */
export interface Learned {
  /** Its snapshot. */
  readonly snapshot: unknown;
  /** Milliseconds that have passed since, by which ages grow; 0 when that is not known. */
  readonly elapsedMs?: number | undefined;
}

/** A failure without an answer. */
export const enum Fault {
  ConnectionRefused = 0,
  NameResolution = 1,
  TlsBeforeRequest = 2,
  StreamRefused = 3,
  ResetAfterSend = 4,
  AttemptTimer = 5,
  CallerAbort = 6,
  Other = 7,
}

/** One change of the endpoints, in the form of the document. */
export interface TopologyChange {
  readonly do: 'add' | 'update' | 'remove';
  readonly name: string;
  readonly zone?: string | null;
  readonly region?: string | null;
  readonly factor?: number | null;
  readonly up_since_us?: number | null;
  readonly pool?: boolean;
}

/** Counters by name. */
export type Stats = Readonly<Record<string, unknown>>;
