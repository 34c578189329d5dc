// `hedgerow/testing` with the addon behind the client: what the tests of the driver import when they run here.

import { createClient } from "hedgerow";
import { translated } from "hedgerow/engine";
import { scriptDraws, TEST_SEED, VirtualClock } from "../../bindings-wasm/lib/testing/index.js";
import { addon } from "../lib/addon.js";
import { sharedCore } from "../lib/shared.js";

export * from "../../bindings-wasm/lib/testing/index.js";

/** A client with a clock at rest and a fixed seed, of a state of its own. */
export function createTestClient({ draws = {}, clock = new VirtualClock(), config = {}, seed = TEST_SEED, ...rest } = {}) {
  const state = translated(() => addon().createShared(config, seed, clock.now(), true));
  const client = createClient({ ...rest, clock, engine: sharedCore(addon(), state) });
  addon().releaseShared(state);
  for (const [name, fractions] of Object.entries(draws)) scriptDraws(client, name, fractions);
  return { client, clock };
}
