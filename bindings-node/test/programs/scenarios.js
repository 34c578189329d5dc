// Plays every scenario of a folder through the addon: a line `build name hash` for each.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { play } from "../../../bindings-wasm/test/scenarios/play.js";
import { core, NativeClient } from "../face.js";

const folder = process.argv[2];

for (const file of readdirSync(folder).filter((name) => name.endsWith(".json")).sort()) {
  const scenario = JSON.parse(readFileSync(join(folder, file), "utf8"));
  console.log("addon", file.slice(0, -".json".length), core.traceHash(play(scenario, (...of) => new NativeClient(...of))));
}
