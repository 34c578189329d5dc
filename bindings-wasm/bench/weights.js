// What a page loads of each package, as a bundler makes it.

import { buildSync } from "../packaging/node_modules/esbuild/lib/main.js";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

/** What a program that uses it imports. */
const PROGRAMS = {
  hedgerow: 'export { createClient } from "../lib/index.js";',
  "hedgerow/slim": 'export { createClient, init } from "../lib/slim.js";',
  "hedgerow, the driver alone": 'export { Client } from "../lib/client.js"; export * from "../lib/face.js";',
  "hedgerow/core": 'export { Client, load } from "../lib/core/index.js";',
  "hedgerow/fetch": 'export { withPolicy } from "../lib/fetch/index.js";',
  cockatiel: 'export { retry, circuitBreaker, bulkhead, wrap, handleAll, ConsecutiveBreaker } from "cockatiel";',
  opossum: 'export { default } from "opossum";',
  "p-retry": 'export { default } from "p-retry";',
};

/** The modules, and the entry with one of them inlined. */
const FILES = ["dist/core.wasm", "dist/client/web/hedgerow_bg.wasm", "dist/policies/web/hedgerow_bg.wasm", "lib/hedgerow.wasm", "lib/inlined.js", "lib/glue.js"];

/** Raw and compressed bytes of files as they are. */
export function artefacts() {
  return Object.fromEntries(FILES.map((name) => [name, sizes(readFileSync(new URL(`../${name}`, import.meta.url)))]));
}

/** Raw and compressed bytes of each bundle. */
export function weighed(names = Object.keys(PROGRAMS)) {
  return Object.fromEntries(names.map((name) => [name, weigh(PROGRAMS[name])]));
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
