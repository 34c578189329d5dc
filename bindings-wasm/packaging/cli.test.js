// `npx hedgerow` out of the tarball prints, byte for byte, what the native command prints.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { pack } from "./scratch.js";

const tests = fileURLToPath(new URL("../../tests/", import.meta.url));
const { cases } = JSON.parse(readFileSync(join(tests, "commands/cases.json"), "utf8"));
const packed = pack("cli");
const folder = packed.project("commands", {});
cpSync(join(tests, "commands/files"), folder, { recursive: true });
copyFileSync(join(tests, "traces/scripted.trace.jsonl"), join(folder, "run.jsonl"));

const text = (lines) => lines.map((line) => line + "\n").join("");

/** Runs a program in the project; how it ended. */
function spawn(program, words) {
  const { status, stdout, stderr, error } = spawnSync(program, words, { cwd: folder, encoding: "utf8", timeout: 60_000 });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

for (const { words, stdout, stderr, exit, wrote = {} } of cases) {
  test(`hedgerow ${words.join(" ")}`, () => {
    const told = spawn(process.execPath, ["node_modules/hedgerow/lib/cli/main.js", ...words]);
    assert.deepEqual(told, { status: exit, stdout: text(stdout), stderr: text(stderr) });
    for (const [path, lines] of Object.entries(wrote)) assert.equal(readFileSync(join(folder, path), "utf8"), text(lines));
  });
}

test("npx finds it in the installed package, without a network", () => {
  const cache = join(folder, "cache");
  mkdirSync(cache);
  const told = spawn("npx", ["--offline", "--cache", cache, "hedgerow", "check", "client.json"]);
  assert.deepEqual(told, { status: 0, stdout: "valid\n", stderr: "" });
});

test("what a client records is explained and replayed", () => {
  const config = { operations: { get: { idempotency: "natural" } }, trace: { enabled: true } };
  const program = `import { createClient } from "hedgerow";
    import { appendFileSync, writeFileSync } from "node:fs";
    const config = ${JSON.stringify(config)};
    writeFileSync("recorded/client.json", JSON.stringify(config));
    const client = createClient({ config, endpoints: ["a", "b"], onEvent() {} });
    for (let count = 0; count < 3; count += 1) {
      await client.call(() => 1, { op: "get" });
      appendFileSync("recorded/run.trace", client.takeTrace());
    }`;
  mkdirSync(join(folder, "recorded"));
  writeFileSync(join(folder, "record.mjs"), program);
  assert.equal(spawn(process.execPath, ["record.mjs"]).stderr, "");
  const hedgerow = (...words) => spawn(process.execPath, ["node_modules/hedgerow/lib/cli/main.js", ...words]);
  const replayed = hedgerow("replay", "recorded/run.trace", "--config", "recorded/client.json");
  assert.match(replayed.stdout, /^the same: /);
  const calls = JSON.parse(hedgerow("explain", "recorded/run.trace", "--json", "-").stdout);
  assert.deepEqual(calls.map((call) => call.end), ["response", "response", "response"]);
  const told = hedgerow("explain", "recorded/run.trace", String(calls[1].call), "--config", "recorded/client.json");
  assert.match(told.stdout, /-> send attempt 1 \(primary\) to /);
});

test("its own help names what it can do", () => {
  const { status, stdout } = spawn(process.execPath, ["node_modules/hedgerow/lib/cli/main.js", "--help"]);
  assert.equal(status, 0);
  for (const command of ["bounds", "check", "explain", "replay"]) assert.match(stdout, new RegExp(`^  ${command} `, "m"));
});
