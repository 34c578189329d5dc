// The surface of the core beside that of the binding.

import { classes } from "./support/hosts.js";
import { holdParity } from "./support/parity.js";

holdParity(classes("policies"));
