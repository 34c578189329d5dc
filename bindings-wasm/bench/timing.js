// Times operations in turn: each batch of each operation runs once a round, so that what slows the machine slows all.
//
// The collector is left alone: forced before each batch it throws away what the engine has learned about the code, and
// what it costs belongs to the operations.

const BATCHES = 31;
const BATCH_MS = 8;
const WARM_MS = 300;

/**
 * Nanoseconds per operation: the median of the batches, and the least.
 *
 * `run(count)` does the operation so many times.
 */
export async function measure(operations) {
  const sized = [];
  for (const operation of operations) sized.push({ ...operation, count: await size(operation.run), times: [] });
  for (let batch = 0; batch < BATCHES; batch += 1) {
    for (const one of sized) one.times.push((await timed(one.run, one.count)) / one.count);
  }
  return sized.map(({ name, count, times }) => {
    const sorted = times.sort((a, b) => a - b);
    return { name, count, median: sorted[(BATCHES - 1) / 2], least: sorted[0], batches: BATCHES };
  });
}

/** How many operations fill a batch, once the code is as fast as it gets. */
async function size(run) {
  for (let spent = 0; spent < WARM_MS * 1e6; ) spent += await timed(run, 64);
  let count = 16;
  for (;;) {
    const spent = await timed(run, count);
    if (spent >= BATCH_MS * 1e6) return Math.max(1, Math.round((count * BATCH_MS * 1e6) / spent));
    count *= 2;
  }
}

async function timed(run, count) {
  const start = process.hrtime.bigint();
  await run(count);
  return Number(process.hrtime.bigint() - start);
}
