// Runs files of conformance cases: every case, every step, and what a runner does not know fails it.
//
// Nothing here belongs to a host: the same modules run in Node and in a page.

/** Runs one file; a topic's `begin` answers the function that answers each step. */
export function runFile(topic, modules, document, left) {
  const ran = document.cases.filter(({ id }) => !left.has(`${topic.file} ${id}`) && !left.has(`${topic.file} *`));
  return ran.map((each) => {
    const { id, source, reading } = each;
    try {
      runCase(topic, modules, each, left);
      return { file: topic.file, id, source, reading };
    } catch (error) {
      return { file: topic.file, id, source, reading, error: error.stack ?? String(error) };
    }
  });
}

function runCase(topic, modules, each, left) {
  const { steps, expect } = each;
  const isLeft = (at) => left.has(`${topic.file} ${each.id}#${at}`);
  const bench = topic.begin(modules, each);
  const same = topic.same ?? agrees;
  steps.forEach((step, at) => {
    if (isLeft(at)) return;
    const found = bench.answer(step, expect[at]);
    const fault = expect[at] === null ? undefined : same(found, expect[at], each);
    if (fault !== undefined) throw new Error(`step ${at} ${JSON.stringify(step)}: ${fault}`);
  });
  expect.slice(steps.length).forEach((end) => {
    if (bench.end === undefined) throw new Error(`an expectation without a step: ${JSON.stringify(end)}`);
    const fault = same(bench.end(end), end, each);
    if (fault !== undefined) throw new Error(`at the end: ${fault}`);
  });
  bench.finish?.();
}

/** An object is checked field by field, anything else is equal; what is wrong, if anything is. */
export function agrees(found, expected) {
  if (!isObject(expected)) return equal(found, expected) ? undefined : `found ${show(found)}, want ${show(expected)}`;
  for (const [field, want] of Object.entries(expected)) {
    if (!isObject(found) || !(field in found)) return `unknown field of an expectation: ${field}`;
    if (!equal(found[field], want)) return `${field} is ${show(found[field])}, not ${show(want)}`;
  }
  return undefined;
}

/** Numbers within a relative tolerance. */
export function near(found, expected, tolerance) {
  return Math.abs(found - expected) <= tolerance * Math.abs(expected);
}

/** An unknown kind of step. */
export function unknown(what) {
  throw new Error(`unknown: ${JSON.stringify(what)}`);
}

export function equal(one, other) {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, at) => equal(value, other[at]));
  }
  if (isObject(one) && isObject(other)) {
    const names = Object.keys(one);
    return names.length === Object.keys(other).length && names.every((name) => equal(one[name], other[name]));
  }
  return one === other;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value) {
  return JSON.stringify(value);
}
