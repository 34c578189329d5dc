// A client through the addon, with the face that the conformance cases know.

import * as core from "../lib/core/index.js";
import { ClassClient } from "../../bindings-wasm/test/support/faces.js";

export { core };

/** The classes of the addon; their buffers are arrays of their own. */
export class NativeClient extends ClassClient {
  constructor(config, seed, now) {
    super(core, config, seed, now);
  }

  buffer() {
    return { memory: this.client.records(), start: 0, capacity: this.client.recordCapacity() };
  }
}
