// Plays every scenario of a folder through each build, in Node: a line `build name hash` for each.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ClassClient, RawClient, classes } from "../support/hosts.js";
import { play } from "./play.js";

const folder = process.argv[2];
const tools = classes("policies");

const builds = {
  "core.wasm": (...of) => new RawClient(...of),
  client: (...of) => new ClassClient("client", ...of),
  policies: (...of) => new ClassClient("policies", ...of),
};

for (const file of readdirSync(folder).filter((name) => name.endsWith(".json")).sort()) {
  const scenario = JSON.parse(readFileSync(join(folder, file), "utf8"));
  for (const [build, make] of Object.entries(builds)) {
    console.log(build, file.slice(0, -".json".length), tools.traceHash(play(scenario, make)));
  }
}
