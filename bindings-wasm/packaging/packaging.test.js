// The packed tarball in Node and in pages without a bundler's help.

import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "../test/browser/chromium.js";
import { MODULE, POSTS, PRINTS, TOLD, USE, esbuild, page, pack, run, said } from "./scratch.js";

const packed = pack("packaging");
const node = process.execPath;

/** The strictest policy under which WebAssembly may be compiled. */
const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; base-uri 'none'";

test("Node imports it", () => {
  const folder = packed.project("node-import", { ...MODULE, "main.js": PRINTS });
  assert.deepEqual(said(run(folder, node, ["main.js"])), TOLD);
});

test("Node requires it", () => {
  const text = `const { createClient } = require("hedgerow");
    const { withPolicy } = require("hedgerow/fetch");
    const { lease } = require("hedgerow/inputs");
    (async () => {${USE} console.log(JSON.stringify(told)); })();`;
  const folder = packed.project("node-require", { "main.cjs": text });
  assert.deepEqual(said(run(folder, node, ["main.cjs"])), TOLD);
});

test("a page imports it without a bundler", async () => {
  const entries = { hedgerow: "index.js", "hedgerow/fetch": "fetch/index.js", "hedgerow/inputs": "inputs.js" };
  const imports = Object.entries(entries).map(([name, file]) => [name, `/node_modules/hedgerow/lib/${file}`]);
  const map = { imports: Object.fromEntries(imports) };
  const head = `<script type="importmap">${JSON.stringify(map)}</script>\n`;
  const folder = packed.project("page", { "main.js": POSTS, "index.html": page("main.js", head) });
  assert.deepEqual(await visit(folder, "index.html"), TOLD);
});

test("a page runs it under a strict content security policy", async () => {
  const folder = packed.project("strict", { ...MODULE, "main.js": POSTS, "index.html": page("bundle/main.js") });
  esbuild(folder, ["--minify"]);
  assert.deepEqual(await visit(folder, "index.html", { "content-security-policy": STRICT }), TOLD);
  const { fault } = await visit(folder, "index.html", { "content-security-policy": STRICT.replace(" 'wasm-unsafe-eval'", "") });
  assert.match(fault, /CompileError|unsafe-eval/, "the policy is in force");
});
