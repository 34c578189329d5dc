// Conformance vectors: every case of a file is run, and what a runner does not know fails it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const repository = new URL("../../../", import.meta.url);

/** A JSON file of the repository. */
export function readJson(path) {
  return JSON.parse(readFileSync(new URL(path, repository), "utf8"));
}

/** Runs every case of a file; `kinds` answers each kind of step with what was found. */
export function runVectors(file, kinds) {
  for (const each of readJson(`tests/vectors/${file}`).cases) {
    test(`${file} ${each.id}: ${each.source}`, () => {
      for (const [at, step] of each.steps.entries()) {
        const run = kinds[step.do];
        assert.ok(run, `unknown kind of step: ${step.do}`);
        const found = run(step, each.config);
        for (const [field, expected] of Object.entries(each.expect[at] ?? {})) {
          assert.ok(field in found, `unknown field of an expectation: ${field}`);
          assert.deepEqual(found[field], expected, `${JSON.stringify(step)}: ${field} (${each.reading})`);
        }
      }
    });
  }
}

/** The least number of milliseconds that reads back as these microseconds. */
export function ms(micros) {
  const told = micros / 1000;
  return Math.floor(told * 1000) < micros ? told * (1 + Number.EPSILON) : told;
}

/** Whole microseconds of a length of time; −1 is none. */
export function micros(told) {
  return told < 0 ? null : Math.round(told * 1000);
}
