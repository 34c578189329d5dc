/** The core's tables of HTTP, over the functions of any build of it. */

import type { Tables } from './engine.js';
import { NOT_GIVEN } from './generated/record.js';
import { FAILURE_CLASSES } from './words.js';

/** What every build for JavaScript has under these names. */
export interface HttpFunctions {
  httpIdempotency: Tables['idempotency'];
  delayHeaders(): string[];
  readHttp(
    status: number,
    headers: string[],
    repeatsToken: boolean,
    wall: number,
  ): { readonly failureClass: number; readonly never: boolean; readonly retryAfter: number; free(): void };
  faultClass(fault: number): number;
  clientField: Tables['clientField'];
}

/** The tables. */
export function tables(build: HttpFunctions): Tables {
  return {
    idempotency: build.httpIdempotency,
    answer(status, header, repeatsToken, clock) {
      const said: string[] = [];
      for (const name of build.delayHeaders()) {
        const value = header(name);
        if (value !== null) said.push(name, value);
      }
      const read = build.readHttp(status, said, repeatsToken, said.length === 0 ? NOT_GIVEN : clock.wall());
      const found = FAILURE_CLASSES[read.failureClass - 1];
      const meaning = found && { class: found, never: read.never, retryAfterMs: read.retryAfter };
      read.free();
      return meaning;
    },
    fault: (fault) => FAILURE_CLASSES[build.faultClass(fault) - 1],
    clientField: build.clientField,
  };
}
