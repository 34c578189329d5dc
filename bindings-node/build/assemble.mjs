/**
 * Completes the package beside what the compiler wrote: `lib/core`, whose names are those of the addon, and the licences.
 *
 * The addon must have been copied to `lib/hedgerow.node`.
 */

import { copyFileSync, writeFileSync } from 'node:fs';
import { classes } from '../lib/core/classes.js';
import { addon } from '../lib/addon.js';

/** What belongs to the state that threads share, and to the layer above. */
const INTERNAL = ['createShared', 'restoreShared', 'releaseShared', 'sharedConfig', 'attach', 'recordCapacity', 'recordTail'];
/** Classes with a buffer, which lies in the memory of a module there and is an array here. */
const BUFFERED = ['Client', 'Picker'];

const names = Object.keys(classes(addon())).filter((name) => !INTERNAL.includes(name)).sort();
const plain = names.filter((name) => !BUFFERED.includes(name));
const list = (of) => of.map((name) => `  ${name},`).join('\n');

writeFileSync(new URL('../lib/core/index.js', import.meta.url), `/** The core without the driver, and every policy as a class of its own. */

import { addon } from '../addon.js';
import { classes } from './classes.js';

export const {
${list(names)}
} = classes(addon());
`);

const buffered = BUFFERED.map((name) => `
/** As in \`hedgerow/core\`, with its buffer as an array of its own. */
export type ${name} = Buffered<Module.${name}>;
export declare const ${name}: BufferedClass<typeof Module.${name}, ${name}>;
`);

writeFileSync(new URL('../lib/core/index.d.ts', import.meta.url), `/**
 * The core without the driver, numbers in and records out, and every policy as a class of its own: as \`hedgerow/core\`, with
 * nothing to load, and with buffers that are arrays. Objects belong to the thread that made them.
 */

import type * as Module from 'hedgerow/core';

type Buffered<T> = Omit<T, 'records'> & { records(): Float64Array };
type BufferedClass<C extends abstract new (...given: never[]) => unknown, T> = {
  [K in Exclude<keyof C, 'prototype'>]: C[K] extends (...given: infer A) => unknown ? (...given: A) => T : C[K];
} & (new (...given: ConstructorParameters<C>) => T);

export {
${list(plain)}
} from 'hedgerow/core';
${buffered.join('')}`);

for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) {
  copyFileSync(new URL(`../../${name}`, import.meta.url), new URL(`../${name}`, import.meta.url));
}
