/** Runs every test file; patterns of the runner differ between versions of Node. */

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../tests-js/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.test.js'));
const paths = files.map((name) => fileURLToPath(new URL(name, folder)));
const { status } = spawnSync(process.execPath, ['--expose-gc', '--test', ...paths], { stdio: 'inherit' });
process.exitCode = status ?? 1;
