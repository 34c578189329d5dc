/** Words of the configuration and of reports, in the order of their codes. */

import { REASONS, type ReasonSlug } from './generated/reasons.js';

export * from './generated/words.js';

/** The short name of a reason. @internal */
export function slugOf(reason: number): ReasonSlug {
  return REASONS[reason] ?? 'ok';
}
