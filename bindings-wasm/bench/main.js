// Times the package beside published ones in one process, and weighs them all: one table, and with a
// file named on the command line the same as a JSON document.
//
// Ratios tell more than times: the machine is the same for all of a group, and for nothing else.

import { writeFileSync } from "node:fs";
import { groups } from "./operations.js";
import { measure } from "./timing.js";
import { artefacts, weighed } from "./weights.js";

const WIDTH = 48;
const host = { node: process.versions.node, v8: process.versions.v8 };

const times = [];
for (const { title, operations } of groups()) {
  const found = await measure(operations);
  const base = found[0].median;
  times.push({ title, batches: found[0].batches, operations: found.map((one) => ({ ...one, ratio: one.median / base })) });
}
const sizes = [
  { title: "bundled by esbuild, minified", sizes: weighed() },
  { title: "as it is in the package", sizes: artefacts() },
];
print();
const [, , file] = process.argv;
if (file !== undefined) writeFileSync(file, `${JSON.stringify({ schema: "hedgerow-bench-js/1", host, times, sizes }, null, 2)}\n`);
process.exit(0);

function print() {
  console.log(`Node ${host.node}, V8 ${host.v8}; medians of ${times[0].batches} batches, the fastest batch, ratio to the first of a group`);
  for (const { title, operations } of times) {
    console.log(`\n${title}`);
    for (const { name, median, least, ratio } of operations) line(name, shown(median), shown(least), `× ${ratio.toFixed(2)}`);
  }
  for (const { title, sizes: found } of sizes) {
    console.log();
    line(title, "raw", "gzip", "");
    for (const [name, { raw, gzip }] of Object.entries(found)) line(name, String(raw), String(gzip), "");
  }
}

function line(name, one, other, last) {
  console.log(`${name.padEnd(WIDTH)} ${one.padStart(9)} ${other.padStart(9)}  ${last}`.trimEnd());
}

function shown(nanoseconds) {
  return nanoseconds < 1e4 ? `${nanoseconds.toFixed(0)} ns` : `${(nanoseconds / 1000).toFixed(1)} µs`;
}
