/** Programs that need a process of their own. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs a program of the folder `programs`; answers the JSON that it prints. */
export function program(name: string): unknown {
  const path = fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [path], { encoding: 'utf8', timeout: 60_000 }));
}
