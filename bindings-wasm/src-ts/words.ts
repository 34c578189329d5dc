/** Words of the configuration and of reports, in the order of their codes. */

import { IDEMPOTENCY, PRIORITY } from './generated/words.js';

export * from './generated/words.js';

/** Codes of the words that a call may be given. @internal */
export const PRIORITY_CODES = codes(PRIORITY);
/** @internal */
export const IDEMPOTENCY_CODES = codes(IDEMPOTENCY);

function codes(words: readonly string[]): ReadonlyMap<string, number> {
  return new Map(words.map((word, code) => [word, code]));
}
