/** A program that uses both packages: the engine is the only difference, and the classes of the core have one face. */

import { createClient, type Core } from 'hedgerow';
import { snapshotOf } from 'hedgerow/engine';
import { withPolicy } from 'hedgerow/fetch';
import type * as module from 'hedgerow/core';
import { attach, createShared, release } from '@hedgerow/native';
import * as native from '@hedgerow/native/core';

const shared: number = createShared({ limits: { hedges: 4 } }, new Uint8Array(32));
const engine: Core = attach(shared);
const client = createClient({ engine, endpoints: ['https://a.example'] });
const answer: Promise<number> = client.call(({ endpoint, kind }) => endpoint.length + kind.length);
const ask: typeof fetch = withPolicy(fetch, client);
release(shared);
release(createShared({}, undefined, { snapshot: snapshotOf(client), elapsedMs: 5 }));

/** Buffers lie in the memory of a module there, and are arrays here. */
type Same = Omit<typeof module, 'Client' | 'Picker' | 'engine' | 'load' | 'initSync' | 'default' | 'linearMemory'>;
const policies: Same = native;
const limiter: module.Limiter = new native.Limiter();
const picker = new native.Picker({}, new Uint8Array(32));
const lines: Float64Array = picker.records();
const alone = new native.Client({}, new Uint8Array(32), 0);
const also: native.Client = native.Client.withNotes({}, new Uint8Array(32), 0);
const written: number = alone.handleTimeout(1);

// @ts-expect-error a state is a number, not an object
attach({ shared });
// @ts-expect-error a document has no such field
createShared({ speed: 1 });

export { also, answer, ask, lines, limiter, policies, written };
