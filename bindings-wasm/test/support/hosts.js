// Clients of the built modules, in Node.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as faces from "./faces.js";

const dist = new URL("../../dist/", import.meta.url);

/** The classes of one build. */
export function classes(folder) {
  return createRequire(import.meta.url)(new URL(`${folder}/nodejs/hedgerow.js`, dist).pathname);
}

/** The module without imports. */
export function raw() {
  return new WebAssembly.Module(readFileSync(new URL("core.wasm", dist)));
}

/** A client through the classes of one build. */
export class ClassClient extends faces.ClassClient {
  constructor(folder, config, seed, now) {
    super(classes(folder), config, seed, now);
  }
}

/** A client through `core.wasm`. */
export class RawClient extends faces.RawClient {
  constructor(config, seed, now) {
    super(raw(), config, seed, now);
  }
}
