// What bundles of the package weigh, held to a committed table: nothing grows by more than a hundredth unnoticed.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { weighed } from "./weights.js";

const TABLE = new URL("weights.json", import.meta.url);
const OURS = [
  "hedgerow", "hedgerow/slim", "hedgerow, the driver alone", "hedgerow/core", "hedgerow/fetch", "hedgerow/inputs, beside the driver",
  "hedgerow/fetch, beside the driver",
];

/** What a bundle may weigh compressed, whatever the table says. */
const BUDGETS = { "hedgerow, the driver alone": 6000, "hedgerow/fetch, beside the driver": 1500 };

test("no bundle weighs more than its budget", () => {
  const found = weighed(Object.keys(BUDGETS));
  const over = Object.entries(BUDGETS).filter(([name, budget]) => found[name].gzip > budget);
  assert.deepEqual(over, [], JSON.stringify(found));
});

test("no bundle weighs a hundredth more than the committed table says", () => {
  const found = weighed(OURS);
  console.log(JSON.stringify(found, null, 2));
  if (process.env.HEDGEROW_BLESS === "1") return writeFileSync(TABLE, `${JSON.stringify(found, null, 2)}\n`);
  const committed = JSON.parse(readFileSync(TABLE, "utf8"));
  assert.deepEqual(Object.keys(committed), OURS);
  const grown = OURS.filter((name) => ["raw", "gzip"].some((kind) => found[name][kind] > committed[name][kind] * 1.01));
  assert.deepEqual(grown, [], "HEDGEROW_BLESS=1 accepts what is meant");
  return undefined;
});
