// The tests of the driver, with the addon behind it: the same face must behave in the same way.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const tests = new URL("../../bindings-wasm/tests-js/", import.meta.url);
const resolve = new URL("resolve.js", import.meta.url).href;

/** Files whose clients are built by the testing kit; the others look at modules, hosts and processes. */
const FILES = ["calls", "endings", "endpoints", "fetch", "inputs", "invariants", "options", "stall", "testing", "timer"];

for (const name of FILES) {
  test(`${name} through the addon`, () => {
    const file = fileURLToPath(new URL(`${name}.test.js`, tests));
    // A runner inside of a runner reports to the outer one unless it is told that there is none.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { status, stdout } = spawnSync(process.execPath, ["--expose-gc", "--import", resolve, "--test", file], { env, encoding: "utf8", timeout: 60_000 });
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^# pass [1-9]/m);
  });
}
