// Shows a page to headless Chromium and waits for what the page posts.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const LIMIT_MS = 90_000;

const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--disable-extensions",
];

const TYPES = {
  ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json",
  ".wasm": "application/wasm",
};

/**
 * Opens `path` of a folder in Chromium; answers what the page posts to `/done`.
 *
 * `headers` go with every file: a content security policy, say.
 */
export async function visit(root, path, headers = {}) {
  const done = Promise.withResolvers?.() ?? withResolvers();
  const server = createServer((request, response) => serve(root, headers, request, response, done));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const profile = mkdtempSync(join(tmpdir(), "hedgerow-chromium-"));
  const url = `http://127.0.0.1:${server.address().port}/${path}`;
  // Whatever else it writes down lies in the folder that is removed.
  const env = { ...process.env, TMPDIR: profile };
  const browser = spawn(CHROMIUM, [...FLAGS, `--user-data-dir=${profile}`, url], { stdio: "ignore", detached: true, env });
  browser.on("error", done.reject);
  browser.on("exit", (code) => done.reject(new Error(`Chromium ended with ${code}`)));
  const limit = setTimeout(() => done.reject(new Error(`the page told nothing in ${LIMIT_MS} ms`)), LIMIT_MS);
  try {
    return await done.promise;
  } finally {
    clearTimeout(limit);
    await end(browser);
    server.close();
    server.closeAllConnections();
    await remove(profile);
  }
}

/** Ends the browser with the processes of its own, which are one group, and waits until it has ended. */
async function end(browser) {
  if (browser.exitCode !== null || browser.pid === undefined) return;
  const ended = new Promise((resolve) => browser.once("exit", resolve));
  process.kill(-browser.pid, "SIGKILL");
  await ended;
}

/** Removes a profile; processes that have not ended yet may write there a little longer. */
async function remove(profile) {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    try {
      return rmSync(profile, { recursive: true, force: true });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return undefined;
}

async function serve(root, headers, request, response, done) {
  const { pathname } = new URL(request.url, "http://localhost");
  if (request.method === "POST" && pathname === "/done") {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end();
    return done.resolve(JSON.parse(Buffer.concat(chunks).toString()));
  }
  try {
    // A path that is normalized from the root never leaves the folder.
    const file = await readFile(join(root, normalize(decodeURIComponent(pathname))));
    response.writeHead(200, { "content-type": TYPES[extname(pathname)] ?? "text/plain", ...headers });
    response.end(file);
  } catch {
    response.writeHead(404).end();
  }
  return undefined;
}

/** For hosts that have no `Promise.withResolvers`. */
function withResolvers() {
  const found = {};
  found.promise = new Promise((resolve, reject) => Object.assign(found, { resolve, reject }));
  return found;
}
