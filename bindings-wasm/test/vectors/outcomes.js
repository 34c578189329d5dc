// What answers, failures and headers mean, and what servers ask for.

import { micros, ms } from "../support/times.js";
import { unknown } from "./run.js";

const faults = {
  connect_refused: 0, name_resolution: 1, tls_before_request: 2, h2_refused_stream: 3, h2_goaway: 3,
  reset_after_send: 4, attempt_timer: 5, caller_abort: 6,
};
const bodies = ["none", "bytes", "string", "factory", "stream"];

/** The word of a failure class. */
function word({ failureClassSlug }, code) {
  if (code === 0) return "success";
  return code < 0 ? "cancelled" : failureClassSlug(code);
}

function read({ readHttp }, { status = 0, headers = {}, wall_us, attempt, token }) {
  const wall = wall_us === undefined ? -1 : ms(wall_us);
  return readHttp(status, Object.entries(headers).flat(), attempt > 1 && token === true, wall);
}

function said(outcome) {
  const after_us = micros(outcome.retryAfter);
  const max_retries = outcome.maxRetries < 0 ? null : outcome.maxRetries;
  const none = after_us === null && !outcome.never && max_retries === null;
  return { after_us, never: outcome.never, max_retries, none };
}

export const outcomes = {
  file: "16-http-outcomes.json",
  begin: ({ policies }) => ({
    answer: (step) => {
      switch (step.do) {
        case "http_status": {
          const outcome = read(policies, step);
          return { class: word(policies, outcome.failureClass), unclassified: outcome.unclassified };
        }
        case "grpc_status": return { class: word(policies, policies.grpcStatus(step.status)) };
        case "failure": return { class: word(policies, policies.faultClass(faults[step.kind] ?? unknown(step))) };
        case "method": {
          const often = policies.httpIdempotency(step.name, step.token);
          return { idempotent: often > 0, hedgeable: often > 1 };
        }
        case "delay":
          return said(step.protocol === "grpc" ? policies.grpcPushback(step.values) : read(policies, step));
        case "body": return { repeatable: policies.isRepeatableBody(bodies.indexOf(step.kind)) };
        default: return unknown(step);
      }
    },
  }),
};

export const pushbacks = {
  file: "03-pushback.json",
  begin: ({ policies }, { config }) => ({
    answer: (step) => {
      switch (step.do) {
        // The reader of the one header tells what it says; the cut to an hour comes with the whole answer.
        case "retry_after": return said(read(policies, { status: 503, headers: { "retry-after": step.text }, ...config }));
        case "grpc": return said(policies.grpcPushback(step.values));
        case "pushback_map": return fromMap(policies, step.map);
        default: return unknown(step);
      }
    },
  }),
};

function fromMap({ pushbackFromMap }, { maxRetries, retryAfterSeconds }) {
  const text = (value) => (value === undefined ? undefined : String(value));
  try {
    return said(pushbackFromMap(text(maxRetries), text(retryAfterSeconds)));
  } catch (error) {
    if (error.code !== "invalid_argument") throw error;
    return { error: true };
  }
}
