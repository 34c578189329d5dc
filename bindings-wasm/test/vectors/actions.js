// The records of a client, read as the cases write them.

import { classes } from "./retry.js";

const codes = { 1: "send", 2: "cancel", 3: "complete", 4: "reject", 5: "handshake" };
const kinds = ["primary", "hedge", "retry"];
const outcomes = ["ok", "failed", "cancelled"];
const causes = [null, "server", "client_pause"];

/** Code 255 of a start: as the operation says. */
export const OF_OPERATION = 255 + 256 * 255;

/** One record with its fields taken apart; times are microseconds. */
export function readRecord(client, { reasonSlug }, [code, cookie, call, attempt, endpoint, time, arg, packed]) {
  const [reason, ordinal, detail] = [packed % 65536, (packed >> 16) & 255, Math.floor(packed / 2 ** 24)];
  return {
    action: codes[code], cookie, call, attempt, endpoint, ordinal, reason: reasonSlug(reason), code: reason,
    time: client.read(time), arg: client.read(arg), kind: kinds[detail & 3], minted: (detail & 16) !== 0,
    outcome: outcomes[detail & 3], failure: detail >> 2 & 7 ? classes[detail >> 2 & 7] : null, cause: causes[detail >> 5],
  };
}
