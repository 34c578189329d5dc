#!/usr/bin/env node
/**
 * `npx hedgerow`: documents checked and bounded, traces explained and replayed.
 *
 * A program of its own, beside the library and outside of its size. What is asked and what is answered is decided in its
 * module, the same that the native command and `python -m hedgerow` have; here files are read and texts are printed.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { initSync, run } from './glue.js';

/** What the module calls the faults of files. */
const FAULTS = { ENOENT: 'not_found', EACCES: 'denied', EPERM: 'denied', EISDIR: 'folder' };

const faultOf = (error) => FAULTS[error?.code] ?? 'other';

const files = {
  read(path) {
    try {
      return readFileSync(path);
    } catch (error) {
      return faultOf(error);
    }
  },
  write(path, bytes) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
      return undefined;
    } catch (error) {
      return faultOf(error);
    }
  },
};

/** Prints; a reader that went away has seen enough. */
function print(stream, text) {
  stream.on('error', () => {});
  stream.write(text);
}

initSync({ module: readFileSync(new URL('./cli.wasm', import.meta.url)) });
const answer = run(process.argv.slice(2), files);
print(process.stdout, answer.stdout);
print(process.stderr, answer.stderr);
process.exitCode = answer.exit;
