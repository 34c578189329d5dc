/**
 * The TypeScript of the book's pages: compiled against the package by its strictest rules, and run.
 *
 * The blocks of a page are one program. What a line logs is what the comment behind it says; `fetch` answers every
 * request with one row, since no example has servers.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PAGES = fileURLToPath(new URL('../../docs/src', import.meta.url));
const FOLDER = fileURLToPath(new URL('book', import.meta.url));
const COMPILER = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));

const RULES = {
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
  },
  include: ['*.ts'],
};

const FETCH = "globalThis.fetch = async () => new Response('row 7');\n";

/** The programs of the pages, by the names of their files. */
function programs(): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of readdirSync(PAGES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))) {
    const text = readFileSync(join(PAGES, path), 'utf8');
    const blocks = Array.from(text.matchAll(/^```ts\n(.*?)^```$/gms), ([, block]) => block);
    if (blocks.length > 0) found.set(path.replace(/\W+/g, '-'), blocks.join('\n'));
  }
  return found;
}

const found = programs();

test('there are pages with programs', () => {
  assert.ok(found.size >= 2, [...found.keys()].join());
});

test('every program of a page compiles', () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, program] of found) writeFileSync(join(FOLDER, `${name}.ts`), program);
  writeFileSync(join(FOLDER, 'fetch.js'), FETCH);
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(RULES));
  execFileSync(process.execPath, [COMPILER, '-p', FOLDER], { stdio: 'inherit' });
});

for (const [name, program] of found) {
  test(`what ${name} logs is what it says`, () => {
    const said = Array.from(program.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm), ([, text]) => text);
    const fetch = new URL('book/fetch.js', import.meta.url).href;
    const logged = execFileSync(process.execPath, ['--import', fetch, join(FOLDER, `${name}.js`)], { encoding: 'utf8' });
    assert.ok(said.length > 0);
    assert.deepEqual(logged.trimEnd().split('\n'), said);
  });
}
