// The scripted scenario, through every build.

import { ClassClient, RawClient, classes } from "./support/hosts.js";
import { holdScenario } from "./support/scenario.js";

const tools = classes("policies");

holdScenario("core.wasm", (...of) => new RawClient(...of), tools);
for (const folder of ["client", "policies"]) holdScenario(folder, (...of) => new ClassClient(folder, ...of), tools);
