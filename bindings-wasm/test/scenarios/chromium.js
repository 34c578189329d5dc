// Plays every scenario of `target/scenarios` through each build in headless Chromium: a line `build name hash` for each.

import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { visit } from "../browser/chromium.js";

const repository = fileURLToPath(new URL("../../../", import.meta.url));
const files = readdirSync(`${repository}/target/scenarios`).filter((name) => name.endsWith(".json")).sort();
const names = files.map((name) => name.slice(0, -".json".length));
const page = `bindings-wasm/test/scenarios/scenarios.html?names=${names.join()}`;
const { fault, lines } = await visit(repository, page);
if (fault !== undefined) throw new Error(fault);
console.log(lines.join("\n"));
