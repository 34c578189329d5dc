// The packed tarball in other hosts than Node and browsers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Miniflare } from "miniflare";
import { PRINTS, TOLD, USE, pack, run, tool } from "../scratch.js";

const packed = pack();
const module = { "package.json": JSON.stringify({ type: "module" }) };
const here = "runtimes/package.json";

/** The program of a host's own platform package, which needs no script to be installed. */
function host(paths) {
  return tool(paths[process.platform === "linux" ? process.arch : "other"], here);
}

function said(text) {
  return JSON.parse(text.trim().split("\n").at(-1));
}

test("Deno runs it", () => {
  const deno = host({ x64: "@deno/linux-x64-glibc/deno", arm64: "@deno/linux-arm64-glibc/deno" });
  const folder = packed.project("deno", { ...module, "main.js": PRINTS });
  assert.deepEqual(said(run(folder, deno, ["run", "--no-remote", "main.js"], { DENO_DIR: join(folder, "cache") })), TOLD);
});

test("Bun runs it", () => {
  const bun = host({ x64: "@oven/bun-linux-x64/bin/bun", arm64: "@oven/bun-linux-aarch64/bin/bun" });
  const folder = packed.project("bun", { ...module, "main.js": PRINTS });
  assert.deepEqual(said(run(folder, bun, ["run", "main.js"])), TOLD);
});

test("workerd runs it, with the module that the package brings", async () => {
  const text = `import { createClient } from "hedgerow";\nimport { withPolicy } from "hedgerow/fetch";
    export default { async fetch() {${USE} return Response.json(told); } };`;
  const folder = packed.project("workerd", { ...module, "main.js": text });
  const flags = ["--bundle", "--format=esm", "--conditions=workerd", "--external:*.wasm", "--outdir=bundle"];
  run(folder, tool("@esbuild/linux-x64/bin/esbuild"), ["main.js", ...flags]);
  const wasm = readFileSync(join(folder, "node_modules/hedgerow/lib/hedgerow.wasm"));
  const miniflare = new Miniflare({
    compatibilityDate: "2026-01-01",
    modules: [
      { type: "ESModule", path: "main.js", contents: readFileSync(join(folder, "bundle/main.js"), "utf8") },
      { type: "CompiledWasm", path: "hedgerow.wasm", contents: wasm },
    ],
  });
  try {
    assert.deepEqual(await (await miniflare.dispatchFetch("http://localhost/")).json(), TOLD);
  } finally {
    await miniflare.dispose();
  }
});
