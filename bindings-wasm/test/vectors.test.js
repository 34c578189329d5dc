// Every conformance case that the binding's surface can run, through the classes and through the module without imports.

import { ClassClient, RawClient } from "./support/faces.js";
import { classes, raw } from "./support/hosts.js";
import { holdList, holdVectors } from "./support/vectors.js";

const policies = classes("policies");
const client = classes("client");
const module = raw();
const lines = (picker) => new Float64Array(policies.linearMemory().buffer, picker.records());

holdVectors("policies", policies, lines, {
  policies: (...of) => new ClassClient(policies, ...of),
  client: (...of) => new ClassClient(client, ...of),
  "core.wasm": (...of) => new RawClient(module, ...of),
});
holdList();
