// The packed tarball in the projects of users: hosts, bundlers, pages.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { visit } from "../test/browser/chromium.js";
import { POSTS, PRINTS, TOLD, USE, page, pack, run, tool } from "./scratch.js";

const packed = pack();
const node = process.execPath;
const module = { "package.json": JSON.stringify({ type: "module" }) };

/** The strictest policy under which WebAssembly may be compiled. */
const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; base-uri 'none'";

function said(text) {
  return JSON.parse(text.trim().split("\n").at(-1));
}

test("the tarball holds what the package exports, and nothing of its sources", () => {
  const files = run(".", "tar", ["tzf", packed.tarball]).trim().split("\n");
  const { exports } = JSON.parse(run(".", "tar", ["xzOf", packed.tarball, "package/package.json"]));
  const named = Object.values(exports).flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry)));
  for (const path of named) assert.ok(files.includes(path.replace("./", "package/")), path);
  const foreign = files.filter((name) => !/^package\/(lib\/.+\.(js|d\.ts|wasm)|package\.json|README\.md|LICENSE.*)$/.test(name));
  assert.deepEqual(foreign, []);
});

test("Node imports it", () => {
  const folder = packed.project("node-import", { ...module, "main.js": PRINTS });
  assert.deepEqual(said(run(folder, node, ["main.js"])), TOLD);
});

test("Node requires it", () => {
  const text = `const { createClient } = require("hedgerow");\nconst { withPolicy } = require("hedgerow/fetch");
    (async () => {${USE} console.log(JSON.stringify(told)); })();`;
  const folder = packed.project("node-require", { "main.cjs": text });
  assert.deepEqual(said(run(folder, node, ["main.cjs"])), TOLD);
});

test("every entry can be imported", () => {
  const manifest = JSON.parse(run(".", "tar", ["xzOf", packed.tarball, "package/package.json"]));
  const entries = Object.keys(manifest.exports).filter((name) => !/\.(json|wasm)$/.test(name));
  const text = entries.map((name) => `console.log(Object.keys(await import("${name.replace(".", "hedgerow")}")).length > 0);`);
  const folder = packed.project("entries", { ...module, "main.js": text.join("\n") });
  assert.equal(run(folder, node, ["main.js"]), "true\n".repeat(entries.length));
});

test("esbuild bundles it for Node", () => {
  const folder = packed.project("esbuild-node", { ...module, "main.js": PRINTS });
  esbuild(folder, ["--platform=node"]);
  assert.deepEqual(said(run(folder, node, ["bundle/main.js"])), TOLD);
});

test("esbuild leaves out what is not used", () => {
  const folder = packed.project("esbuild-nothing", { ...module, "main.js": 'import "hedgerow";\n' });
  esbuild(folder, []);
  assert.equal(readFileSync(join(folder, "bundle/main.js"), "utf8").trim(), "");
});

test("esbuild bundles it for a page", async () => {
  const files = { ...module, "main.js": POSTS, "index.html": page("bundle/main.js") };
  const folder = packed.project("esbuild-page", files);
  esbuild(folder, []);
  assert.deepEqual(await visit(folder, "index.html"), TOLD);
});

test("Vite builds it for a page", async () => {
  const folder = packed.project("vite", { ...module, "main.js": POSTS, "index.html": page("/main.js") });
  run(folder, node, [tool("vite/bin/vite.js"), "build", "--logLevel", "error"]);
  assert.ok(existsSync(join(folder, "dist/index.html")));
  assert.deepEqual(await visit(join(folder, "dist"), "index.html"), TOLD);
});

test("a page imports it without a bundler", async () => {
  const map = { imports: { hedgerow: "/node_modules/hedgerow/lib/index.js", "hedgerow/fetch": "/node_modules/hedgerow/lib/fetch/index.js" } };
  const head = `<script type="importmap">${JSON.stringify(map)}</script>\n`;
  const folder = packed.project("page", { "main.js": POSTS, "index.html": page("main.js", head) });
  assert.deepEqual(await visit(folder, "index.html"), TOLD);
});

test("a page runs it under a strict content security policy", async () => {
  const folder = packed.project("strict", { ...module, "main.js": POSTS, "index.html": page("bundle/main.js") });
  esbuild(folder, []);
  assert.deepEqual(await visit(folder, "index.html", { "content-security-policy": STRICT }), TOLD);
  const { fault } = await visit(folder, "index.html", { "content-security-policy": STRICT.replace(" 'wasm-unsafe-eval'", "") });
  assert.match(fault, /CompileError|unsafe-eval/, "the policy is in force");
});

function esbuild(folder, flags) {
  const program = tool("@esbuild/linux-x64/bin/esbuild");
  run(folder, program, ["main.js", "--bundle", "--minify", "--format=esm", "--outdir=bundle", "--log-level=error", ...flags]);
}
