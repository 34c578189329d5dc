// What is in the tarball, and whether a program can use it beside the package that it goes with.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { MODULE, pack, run, said } from "../../bindings-wasm/packaging/scratch.js";

const here = fileURLToPath(new URL("..", import.meta.url));
const packed = pack("native", [here, join(here, "../bindings-wasm")]);
const installed = join(packed.installed, "../@hedgerow/native");
const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));

/** Two workers of one state: the one hedge of the process is sent by either, never by both. */
const PROGRAM = `
  const { createClient } = await import("hedgerow");
  const { attach, createShared } = await import("@hedgerow/native");
  const { isMainThread, parentPort, Worker, workerData } = await import("node:worker_threads");
  if (isMainThread) {
    const config = { limits: { hedges: 1 }, hedge: { strategy: "fixed", delay_us: 10000 }, operations: { get: { idempotency: "natural" } } };
    const shared = createShared(config);
    const file = process.argv[1];
    const ready = new Int32Array(new SharedArrayBuffer(4));
    const told = [0, 1].map(() => new Promise((resolve, reject) => {
      new Worker(file, { workerData: { shared, ready } }).on("message", resolve).on("error", reject);
    }));
    const attempts = await Promise.all(told);
    console.log(JSON.stringify({ attempts: attempts.sort() }));
  } else {
    const { shared, ready } = workerData;
    const client = createClient({ engine: attach(shared), endpoints: ["a", "b"] });
    let sent = 0;
    // Both at the same time, whichever was there first.
    for (Atomics.add(ready, 0, 1); Atomics.load(ready, 0) < 2; ) await new Promise(setImmediate);
    await client.call(() => new Promise((resolve) => { sent += 1; setTimeout(resolve, 500); }), { op: "get" });
    client.close();
    parentPort.postMessage(sent);
  }
`;

const TOLD = { attempts: [1, 2] };

test("it holds what the package exports, the addon, its licences and its manual, and nothing of its sources", () => {
  const files = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(installed.length + 1));
  const named = Object.values(manifest.exports).flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry)));
  const wanted = [...named.map((path) => path.replace("./", "")), "lib/hedgerow.node", "README.md", "LICENSE-MIT", "LICENSE-APACHE"];
  assert.deepEqual(wanted.filter((name) => !names.includes(name)), []);
  const foreign = names.filter((name) => !/^(lib\/.+\.(js|d\.ts|node)|package\.json|README\.md|LICENSE-(MIT|APACHE))$/.test(name));
  assert.deepEqual(foreign, []);
});

test("it needs the package of its own version, and nothing runs when it is installed", () => {
  assert.deepEqual(manifest.peerDependencies, { hedgerow: manifest.version });
  assert.equal(manifest.dependencies, undefined);
  assert.deepEqual(Object.keys(manifest.scripts).filter((name) => /install|prepare/.test(name)), []);
});

test("workers of a module share a state", () => {
  const folder = packed.project("module", { ...MODULE, "main.js": PROGRAM });
  assert.deepEqual(said(run(folder, process.execPath, ["main.js"])), TOLD);
});

test("workers of a script share a state", () => {
  const folder = packed.project("script", { "main.js": `(async () => {${PROGRAM}})();` });
  assert.deepEqual(said(run(folder, process.execPath, ["main.js"])), TOLD);
});

test("a script can require it", () => {
  const folder = packed.project("require", {
    "main.js": 'const { createShared, release } = require("@hedgerow/native"); console.log(JSON.stringify(release(createShared())));',
  });
  assert.equal(said(run(folder, process.execPath, ["main.js"])), true);
});

test("importing it loads no addon", () => {
  const text = 'await import("@hedgerow/native"); console.log(JSON.stringify(process.report.getReport().sharedObjects.some((name) => name.endsWith(".node"))));';
  const folder = packed.project("import", { ...MODULE, "main.js": text });
  assert.equal(said(run(folder, process.execPath, ["main.js"])), false);
  assert.ok(existsSync(join(installed, "lib/hedgerow.node")));
});
