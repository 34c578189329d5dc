// Every conformance case that the binding's surface can run, through the classes and through the module without imports.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { ClassClient, RawClient } from "./support/faces.js";
import { classes, raw } from "./support/hosts.js";
import { readJson, readText } from "./support/files.js";
import { runFile } from "./vectors/run.js";
import { listed, ofClients, ofPolicies } from "./vectors/topics.js";

const policies = classes("policies");
const client = classes("client");
const module = raw();
const own = listed(readText("bindings-wasm/test/vectors/NOT-THROUGH-THE-BINDING"));
const left = new Set([...own, ...listed(readText("tests/vectors/DEFERRED"))]);
const memory = () => policies.linearMemory();

const builds = {
  policies: (...of) => new ClassClient(policies, ...of),
  client: (...of) => new ClassClient(client, ...of),
  "core.wasm": (...of) => new RawClient(module, ...of),
};

function hold(topic, build) {
  test(`${topic.file} through ${build}`, () => {
    const document = readJson(`tests/vectors/${topic.file}`);
    const results = runFile(topic, { policies, memory, client: builds[build] }, document, left);
    assert.ok(results.length > 0, "no case ran");
    for (const { id, source, reading, error } of results) {
      if (error !== undefined) assert.fail(`${id}\n  source: ${source}\n  reading: ${reading}\n  ${error}`);
    }
  });
}

for (const topic of ofPolicies) hold(topic, "policies");
for (const topic of ofClients) for (const build of Object.keys(builds)) hold(topic, build);

test("every file of cases has a runner or stands in a list", () => {
  const run = new Set([...ofPolicies, ...ofClients].map(({ file }) => file));
  const files = readdirSync(new URL("../../tests/vectors/", import.meta.url)).filter((name) => name.endsWith(".json"));
  assert.deepEqual(files.filter((file) => !run.has(file) && !left.has(`${file} *`)), []);
});

test("every line of the list names a case", () => {
  for (const line of own) {
    const [file, name] = line.split(" ");
    const [id, step] = name.split("#");
    const found = readJson(`tests/vectors/${file}`).cases.find((each) => id === "*" || each.id === id);
    assert.ok(found, line);
    assert.ok(step === undefined || found.steps[Number(step)], line);
  }
});
