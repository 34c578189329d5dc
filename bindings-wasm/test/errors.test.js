// Refusals and errors, through every build.

import { holdErrors } from "./support/errors.js";
import { ClassClient, RawClient } from "./support/hosts.js";

const seed = new Uint8Array(32).fill(7);

holdErrors("core.wasm", (config, bytes = seed) => new RawClient(config, bytes, 0));
holdErrors("client", (config, bytes = seed) => new ClassClient("client", config, bytes, 0));
