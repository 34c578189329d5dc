// Every conformance case that a binding's surface can run.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { readJson, readText } from "./files.js";
import { runFile } from "../vectors/run.js";
import { listed, ofClients, ofPolicies } from "../vectors/topics.js";

const own = listed(readText("bindings-wasm/test/vectors/NOT-THROUGH-THE-BINDING"));
const elsewhere = ["DEFERRED", "ELSEWHERE"].flatMap((list) => [...listed(readText(`tests/vectors/${list}`))]);
const left = new Set([...own, ...elsewhere]);

/** Runs what knows policies alone once, and what drives a client through each of `clients`. */
export function holdVectors(name, policies, lines, clients) {
  const hold = (topic, build, client) => test(`${topic.file} through ${build}`, () => {
    const document = readJson(`tests/vectors/${topic.file}`);
    const results = runFile(topic, { policies, lines, client }, document, left);
    assert.ok(results.length > 0, "no case ran");
    for (const { id, source, reading, error } of results) {
      if (error !== undefined) assert.fail(`${id}\n  source: ${source}\n  reading: ${reading}\n  ${error}`);
    }
  });
  const [first] = Object.values(clients);
  for (const topic of ofPolicies) hold(topic, name, first);
  for (const topic of ofClients) for (const [build, client] of Object.entries(clients)) hold(topic, build, client);
}

/** Holds the list of what no binding of JavaScript runs to the files of cases. */
export function holdList() {
  test("every file of cases has a runner or stands in a list", () => {
    const run = new Set([...ofPolicies, ...ofClients].map(({ file }) => file));
    const files = readdirSync(new URL("../../../tests/vectors/", import.meta.url)).filter((name) => name.endsWith(".json"));
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
}
