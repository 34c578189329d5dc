// Every file of cases that the binding runs, with its runner.

import { choice } from "./choice.js";
import { estimators, hedgeDelay, hedgeTheory } from "./estimators.js";
import { hedgeFlow } from "./flow.js";
import { health } from "./health.js";
import { limits } from "./limits.js";
import { machine } from "./machine.js";
import { outcomes, pushbacks } from "./outcomes.js";
import { random } from "./random.js";
import { awsRetry, backoffs, budgets, grpcThrottle } from "./retry.js";
import { signals } from "./signals.js";
import { pauses, timers } from "./timers.js";
import { tokens } from "./tokens.js";

/** Files that know policies alone. */
export const ofPolicies = [
  pauses, timers, random, pushbacks, signals, estimators, hedgeDelay, hedgeTheory, awsRetry, backoffs, budgets,
  grpcThrottle, choice, health, outcomes, limits,
];

/** Files that drive a client, and so are run through each build. */
export const ofClients = [hedgeFlow, tokens, machine];

/** Lines `file case reason…` as `file case`. */
export function listed(text) {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  return new Set(lines.map((line) => line.split(/\s+/).slice(0, 2).join(" ")));
}
