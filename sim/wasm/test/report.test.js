// The simulator in WebAssembly answers with the bytes of the native command.
const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const { mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join, resolve } = require("node:path");
const { test } = require("node:test");

const root = resolve(__dirname, "../../..");
const sim = require(join(root, "target/sim-wasm/nodejs/hedgerow.js"));
const native = join(root, "target/release/hedgerow");

const sim_run = (...words) =>
  execFileSync(native, ["sim", "run", ...words, "--json", "-"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

const fleet = {
  experiment: "fleet",
  servers: { count: 12, zones: 3, slots: 4, service: "lognormal(0, 0.8)", link: "0.1ms", link_between_zones: "0.4ms", errors: 0.001 },
  pauses: { length: "const(24ms)", gap: "exp(2s)" },
  clients: { count: 4 },
  keys: { count: 1000, replicas: 3, zipf: 0.9 },
  load: { calls_per_second: 8000, calls: 5000, not_idempotent: 0.1 },
  objective: { quantile: 0.99, at_most: "20ms", extra_load: 0.05 },
};

/** Writes a document where the native command can read it. */
function file(document, use) {
  const folder = mkdtempSync(join(tmpdir(), "hedgerow-sim-"));
  const path = join(folder, "inputs.json");
  writeFileSync(path, JSON.stringify(document));
  try {
    return use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("an experiment with the balancers alone gives the native bytes", () => {
  const request = { case: "E4-weighted8", seeds: 2, seed: 7 };
  assert.equal(sim.run(JSON.stringify(request)) + "\n", sim_run("E4-weighted8", "--seeds", "2", "--seed", "7"));
});

test("the trace of a world of whole clients ends with the native hash", () => {
  const expected = sim_run("E24-any", "--seed", "7");
  assert.equal(sim.run(JSON.stringify({ case: "E24-any", seed: 7 })) + "\n", expected);
  assert.ok(JSON.parse(expected).arms[0].metrics.trace_lines > 10_000);
});

test("a fleet with whole clients, pauses and errors gives the native bytes", () => {
  const request = JSON.stringify({ inputs: fleet, arms: ["netflix", "naive"], seed: 5, seeds: 2 });
  const expected = file(fleet, (path) => sim_run(path, "--arm", "netflix,naive", "--seed", "5", "--seeds", "2"));
  assert.equal(sim.run(request) + "\n", expected);
  assert.ok(JSON.parse(expected).arms[0].metrics["median.hedges"] > 0);
});

test("a fleet in steps ends with the native bytes, too", () => {
  const world = new sim.Simulation(JSON.stringify({ inputs: fleet, arms: ["netflix"], seed: 9 }));
  let turns = 0;
  for (let now = { done: false }; !now.done; turns++) now = JSON.parse(world.advance(1000));
  assert.ok(turns > 10, `${turns}`);
  const expected = file(fleet, (path) => sim_run(path, "--arm", "netflix", "--seed", "9"));
  assert.equal(world.report() + "\n", expected);
  assert.equal(world.report(), undefined);
  world.free();
});

test("a request that cannot be answered throws an error with its path", () => {
  assert.throws(() => sim.run('{"case": "E0"}'), { name: "Error", message: 'request.case: "E0", want a case of the list' });
  const wrong = JSON.stringify({ inputs: { ...fleet, servers: { count: 0, service: "exp(1ms)" } } });
  assert.throws(() => sim.run(wrong), /servers\.count: 0, want 1\.\.=10000/);
});
