/** The addon: functions over handles. The one file that knows its exports. */

import { createRequire } from 'node:module';

/** A handle, a buffer of the caller's, and numbers. */
type Hot<Arguments extends unknown[], Answer = number> = (
  handle: number,
  buffer: Float64Array,
  ...rest: Arguments
) => Answer;

export interface Addon {
  createShared(config: unknown, seed: Uint8Array, now: number, notes: boolean): number;
  restoreShared(
    snapshot: unknown,
    config: unknown,
    seed: Uint8Array,
    elapsed: number,
    now: number,
    notes: boolean,
  ): number;
  releaseShared(shared: number): boolean;
  sharedConfig(shared: number): string;
  attach(shared: number, listens: boolean, wake: () => void): number;
  'Client!free'(handle: number): void;
  recordCapacity(): number;
  recordTail(): number;

  readonly 'Client#start*': Hot<
    [cookie: number, namespace: number, operation: number, replicas: number, deadline: number, wall: number, packed: number, now: number]
  >;
  readonly 'Client#handleResponse*': Hot<[attempt: number, now: number]>;
  readonly 'Client#handleResponseWithLoad*': Hot<
    [attempt: number, inFlight: number, latency: number, wall: number, now: number]
  >;
  readonly 'Client#handleFailure*': Hot<
    [attempt: number, packed: number, retryAfter: number, maxRetries: number, now: number]
  >;
  readonly 'Client#handleCancelled*': Hot<[attempt: number, now: number]>;
  readonly 'Client#cancel*': Hot<[call: number, now: number]>;
  readonly 'Client#tick*': Hot<[now: number]>;
  readonly 'Client#shutDown*': Hot<[deadline: number, now: number]>;
  readonly 'Client#pollActions*': Hot<[]>;
  readonly 'Client#pollNotes*': Hot<[]>;
  readonly 'Client#handleSignalHeader*': Hot<[field: string, namespace: number, operation: number, now: number]>;
  readonly 'Client#handleSignals*': Hot<[records: unknown, now: number]>;
  readonly 'Client#handleTopology*': Hot<[changes: unknown, now: number], Float64Array>;

  'Client#handleClock'(handle: number, sent: number, received: number, wall: number, now: number): boolean;
  'Client#handleLease'(handle: number, start: number, count: number, expires: number, now: number): boolean;
  'Client#handleSuspended'(handle: number, now: number): void;
  'Client#handleLateTick'(handle: number, due: number, fired: number): void;
  'Client#namespace'(handle: number, name: string): number;
  'Client#operation'(handle: number, name: string): number;
  'Client#endpoint'(handle: number, name: string): number;
  'Client#endpointName'(handle: number, endpoint: number): string | null;
  'Client#token'(handle: number, call: number): string | null;
  'Client#inFlight'(handle: number, endpoint: number): number;
  'Client#isIdle'(handle: number): boolean;
  'Client#lateTolerance'(handle: number): number;
  'Client#snapshot'(handle: number, now: number): unknown;
  'Client#stats'(handle: number): Readonly<Record<string, unknown>>;
  'Client#explain'(handle: number, call: number): unknown;
  'Client#takeTrace'(handle: number): Uint8Array;
  'Client#scriptFractions'(handle: number, stream: number, fractions: Uint32Array): void;
}

let loaded: Addon | undefined;

/** The addon, loaded now unless it was. */
export function addon(): Addon {
  return (loaded ??= createRequire(import.meta.url)('./hedgerow.node') as Addon);
}

/** All that it exports, by name. */
export function exportsOf(addon: Addon): Readonly<Record<string, (...given: unknown[]) => unknown>> {
  return addon as unknown as Readonly<Record<string, (...given: unknown[]) => unknown>>;
}
