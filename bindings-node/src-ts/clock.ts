/**
 * The time of the process: the clock of `performance.now`, from an origin that all threads share.
 *
 * Each worker counts `performance.now` from its own start. The high-resolution time of the process is the same clock from
 * one origin; it is read once for each thread, because reading it costs an object.
 */

let offset: number | undefined;

/** Milliseconds, the same in every thread to a few microseconds. */
export function processNow(): number {
  offset ??= measured();
  return performance.now() + offset;
}

/** Of a few readings the one that took least. */
function measured(): number {
  let [best, least] = [0, Infinity];
  for (let times = 0; times < 5; times += 1) {
    const before = performance.now();
    const at = Number(process.hrtime.bigint()) / 1e6;
    const after = performance.now();
    if (after - before < least) [best, least] = [at - (before + after) / 2, after - before];
  }
  return best;
}
