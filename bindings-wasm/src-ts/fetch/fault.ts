/** Failures without an answer: which of the core's faults the error of a `fetch` tells of. */

import { Fault } from '../engine.js';

const FAULTS: readonly (readonly [RegExp, Fault])[] = [
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/, Fault.ConnectionRefused],
  [/^(ENOTFOUND|EAI_AGAIN)$/, Fault.NameResolution],
  [/^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/, Fault.TlsBeforeRequest],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, Fault.ResetAfterSend],
];

/** Reads the code that Node puts under an error's cause; browsers tell nothing. */
export function faultOf(error: unknown): Fault {
  const code = codeOf(error) ?? codeOf((error as { cause?: unknown } | undefined)?.cause);
  return FAULTS.find(([pattern]) => code !== undefined && pattern.test(code))?.[1] ?? Fault.Other;
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
