// Times the package beside published ones in one process, and weighs them all.
//
// Ratios tell more than times: the machine is the same for all of a group, and for nothing else.

import { groups } from "./operations.js";
import { measure } from "./timing.js";
import { weighed } from "./weights.js";

console.log(`Node ${process.versions.node}, V8 ${process.versions.v8}`);
for (const { title, operations } of groups()) {
  const found = await measure(operations);
  const base = found[0].median;
  console.log(`\n${title}, medians of ${found[0].batches} batches`);
  for (const { name, median, least } of found) {
    console.log(`${name.padEnd(48)} ${shown(median)} ${shown(least)}  × ${(median / base).toFixed(2)}`);
  }
}

console.log(`\n${"bundled by esbuild, minified".padEnd(48)} ${"raw".padStart(9)} ${"gzip".padStart(9)}`);
for (const [name, { raw, gzip }] of Object.entries(weighed())) {
  console.log(`${name.padEnd(48)} ${String(raw).padStart(9)} ${String(gzip).padStart(9)}`);
}
process.exit(0);

function shown(nanoseconds) {
  return (nanoseconds < 1e4 ? `${nanoseconds.toFixed(0)} ns` : `${(nanoseconds / 1000).toFixed(1)} µs`).padStart(9);
}
