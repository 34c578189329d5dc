// Plays the scenarios that the address names in the page and posts what each ended at.

import initClient, * as client from "/bindings-wasm/dist/client/web/hedgerow.js";
import initPolicies, * as policies from "/bindings-wasm/dist/policies/web/hedgerow.js";
import { ClassClient, RawClient } from "../support/faces.js";
import { play } from "./play.js";

async function run() {
  await Promise.all([initClient(), initPolicies()]);
  const module = await WebAssembly.compileStreaming(fetch("/bindings-wasm/dist/core.wasm"));
  const builds = {
    "core.wasm": (...of) => new RawClient(module, ...of),
    client: (...of) => new ClassClient(client, ...of),
    policies: (...of) => new ClassClient(policies, ...of),
  };
  const lines = [];
  for (const name of new URL(location).searchParams.get("names").split(",")) {
    const scenario = await (await fetch(`/target/scenarios/${name}.json`)).json();
    for (const [build, make] of Object.entries(builds)) {
      lines.push(`${build} ${name} ${policies.traceHash(play(scenario, make))}`);
    }
  }
  return { lines };
}

const told = await run().catch((error) => ({ fault: String(error.stack ?? error) }));
await fetch("/done", { method: "POST", body: JSON.stringify(told) });
