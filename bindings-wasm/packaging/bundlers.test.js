// The packed tarball through bundlers, for Node and for pages.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { rollup } from "@rollup/wasm-node";
import webpack from "webpack";
import { visit } from "../test/browser/chromium.js";
import { MODULE, POSTS, PRINTS, TOLD, esbuild, page, pack, run, said, tool } from "./scratch.js";

const packed = pack("bundlers");
const node = process.execPath;
const NOTHING = 'import "hedgerow";\n';

/** A project for Node, one for a page, and one that uses nothing, of one bundler. */
const nodes = (name, more = MODULE) => packed.project(`${name}-node`, { ...more, "main.js": PRINTS });
const pages = (name) => packed.project(`${name}-page`, { ...MODULE, "main.js": POSTS, "index.html": page("bundle/main.js") });
const empty = (name) => packed.project(`${name}-nothing`, { ...MODULE, "main.js": NOTHING });
const bundled = (folder) => readFileSync(join(folder, "bundle/main.js"), "utf8").trim();

test("esbuild bundles it for Node", () => {
  const folder = nodes("esbuild");
  esbuild(folder, ["--minify", "--platform=node"]);
  assert.deepEqual(said(run(folder, node, ["bundle/main.js"])), TOLD);
});

test("esbuild bundles it for a page", async () => {
  const folder = pages("esbuild");
  esbuild(folder, ["--minify"]);
  assert.deepEqual(await visit(folder, "index.html"), TOLD);
});

test("esbuild leaves out what is not used", () => {
  const folder = empty("esbuild");
  esbuild(folder);
  assert.equal(bundled(folder), "");
});

test("Vite builds it for a page", async () => {
  const folder = packed.project("vite", { ...MODULE, "main.js": POSTS, "index.html": page("/main.js") });
  run(folder, node, [tool("vite/bin/vite.js"), "build", "--logLevel", "error"]);
  assert.ok(existsSync(join(folder, "dist/index.html")));
  assert.deepEqual(await visit(join(folder, "dist"), "index.html"), TOLD);
});

test("webpack bundles it for Node", async () => {
  const folder = nodes("webpack", {});
  await pack5(folder, "node");
  assert.deepEqual(said(run(folder, node, ["bundle/main.js"])), TOLD);
});

test("webpack bundles it for a page", async () => {
  const folder = pages("webpack");
  await pack5(folder, "web");
  assert.deepEqual(await visit(folder, "index.html"), TOLD);
});

test("webpack leaves out what is not used", async () => {
  const folder = empty("webpack");
  await pack5(folder, "web");
  assert.equal(bundled(folder), "");
});

test("Rollup bundles it for Node", async () => {
  const folder = nodes("rollup");
  await roll(folder);
  assert.deepEqual(said(run(folder, node, ["bundle/main.js"])), TOLD);
});

test("Rollup bundles it for a page", async () => {
  const folder = pages("rollup");
  await roll(folder);
  assert.deepEqual(await visit(folder, "index.html"), TOLD);
});

test("Rollup leaves out what is not used", async () => {
  const folder = empty("rollup");
  await roll(folder);
  assert.equal(bundled(folder), "");
});

/** Bundles with webpack; whatever it warns of is an error. */
async function pack5(folder, target) {
  const output = { path: join(folder, "bundle"), filename: "main.js" };
  const found = await promisify(webpack)({ mode: "production", context: folder, entry: "./main.js", target, output, performance: false });
  assert.equal(found.toString({ all: false, errors: true, warnings: true }), "");
}

/** Bundles with Rollup; whatever it warns of is an error, but that nothing is left. */
async function roll(folder) {
  const onLog = (_, { code, message }) => assert.equal(code, "EMPTY_BUNDLE", message);
  const bundle = await rollup({ input: join(folder, "main.js"), plugins: [nodeResolve()], onLog });
  await bundle.write({ dir: join(folder, "bundle"), format: "es", inlineDynamicImports: true });
  await bundle.close();
}
