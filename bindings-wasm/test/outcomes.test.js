// What answers, failures and headers mean, through the classes for JavaScript.

import { createRequire } from "node:module";
import { micros, ms, runVectors } from "./support/vectors.js";

const hedgerow = createRequire(import.meta.url)("../dist/policies/nodejs/hedgerow.js");

const faults = [
  "connect_refused", "name_resolution", "tls_before_request", "h2_refused_stream", "reset_after_send",
  "attempt_timer", "caller_abort",
];
const bodies = ["none", "bytes", "string", "factory", "stream"];

/** The word of a failure class. */
function word(code) {
  if (code === 0) return "success";
  return code < 0 ? "cancelled" : hedgerow.failureClassSlug(code);
}

function read(step) {
  const headers = Object.entries(step.headers ?? {}).flat();
  const wall = step.wall_us === undefined ? -1 : ms(step.wall_us);
  return hedgerow.readHttp(step.status ?? 0, headers, false, wall);
}

function said(outcome) {
  const after = micros(outcome.retryAfter);
  const granted = outcome.maxRetries < 0 ? null : outcome.maxRetries;
  const none = after === null && !outcome.never && granted === null;
  return { after_us: after, never: outcome.never, max_retries: granted, none };
}

runVectors("16-http-outcomes.json", {
  http_status: (step) => ({ class: word(read(step).failureClass), unclassified: read(step).unclassified }),
  grpc_status: (step) => ({ class: word(hedgerow.grpcStatus(step.status)) }),
  failure: (step) => {
    const at = faults.indexOf(step.kind);
    if (at < 0) throw new Error(`unknown fault ${step.kind}`);
    return { class: word(hedgerow.faultClass(at)) };
  },
  method: (step) => {
    const often = hedgerow.httpIdempotency(step.name, step.token);
    return { idempotent: often > 0, hedgeable: often > 1 };
  },
  delay: (step) => said(step.protocol === "grpc" ? hedgerow.grpcPushback(step.values) : read(step)),
  body: (step) => ({ repeatable: hedgerow.isRepeatableBody(bodies.indexOf(step.kind)) }),
});

runVectors("03-pushback.json", {
  retry_after: (step, config) => ({ after_us: capped(micros(hedgerow.retryAfter(step.text, ms(config.wall_us)))) }),
  grpc: (step) => said(hedgerow.grpcPushback(step.values)),
  pushback_map: (step) => {
    const text = (value) => (value === undefined ? undefined : String(value));
    try {
      const { maxRetries, retryAfterSeconds } = step.map;
      return { ...said(hedgerow.pushbackFromMap(text(maxRetries), text(retryAfterSeconds))), error: false };
    } catch (error) {
      return { error: error.code === "invalid_argument" };
    }
  },
});

/** The reader of the one header tells what it says; the cut to an hour comes with the whole answer. */
function capped(after) {
  return after === null ? null : Math.min(after, 3_600_000_000);
}
