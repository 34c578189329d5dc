// Packs the package once, and makes projects that have installed the tarball as a user's would.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const packageFolder = join(here, "..");
const scratches = join(packageFolder, "../target/packaging");
const LIMIT_MS = 60_000;

/** Runs a program in a folder; what it prints. Whatever goes wrong is an error with its output. */
export function run(folder, program, args, environment = {}) {
  const env = { ...process.env, ...environment };
  const limits = { timeout: LIMIT_MS, killSignal: "SIGKILL" };
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: folder, env, encoding: "utf8", ...limits });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** A folder of this name with one project in it, whose `node_modules` holds the tarballs of these packages alone. */
export function pack(name, folders = [packageFolder]) {
  const target = join(scratches, name);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const folder of folders) run(folder, "npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", target]);
  const tarballs = readdirSync(target).filter((name) => name.endsWith(".tgz")).map((file) => join(target, file));
  const installed = join(target, "installed");
  write(installed, { "package.json": JSON.stringify({ name: "scratch", private: true, version: "0.0.0" }) });
  // A cache of its own: nothing is waited for that another npm holds.
  const alone = ["--offline", "--cache", join(target, "cache"), "--ignore-scripts", "--no-audit", "--no-fund"];
  run(installed, "npm", ["install", ...alone, ...tarballs]);
  return {
    tarball: tarballs[0],
    /** The package as it was installed. */
    installed: join(installed, "node_modules/hedgerow"),
    /** A copy of the project, with these files. */
    project(name, files) {
      const folder = join(target, name);
      cpSync(installed, folder, { recursive: true });
      write(folder, files);
      return folder;
    },
  };
}

function write(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** Beside the files of a project of ES modules. */
export const MODULE = { "package.json": JSON.stringify({ type: "module" }) };

/** Bundles `main.js` into the folder `bundle`. */
export function esbuild(folder, flags = []) {
  const always = ["main.js", "--bundle", "--format=esm", "--outdir=bundle", "--log-level=error"];
  run(folder, tool("@esbuild/linux-x64/bin/esbuild"), [...always, ...flags]);
}

/** The path of a file in a tool that is installed beside the tests. */
export function tool(path, from = "package.json") {
  const [scope, name] = path.split("/");
  const main = scope.startsWith("@") ? `${scope}/${name}` : scope;
  const manifest = createRequire(join(here, from)).resolve(`${main}/package.json`);
  return join(dirname(manifest), path.slice(main.length + 1));
}

/** What every host runs, through three entries: a call that fails once and is tried again, a token of a lease, a request. */
export const USE = `
  const client = createClient({
    config: { objective: { target_us: 1000 }, operations: { get: { idempotency: "natural" } }, token: { tier: "regional" } },
    endpoints: ["https://a.example", "https://b.example"],
  });
  const sent = [];
  const value = await client.call(({ endpoint, number }) => {
    sent.push(endpoint);
    if (number === 1) throw new Error("first");
    return "answer " + number;
  }, { op: "get", deadlineMs: 5000 });
  lease(client, { startUs: 1_700_000_000_000_000, count: 1, expiresMs: client.clock.now() + 60_000 });
  const token = await client.call((attempt) => attempt.token, { idempotency: "token" });
  const hedged = withPolicy(async (url) => new Response(String(url)), client);
  const text = await (await hedged("/items")).text();
  client.close();
  const told = { value, sent: sent.length, distinct: new Set(sent).size, token: token.slice(0, 18), fetched: /^https:\\/\\/[ab]\\.example\\/items$/.test(text) };
`;

/** The last line that a program printed. */
export function said(text) {
  return JSON.parse(text.trim().split("\n").at(-1));
}

/** What the program of {@link USE} tells. */
export const TOLD = { value: "answer 2", sent: 2, distinct: 2, token: "018bcfe5-6800-7000", fetched: true };

/** The imports of {@link USE}. */
export const IMPORTS = `import { createClient } from "hedgerow";
  import { withPolicy } from "hedgerow/fetch";
  import { lease } from "hedgerow/inputs";
`;

/** The program for a host that prints. */
export const PRINTS = `${IMPORTS}${USE}\nconsole.log(JSON.stringify(told));\n`;

/** The program for a page, which posts; also when something went wrong. */
export const POSTS = `${IMPORTS}
const run = async () => {${USE} return told; };
run().catch((error) => ({ fault: String(error.stack ?? error) }))
  .then((told) => fetch("/done", { method: "POST", body: JSON.stringify(told) }));
`;

/** A page around one module. */
export function page(script, head = "") {
  return `<!doctype html>\n<meta charset="utf-8">\n<title>Scratch</title>\n${head}<script type="module" src="${script}"></script>\n`;
}
