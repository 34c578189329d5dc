// The packed tarball in other hosts than Node and browsers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Miniflare } from "miniflare";
import { EdgeVM } from "@edge-runtime/vm";
import { IMPORTS, MODULE, PRINTS, TOLD, USE, esbuild, pack, run, said, tool } from "../scratch.js";

const packed = pack("runtimes");
const here = "runtimes/package.json";

test("Deno runs it", () => {
  const deno = tool("@deno/linux-x64-glibc/deno", here);
  const folder = packed.project("deno", { ...MODULE, "main.js": PRINTS });
  assert.deepEqual(said(run(folder, deno, ["run", "--no-remote", "main.js"], { DENO_DIR: join(folder, "cache") })), TOLD);
});

test("Bun runs it", () => {
  const bun = tool("@oven/bun-linux-x64/bin/bun", here);
  const folder = packed.project("bun", { ...MODULE, "main.js": PRINTS });
  assert.deepEqual(said(run(folder, bun, ["run", "main.js"])), TOLD);
});

test("workerd runs it, with the module that the package brings", async () => {
  const text = `${IMPORTS}
    export default { async fetch() {${USE} return Response.json(told); } };`;
  const folder = packed.project("workerd", { ...MODULE, "main.js": text });
  esbuild(folder, ["--conditions=workerd", "--external:*.wasm"]);
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

test("an edge host that names modules by a suffix runs it, where nothing may be compiled at run time", async () => {
  const text = `${IMPORTS}
    globalThis.run = async () => {${USE} return JSON.stringify(told); };`;
  const folder = packed.project("edge-light", { ...MODULE, "main.js": text });
  esbuild(folder, ["--conditions=edge-light", "--external:*.wasm?module"]);
  const bundle = readFileSync(join(folder, "bundle/main.js"), "utf8");
  // As such hosts do: the module was compiled beforehand, and its import becomes the name of a global.
  const script = bundle.replace(/import (\w+) from "[^"]*\/hedgerow\.wasm\?module";/, "const $1 = hedgerow_module;");
  assert.notEqual(script, bundle);
  const compiled = new WebAssembly.Module(readFileSync(join(folder, "node_modules/hedgerow/lib/hedgerow.wasm")));
  const vm = new EdgeVM({
    codeGeneration: { strings: false, wasm: false },
    extend: (context) => Object.assign(context, { hedgerow_module: compiled }),
  });
  vm.evaluate(script);
  assert.deepEqual(JSON.parse(await vm.evaluate("run()")), TOLD);
});
