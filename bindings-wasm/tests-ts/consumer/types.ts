/** What a program that uses the package may write, and what it may not; compiled, never run. */

import { createClient, failure, reportOf, type Client, type Config, type Event, TimeoutError } from 'hedgerow';
import { engine } from 'hedgerow/core';
import { snapshotOf } from 'hedgerow/engine';
import { withPolicy } from 'hedgerow/fetch';
import { clockSample, lease, signals, suspended } from 'hedgerow/inputs';
import * as slim from 'hedgerow/slim';
import { ScriptedTransport, createTestClient } from 'hedgerow/testing';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => undefined;

const config: Config = {
  objective: { target_us: 10_000 },
  operations: { get: { idempotency: 'natural', hedge: { strategy: 'slo' } } },
  namespaces: { users: { limits: { calls: 10 }, operations: { get: { objective: { max_us: 5000 } } } } },
  ejection: { failure_percentage: null },
};
// @ts-expect-error no such word
export const word: Config = { hedge: { strategy: 'fast' } };
// @ts-expect-error no such field
export const field: Config = { hedge: { delay: 5 } };
// @ts-expect-error where this field may not stand
export const place: Config = { namespaces: { users: { trace: { notes: 5 } } } };
export const waiting: Config = { hedge: { denied: 'wait' } };

const client: Client = createClient({
  config,
  endpoints: ['a', { name: 'b', zone: 'z', factor: 2 }],
  placement: (key) => [key],
  classify: (error) => (error instanceof TypeError ? 'fatal' : { class: 'overloaded', retryAfterMs: 5 }),
  onEvent: (event: Event) => (event.type === 'complete' ? event.wallMs : event.at),
});

const text = client.call(async ({ endpoint, signal, token }) => `${endpoint} ${String(signal.aborted)} ${token ?? ''}`);
same<typeof text, Promise<string>>(true);
void client.call((attempt) => attempt.report({ inFlight: 3, latencyMs: 0.5 }));
void client.call((attempt) => attempt.report({ wallMs: Date.now() }));
void client.call((attempt) => attempt.report({ inFlight: 3, wallMs: undefined }));
// @ts-expect-error a latency belongs to a load
void client.call((attempt) => attempt.report({ latencyMs: 5 }));
// @ts-expect-error a latency belongs to a load, whatever the clock
void client.call((attempt) => attempt.report({ latencyMs: 5, wallMs: 5 }));
// @ts-expect-error a report says something
void client.call((attempt) => attempt.report({}));
const number = client.call(() => 5, { op: 'get', key: 'k', deadlineMs: Infinity, priority: 'bulk', signal: undefined });
same<typeof number, Promise<number>>(true);

// @ts-expect-error a promise cannot be repeated
void client.call(Promise.resolve(1));
// @ts-expect-error no such option
void client.call(() => 1, { deadline: 5 });
// @ts-expect-error no such word
void client.call(() => 1, { idempotency: 'yes' });
// @ts-expect-error what attempts carry is not for the callback to change
void client.call((attempt) => (attempt.number = 5));

text.catch((error: unknown) => {
  if (error instanceof TimeoutError) same<typeof error.lostMs, number>(true);
  const story = reportOf(error);
  return story?.attempts[0]?.durationMs ?? failure(new Error(), 'transient');
});

const hedged = withPolicy(fetch, client, { readBody: true });
same<ReturnType<typeof hedged>, Promise<Response>>(true);
void hedged('/x', { method: 'PUT', body: () => 'again', hedgerow: { op: 'get' } });
const plain: typeof fetch = (input, init) => hedged(input, init);

clockSample(client, { sentMs: 1, receivedMs: 2, wallMs: Date.now() });
lease(client, { startUs: 1_700_000_000_000_000, count: 100, expiresMs: client.clock.now() + 1000 });
same<ReturnType<typeof signals>, number>(true);
suspended(client);
// @ts-expect-error a lease ends
lease(client, { startUs: 1, count: 1 });

same<ReturnType<typeof snapshotOf>, unknown>(true);
void slim.createClient({ engine: engine({ snapshot: snapshotOf(client), elapsedMs: undefined }) });
// @ts-expect-error nothing to go on from
engine({ elapsedMs: 5 });

slim.initSync(new Uint8Array());
const scene = createTestClient({ draws: { backoff: [0.5] } });
void scene.client.call(new ScriptedTransport(scene.clock, [{ answer: 5 }]).send);
void [plain, number];
client.close();
