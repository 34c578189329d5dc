// The modules themselves.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const PAGE = 65536;
const core = new WebAssembly.Module(readFileSync(new URL("../dist/core.wasm", import.meta.url)));

test("core.wasm asks nothing of its host", () => {
  assert.deepEqual(WebAssembly.Module.imports(core), []);
});

test("core.wasm begins with at most 17 pages of memory", () => {
  const { exports } = new WebAssembly.Instance(core);
  assert.ok(exports.memory.buffer.byteLength <= 17 * PAGE, `${exports.memory.buffer.byteLength / PAGE} pages`);
});

test("memory does not grow over a hundred thousand calls", () => {
  const { exports } = new WebAssembly.Instance(core);
  const put = (text, more = 0) => {
    const bytes = new TextEncoder().encode(text);
    // Asking for room may grow the memory, so it is looked at afterwards.
    const at = exports.hedgerow_input(bytes.length + more);
    new Uint8Array(exports.memory.buffer).set(bytes, at);
    return bytes.length;
  };
  const client = exports.hedgerow_client_new(put("{}", 32), 0);
  const changes = put(JSON.stringify(["a", "b"].map((name) => ({ do: "add", name }))));
  assert.equal(exports.hedgerow_handle_topology(client, changes, 0), 2);
  const call = (now) => {
    assert.ok(exports.hedgerow_start(client, now, 0, 0, 0, -1, -1, 65535, now) > 0);
    const records = new Float64Array(exports.memory.buffer, exports.hedgerow_records(client));
    assert.equal(records[0], 1);
    assert.equal(exports.hedgerow_handle_response(client, records[3], now + 100), 1);
  };
  for (let at = 1; at <= 1000; at += 1) call(at * 1000);
  const warm = exports.memory.buffer.byteLength;
  for (let at = 1001; at <= 101_000; at += 1) call(at * 1000);
  assert.equal(exports.memory.buffer.byteLength, warm);
});
