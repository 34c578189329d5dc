// A page that calls replicas of other origins: real servers, a real browser that asks them first.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { visit } from "../test/browser/chromium.js";
import { MODULE, esbuild, pack, page } from "./scratch.js";

const packed = pack("cors");
const servers = [];
after(() => servers.forEach((server) => server.closeAllConnections() ?? server.close()));

const ALLOWED = "hedgerow-client, idempotency-key";
const EXPOSED = "hedgerow-slo, retry-after, retry-after-ms";

/** A replica that allows pages these request fields and shows them these fields of answers; what it heard. */
async function replica(answer, { allowed = ALLOWED, exposed = EXPOSED } = {}) {
  const heard = { asked: [], got: [] };
  const server = createServer((request, response) => {
    response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
    response.setHeader("access-control-expose-headers", exposed);
    if (request.method === "OPTIONS") {
      heard.asked.push(request.headers["access-control-request-headers"]);
      response.writeHead(204, { "access-control-allow-methods": "GET, PUT", "access-control-allow-headers": allowed }).end();
      return;
    }
    heard.got.push({ method: request.method, headers: request.headers, at: performance.now() });
    answer(response, heard.got.length);
  });
  servers.push(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { heard, url: `http://127.0.0.1:${server.address().port}` };
}

/** What a page makes of replicas with these bases; `body` uses `hedged` and `client`. */
async function told(name, urls, body) {
  const text = `
    import { createClient, reportOf } from "hedgerow";
    import { withPolicy } from "hedgerow/fetch";
    const client = createClient({
      config: { objective: { target_us: 60_000, max_us: 5_000_000 }, hedge: { strategy: "fixed", delay_us: 200_000, after_failure: false }, operations: { put: { idempotency: "token" } } },
      endpoints: ${JSON.stringify(urls.map((url, at) => ({ name: `r${at}`, url })))},
    });
    const first = { replicas: ["r0"] };
    const run = async () => {${body}};
    run().catch((error) => ({ fault: String(error.stack ?? error), attempts: reportOf(error)?.attempts }))
      .then((told) => fetch("/done", { method: "POST", body: JSON.stringify(told) }));`;
  const folder = packed.project(name, { ...MODULE, "main.js": text, "index.html": page("bundle/main.js") });
  esbuild(folder);
  return visit(folder, "index.html");
}

test("a plain read asks no server first, and a replica of another origin answers for one that stalls", async () => {
  const [slow, quick] = [await replica(() => undefined), await replica((response) => response.end("quick"))];
  const found = await told("hedge", [slow.url, quick.url], `
    const response = await withPolicy(fetch, client)("/x", { hedgerow: first });
    return { text: await response.text() };`);
  assert.deepEqual(found, { text: "quick" });
  assert.deepEqual([slow.heard.asked, quick.heard.asked], [[], []]);
  assert.deepEqual([slow.heard.got.length, quick.heard.got.length], [1, 1]);
});

test("fields of ours are asked for and sent where servers allow them, and theirs are heard where they show them", async () => {
  const { url, heard } = await replica((response, count) => {
    response.setHeader("hedgerow-slo", "v=17, target=2000, max=3000000");
    if (count === 1) response.writeHead(429, { "retry-after-ms": "700" });
    response.end("there");
  });
  const found = await told("fields", [url], `
    const hedged = withPolicy(fetch, client, { clientField: "page 7" });
    const read = await hedged("/x");
    const write = await hedged("/y", { method: "PUT", body: "value", hedgerow: { op: "put" } });
    return { read: read.status, write: write.status };`);
  assert.deepEqual(found, { read: 200, write: 200 });
  // Once for each URL: a browser remembers what it was allowed.
  assert.deepEqual(heard.asked.map((fields) => fields.split(",")), [["hedgerow-client"], ["hedgerow-client", "idempotency-key"]]);
  const [one, two, three] = heard.got;
  assert.ok(two.at - one.at >= 690, `asked again after ${two.at - one.at} ms`);
  assert.match(two.headers["hedgerow-client"], /^seen=17, attempt=2, .*client="page 7"$/);
  assert.match(three.headers["idempotency-key"], /^"[0-9a-f-]{36}"$/);
});

test("what a server does not show is not heard", async () => {
  const answers = (response, count) => {
    response.setHeader("hedgerow-slo", "v=17, target=2000, max=3000000");
    if (count === 1) response.writeHead(429, { "retry-after-ms": "4000" });
    response.end("there");
  };
  const { url, heard } = await replica(answers, { exposed: "" });
  const found = await told("hidden", [url], `
    const response = await withPolicy(fetch, client, { clientField: true })("/x");
    return { status: response.status };`);
  assert.deepEqual(found, { status: 200 });
  const [one, two] = heard.got;
  assert.ok(two.at - one.at < 3900, `asked again after ${two.at - one.at} ms`);
  assert.ok(!two.headers["hedgerow-client"].includes("seen="));
});

test("a server that does not allow our fields is left for another one", async () => {
  const strict = await replica((response) => response.end("never"), { allowed: "" });
  const open = await replica((response) => response.end("open"));
  const found = await told("refused", [strict.url, open.url], `
    const response = await withPolicy(fetch, client, { clientField: true })("/x", { hedgerow: first });
    return { text: await response.text() };`);
  assert.deepEqual(found, { text: "open" });
  assert.deepEqual([strict.heard.asked.length > 0, strict.heard.got.length], [true, 0]);
});
