// Tokens: minting, texts, the window of a server, the estimate of its clock.

import { instant, ms } from "../support/times.js";
import { unknown } from "./run.js";
import { classes } from "./retry.js";

const SEED = new Uint8Array(32).fill(8);
const offers = ["New", "Duplicate(running)", "Duplicate(done)", "TooOld", "TooNew"];

/** The hexadecimal text of a token. */
function hex({ t_us, nonce_hex, nonce = 0 }) {
  const digits = nonce_hex ?? nonce.toString(16).padStart(32, "0");
  return `${t_us.toString(16).padStart(16, "0")}-${digits}`;
}

function generator({ TokenGenerator }, { config, steps }) {
  const { resolution_us = 1, max_drift_us = 1_000_000, on_drift = "continue" } = config ?? {};
  const block = Math.max(resolution_us, 10);
  const digits = steps.filter((step) => step.do === "mint").map(({ digit }) => Math.ceil((digit * 2 ** 32) / block));
  return TokenGenerator.scripted({ token: { resolution_us, max_drift_us, on_drift } }, SEED, Uint32Array.from(digits));
}

/** A window by the settings of a case; calls must be over well before it forgets them. */
function windowOf({ DedupWindow }, { config }) {
  const given = (names) => Object.fromEntries(Object.entries(config ?? {}).filter(([name]) => names.includes(name)));
  return new DedupWindow({
    objective: { max_us: 1_000_000 },
    token: { accept: given(["past_us", "future_us"]), window: given(["capacity", "cold_start"]) },
  });
}

/** What a text that is refused answers: its word. */
function refusal(read) {
  try {
    return read();
  } catch (error) {
    if (error.code === undefined) throw error;
    return `error:${error.code}`;
  }
}

export const tokens = {
  file: "08-tokens.json",
  begin: ({ policies, client }, each) => {
    const { ClockOffset, TokenText, readHttp, reasonSlug } = policies;
    const minting = generator(policies, each);
    const [window, clock] = [windowOf(policies, each), new ClockOffset()];
    const token = (step) => TokenText.parse(hex(step));
    const mint = ({ wall_us, at_us }) => {
      const code = minting.mint(wall_us === undefined || wall_us === null ? -1 : ms(wall_us), ms(at_us));
      if (code < 0) return `error:${reasonSlug(-code)}`;
      return { t_us: instant(minting.last()), ...(code > 0 && { warning: reasonSlug(code) }) };
    };
    const format = (step) => {
      const form = (uuid7) => refusal(() => token(step).inForm(uuid7).text());
      return { hex: form(false), uuid7: form(true) };
    };
    const parse = ({ text }) => refusal(() => {
      const read = TokenText.parse(text);
      const t_us = instant(read.time());
      return { t_us, nonce_hex: read.nonce(), unix_ms: Math.floor(t_us / 1000) };
    });
    const offer = (step) => {
      const [foretold, found] = [window.peek(token(step), ms(step.wall_us)), window.offer(token(step), ms(step.wall_us))];
      if (foretold !== found) throw new Error("peek foretells another offer");
      return offers[found];
    };
    const estimate = (at) => {
      const wall = clock.estimate(ms(at));
      if (wall < 0) return null;
      const wall_us = instant(wall);
      return { wall_us, error_us: Math.round(clock.estimateError() * 1000), offset_us: wall_us - at };
    };
    const sample = ({ send_us, recv_us, server_wall_us }) => {
      clock.observe(ms(send_us), ms(recv_us), ms(server_wall_us));
      return estimate(recv_us);
    };
    const kinds = {
      mint, format, parse, offer, sample,
      reencode: ({ text }) => ({ uuid7: TokenText.parse(text).text() }),
      header: (step) => `Idempotency-Key: ${token(step).inForm(true).idempotencyKey()}`,
      peek: (step) => offers[window.peek(token(step), ms(step.wall_us))],
      done: (step) => void window.done(token(step)),
      forget: (step) => void window.forget(token(step)),
      estimate: ({ at_us }) => estimate(at_us),
      status: ({ code, ordinal }) => ({ cls: classes[readHttp(code, [], ordinal > 1, -1).failureClass] }),
      property: () => oneTokenPerCall(client, each.config),
    };
    return {
      answer: (step) => (kinds[step.do] ?? unknown)(step),
      end: () => ({ entries: window.size(), floor_us: instant(window.floor()) }),
    };
  },
};

/** Runs calls whose attempts all fail, so that each is hedged and retried, and looks at the tokens sent. */
function oneTokenPerCall(make, { calls, max_attempts, hedges }) {
  const client = make({
    hedge: { strategy: "fixed", delay_us: 1000, max: hedges, after_failure: false },
    retry: { max_attempts },
    budget: { mode: "off" },
  }, SEED, 0);
  client.topology(["a", "b", "c", "d"].map((name) => ({ do: "add", name })), 0);
  const run = { now: 0 };
  const minted = [];
  let [most, sent] = [0, 0];
  for (let number = 0; number < calls; number += 1) {
    // The wall clock stands still for seven calls at a time.
    const wall = 1_700_000_000_000_000 + Math.floor(number / 7);
    const call = client.start({ cookie: number, namespace: 0, operation: 0, replicas: [], wall, packed: 255 + 256 * 3 }, run.now);
    const seen = runToFailure(client, call, run);
    sent += seen.length;
    most = Math.max(most, new Set(seen).size);
    minted.push(seen[0]);
  }
  if (sent !== calls * (max_attempts + hedges)) throw new Error(`${sent} attempts were sent`);
  return {
    tokens_per_call: most,
    distinct_tokens_over_calls: new Set(minted).size === minted.length,
    strictly_increasing_in_mint_order: minted.every((token, at) => at === 0 || minted[at - 1] < token),
  };
}

/** Lets a call's hedge timer fire, then fails whatever is open until the call completes; the tokens in send order. */
function runToFailure(client, call, run) {
  const seen = [];
  let open = [];
  let complete = false;
  const take = () => {
    for (const [code, , , attempt] of client.drained()) {
      if (code === 1) {
        seen.push(client.token(call));
        open.push(attempt);
      }
      complete ||= code === 3;
    }
  };
  take();
  while (!complete) {
    // The primary waits for its hedge; later attempts fail as they come.
    if (seen.length === 1 || open.length === 0) {
      run.now = client.wake();
      client.timeout(run.now);
      take();
    }
    const due = seen.length > 1 ? open.splice(0) : [];
    for (const attempt of due) {
      client.failure(attempt, 2, undefined, undefined, run.now);
      take();
    }
  }
  return seen;
}
