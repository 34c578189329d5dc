// Files of the repository, in Node.

import { readFileSync } from "node:fs";

const repository = new URL("../../../", import.meta.url);

/** A text of the repository. */
export function readText(path) {
  return readFileSync(new URL(path, repository), "utf8");
}

/** A JSON file of the repository. */
export function readJson(path) {
  return JSON.parse(readText(path));
}
