// What is in the tarball, and whether programs can import and compile against all of it.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { MODULE, pack, run, tool } from "./scratch.js";

const packed = pack("tarball");
const manifest = JSON.parse(read("package.json"));
const files = run(".", "tar", ["tzf", packed.tarball]).trim().split("\n").map((name) => name.replace("package/", ""));
const entries = Object.keys(manifest.exports).filter((name) => !/\.(json|wasm)$/.test(name)).map((name) => name.replace(".", "hedgerow"));

/** How programs may look for types. */
const RESOLUTIONS = [
  { module: "ESNext", moduleResolution: "bundler" },
  { module: "Node16", moduleResolution: "Node16" },
  { module: "NodeNext", moduleResolution: "NodeNext" },
];

function read(name) {
  return readFileSync(join(packed.installed, name), "utf8");
}

test("it holds what the package exports, its licences and its manual, and nothing of its sources", () => {
  const named = Object.values(manifest.exports).flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry)));
  const wanted = [...named.map((path) => path.replace("./", "")), ...Object.values(manifest.bin), "README.md", "LICENSE-MIT", "LICENSE-APACHE"];
  assert.deepEqual(wanted.filter((name) => !files.includes(name)), []);
  const foreign = files.filter((name) => !/^(lib\/.+\.(js|d\.ts|wasm|schema\.json)|package\.json|README\.md|LICENSE-(MIT|APACHE))$/.test(name));
  assert.deepEqual(foreign, []);
});

test("the schema of the configuration is that of the book", () => {
  assert.equal(read("lib/config.schema.json"), readFileSync(new URL("../../docs/src/config.schema.json", import.meta.url), "utf8"));
});

test("it may be published: nothing is private, nothing else is needed, nothing runs when it is installed", () => {
  assert.equal(manifest.private, undefined);
  assert.deepEqual([manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies], [undefined, undefined, undefined]);
  assert.deepEqual(Object.keys(manifest.scripts).filter((name) => /install|prepare/.test(name)), []);
  for (const field of ["description", "license", "keywords"]) assert.ok(manifest[field]?.length > 0, field);
});

test("no file names one that is not there", () => {
  for (const name of files.filter((file) => /\.(js|d\.ts)$/.test(file))) {
    const text = read(name);
    assert.ok(!text.includes("sourceMappingURL"), name);
    for (const [, path] of text.matchAll(/(?:from|import)\s*\(?['"](\.[^'"?]+)/g)) {
      assert.ok(existsSync(join(packed.installed, dirname(name), path)), `${name}: ${path}`);
    }
  }
});

test("no file uses what bundlers rewrite or what leaks listeners", () => {
  // The command is run, never bundled.
  for (const name of files.filter((file) => file.endsWith(".js") && !Object.values(manifest.bin).includes(file))) {
    const code = read(name).replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
    assert.doesNotMatch(code, /import\.meta|AbortSignal\.(any|timeout)|^await /m, name);
  }
});

test("types come first, then hosts that compile ahead of time, then the rest", () => {
  assert.deepEqual(Object.keys(manifest.exports["."]), ["types", "workerd", "edge-light", "default"]);
  for (const [name, entry] of Object.entries(manifest.exports)) {
    if (typeof entry !== "string") assert.deepEqual([Object.keys(entry)[0], Object.keys(entry).at(-1)], ["types", "default"], name);
  }
});

test("every entry can be imported", () => {
  const text = entries.map((name) => `console.log(Object.keys(await import("${name}")).length > 0);`);
  const folder = packed.project("entries", { ...MODULE, "main.js": text.join("\n") });
  assert.equal(run(folder, process.execPath, ["main.js"]), "true\n".repeat(entries.length));
});

const compiler = tool("typescript/bin/tsc", "../package.json");
const strict = { target: "ES2022", lib: ["ES2022", "DOM"], types: [], strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true };
const program = readFileSync(new URL("../tests-ts/consumer/types.ts", import.meta.url), "utf8");
const all = entries.map((name, at) => `export * as entry${at} from "${name}";`).join("\n");

for (const resolution of RESOLUTIONS) {
  test(`types are found and hold by the rules of ${resolution.moduleResolution}`, () => {
    const config = { compilerOptions: { ...strict, ...resolution }, files: ["types.ts", "all.ts"] };
    const sources = { ...MODULE, "types.ts": program, "all.ts": all, "tsconfig.json": JSON.stringify(config) };
    const folder = packed.project(`types-${resolution.moduleResolution}`, sources);
    run(folder, process.execPath, [compiler, "-p", "."]);
    const wrong = packed.project(`wrong-${resolution.moduleResolution}`, { ...sources, "all.ts": "export { nothing } from 'hedgerow';" });
    assert.throws(() => run(wrong, process.execPath, [compiler, "-p", "."]), /TS2305/);
  });
}
