// What a page loads of each package, as a bundler makes it.

import { buildSync } from "../packaging/node_modules/esbuild/lib/main.js";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

const DRIVER = 'export { Client } from "../lib/client.js"; export * from "../lib/face.js";';
const INPUTS = 'export * from "../lib/inputs.js";';
const FETCH = 'export { withPolicy } from "../lib/fetch/index.js";';

/** What a program that uses it imports. */
const PROGRAMS = {
  hedgerow: 'export { createClient } from "../lib/index.js";',
  "hedgerow/slim": 'export { createClient, init } from "../lib/slim.js";',
  "hedgerow, the driver alone": DRIVER,
  "hedgerow/core": 'export { Client, load } from "../lib/core/index.js";',
  "hedgerow/fetch": FETCH,
  cockatiel: 'export { retry, circuitBreaker, bulkhead, wrap, handleAll, ConsecutiveBreaker } from "cockatiel";',
  opossum: 'export { default } from "opossum";',
  "p-retry": 'export { default } from "p-retry";',
};

/**
 * What a further entry adds to a program: whoever imports one has a client too, and the bundler shares what both use. So its
 * own weight is that of the bundle with both, less that of the driver alone.
 */
const INCREMENTS = {
  "hedgerow/inputs, beside the driver": [DRIVER + INPUTS, DRIVER],
  "hedgerow/fetch, beside the driver": [DRIVER + FETCH, DRIVER],
};

/** The modules, and the entry with one of them inlined. */
const FILES = ["dist/core.wasm", "dist/client/web/hedgerow_bg.wasm", "dist/policies/web/hedgerow_bg.wasm", "lib/hedgerow.wasm", "lib/inlined.js", "lib/glue.js"];

/** Raw and compressed bytes of files as they are. */
export function artefacts() {
  return Object.fromEntries(FILES.map((name) => [name, sizes(readFileSync(new URL(`../${name}`, import.meta.url)))]));
}

/** Raw and compressed bytes of each bundle. */
export function weighed(names = [...Object.keys(PROGRAMS), ...Object.keys(INCREMENTS)]) {
  return Object.fromEntries(names.map((name) => [name, name in PROGRAMS ? weigh(PROGRAMS[name]) : increment(...INCREMENTS[name])]));
}

function increment(whole, part) {
  const [all, without] = [weigh(whole), weigh(part)];
  return { raw: all.raw - without.raw, gzip: all.gzip - without.gzip };
}

function weigh(contents) {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: here }, bundle: true, minify: true, write: false, format: "esm", platform: "node",
    logLevel: "error",
  });
  return sizes(outputFiles[0].contents);
}

function sizes(bytes) {
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
}
