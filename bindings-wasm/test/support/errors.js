// Refusals and errors: the same texts through every build.

import assert from "node:assert/strict";
import { test } from "node:test";

/** Holds a way to make clients, from a document and perhaps a seed, to the texts of the core. */
export function holdErrors(name, make) {
  test(`${name}: a bad document is told by path, value and range`, () => {
    const bad = { retry: { max_attempts: 0 } };
    assert.throws(() => make(bad), (error) => {
      assert.equal(error.message, "retry.max_attempts: 0, want 1..=10");
      assert.deepEqual(
        [error.code, error.path, error.value, error.range],
        ["config", "retry.max_attempts", "0", "1..=10"],
      );
      return true;
    });
    assert.throws(() => make({ limits: { calls: 1.5 } }), /^Error: limits\.calls: 1\.5, want /);
    assert.throws(() => make({ speed: 1 }), /^Error: speed: unknown field/);
  });

  test(`${name}: a seed has 32 bytes`, () => {
    assert.throws(() => make({}, new Uint8Array(31)), { code: "invalid_argument" });
  });

  test(`${name}: a bad topology changes nothing`, () => {
    const client = make({});
    assert.throws(() => client.topology([{ do: "add", name: "a" }, { do: "add", name: "" }], 0), {
      code: "config",
      path: "endpoints[1].name",
    });
    assert.equal(client.endpoint("a"), -1);
  });

  test(`${name}: a denied start answers the negative code of its reason`, () => {
    const request = { cookie: 1, namespace: 0, operation: 0, replicas: [], packed: 65535 };
    assert.equal(make({}).start(request, 0), -15);
    assert.ok(Number.isNaN(make({}).start({ ...request, cookie: 0.5 }, 0)));
  });

  test(`${name}: a time that is none is clamped and counted`, () => {
    const client = make({});
    for (const bad of [NaN, Infinity, -1e9, 1e300]) client.timeout(bad);
    assert.equal(client.stats().clock_bad, 4);
  });
}
