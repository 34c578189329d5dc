// Runs every conformance case in the page and posts what came of it.

import initClient, * as client from "/bindings-wasm/dist/client/web/hedgerow.js";
import initPolicies, * as policies from "/bindings-wasm/dist/policies/web/hedgerow.js";
import { ClassClient, RawClient } from "../support/faces.js";
import { runFile } from "../vectors/run.js";
import { listed, ofClients, ofPolicies } from "../vectors/topics.js";

const text = async (path) => (await fetch(path)).text();

async function run() {
  await Promise.all([initClient(), initPolicies()]);
  const module = await WebAssembly.compileStreaming(fetch("/bindings-wasm/dist/core.wasm"));
  const lists = ["/bindings-wasm/test/vectors/NOT-THROUGH-THE-BINDING", "/tests/vectors/DEFERRED", "/tests/vectors/ELSEWHERE"].map(text);
  const left = listed((await Promise.all(lists)).join("\n"));
  const builds = {
    policies: (...of) => new ClassClient(policies, ...of),
    client: (...of) => new ClassClient(client, ...of),
    "core.wasm": (...of) => new RawClient(module, ...of),
  };
  const lines = (picker) => new Float64Array(policies.linearMemory().buffer, picker.records());
  const results = [];
  const hold = async (topic, build) => {
    const document = await (await fetch(`/tests/vectors/${topic.file}`)).json();
    const found = runFile(topic, { policies, lines, client: builds[build] }, document, left);
    results.push(...found.map((result) => ({ ...result, build })));
  };
  for (const topic of ofPolicies) await hold(topic, "policies");
  for (const topic of ofClients) for (const build of Object.keys(builds)) await hold(topic, build);
  return { agent: navigator.userAgent, results };
}

const told = await run().catch((error) => ({ fault: String(error.stack ?? error), results: [] }));
await fetch("/done", { method: "POST", body: JSON.stringify(told) });
