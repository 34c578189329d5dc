/** Failures without an answer: which of the core's faults the error of a `fetch` tells of. */

import { Fault } from '../engine.js';

/** By number of the fault; the last is any other. Some have no code by which an error could tell them. */
const FAULTS = [
  /^(ECONNREFUSED|E(HOST|NET)UNREACH|UND_ERR_CONNECT_TIMEOUT)$/,
  /^(ENOTFOUND|EAI_AGAIN)$/,
  /^(ERR_(TLS|SSL)|CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)_/,
  ,
  /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/,
  ,
  ,
  /^/,
];

/** Reads the code that Node puts under an error's cause; browsers tell nothing. */
export function faultOf(error: unknown): Fault {
  const told = error as { code?: unknown; cause?: { code?: unknown } } | null | undefined;
  const code = String(told?.code ?? told?.cause?.code);
  return FAULTS.findIndex((pattern) => pattern?.test(code));
}
