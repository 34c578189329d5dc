// The same cases, through the same runners, in headless Chromium.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { visit } from "./chromium.js";
import { listed, ofClients, ofPolicies } from "../vectors/topics.js";
import { readJson, readText } from "../support/files.js";

const repository = fileURLToPath(new URL("../../../", import.meta.url));
const BUILDS = 3;

/** How many cases must have run. */
function expected() {
  const lists = ["bindings-wasm/test/vectors/NOT-THROUGH-THE-BINDING", "tests/vectors/DEFERRED", "tests/vectors/ELSEWHERE"].map(readText);
  const left = listed(lists.join("\n"));
  const cases = ({ file }) => readJson(`tests/vectors/${file}`).cases.filter(({ id }) => !left.has(`${file} ${id}`)).length;
  const sum = (topics) => topics.reduce((all, topic) => all + cases(topic), 0);
  return sum(ofPolicies) + BUILDS * sum(ofClients);
}

test("every case holds in Chromium", async () => {
  const { fault, agent, results } = await visit(repository, "bindings-wasm/test/browser/vectors.html");
  assert.equal(fault, undefined);
  for (const { file, build, id, source, reading, error } of results) {
    if (error !== undefined) assert.fail(`${file} ${id} through ${build}\n  source: ${source}\n  reading: ${reading}\n  ${error}`);
  }
  assert.equal(results.length, expected());
  console.log(`${results.length} cases in ${agent}`);
});
