/**
 * Puts the generated half of the package beside the compiled one: the glue of the WebAssembly build, and its bytes.
 *
 * The glue's own loader is left out, because it names its module by a URL that bundlers rewrite; the bytes are
 * inlined instead, to be compiled when the first client is built.
 */

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pack, unpack } from './packing.mjs';

const to = (name) => new URL(`../lib/${name}`, import.meta.url);
const built = (name) => new URL(`../dist/${name}`, import.meta.url);

/** Everything but the loader, which is the last thing before the exports. */
function withoutLoader(glue) {
  const [start, end] = [glue.indexOf('async function __wbg_load('), glue.indexOf('function initSync(')];
  const loader = glue.indexOf('async function __wbg_init(');
  if (start < 0 || end < start || loader < end) throw new Error('the glue has another shape than it had');
  const kept = glue.slice(0, start) + glue.slice(end, loader) + 'export { initSync };\n';
  if (kept.includes('import.meta')) throw new Error('the glue still names its module by a URL');
  return withForeignModules(kept);
}

/** Takes a module that another realm has compiled for one, as sandboxes of edge hosts hand it over. */
function withForeignModules(glue) {
  const own = '!(module instanceof WebAssembly.Module)';
  if (!glue.includes(own)) throw new Error('the glue looks at its module in another way than it did');
  return glue.replace(own, "Object.prototype.toString.call(module) !== '[object WebAssembly.Module]'");
}

/** The glue of one build, its bytes inlined, and what unpacks them; the bytes themselves are the answer. */
function put(build, folder) {
  const from = (name) => built(`${build}/web/${name}`);
  mkdirSync(to(folder), { recursive: true });
  const module = readFileSync(from('hedgerow_bg.wasm'));
  writeFileSync(to(`${folder}glue.js`), withoutLoader(readFileSync(from('hedgerow.js'), 'utf8')));
  writeFileSync(to(`${folder}glue.d.ts`), readFileSync(from('hedgerow.d.ts'), 'utf8'));
  writeFileSync(to(`${folder}unpack.js`), `export ${unpack}\n`);
  writeFileSync(to(`${folder}inlined.js`), `import { unpack } from './unpack.js';\nexport const bytes = () => ${pack(module)};\n`);
  writeFileSync(to(`${folder}inlined.d.ts`), 'export declare const bytes: () => Uint8Array<ArrayBuffer>;\n');
  return module;
}

// What an earlier build left would be packed with the rest.
rmSync(to(''), { recursive: true, force: true });

const module = put('client', './');
writeFileSync(to('hedgerow.wasm'), module);
put('policies', './core/');
copyFileSync(built('core.wasm'), to('core.wasm'));

// A package brings its licences along.
for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) {
  copyFileSync(new URL(`../../${name}`, import.meta.url), new URL(`../${name}`, import.meta.url));
}

// What editors check a document with.
copyFileSync(new URL('../../docs/src/config.schema.json', import.meta.url), to('config.schema.json'));

// The command: its module lies beside it as it is, for it never goes through a bundler.
mkdirSync(to('cli/'), { recursive: true });
writeFileSync(to('cli/glue.js'), withoutLoader(readFileSync(built('cli/web/hedgerow.js'), 'utf8')));
copyFileSync(built('cli/web/hedgerow_bg.wasm'), to('cli/cli.wasm'));
copyFileSync(new URL('../cli/main.js', import.meta.url), to('cli/main.js'));
