// Streams, scripts and nonces.

import { unknown } from "./run.js";

export const random = {
  file: "02-random.json",
  begin: ({ policies }, { config }) => {
    const { Nonces, Stream } = policies;
    const seed = Uint8Array.from(config.seed_hex?.match(/../g) ?? [], (byte) => parseInt(byte, 16));
    const stream = configured(Stream, config);
    const drawn = (draw) => {
      const before = stream.remaining();
      const value = draw();
      if (stream.overdrawn() > 0) throw new Error("the script is exhausted");
      return { value, words_used: before - stream.remaining() };
    };
    const series = (count, next) => Array.from({ length: count ?? 1 }, next);
    return {
      answer: (step) => {
        switch (step.do) {
          case "xoshiro256++": return outputs(series(step.count, () => stream.u64()));
          case "stream": {
            const derived = new Stream(seed, step.stream);
            const state_hex = [...derived.state()].map(littleEndian).join("");
            return { state_hex, ...outputs(series(step.count, () => derived.u64())) };
          }
          case "nonce": {
            const nonces = new Nonces(seed, 0);
            return { hex: series(step.count, () => nonces.nextNonce()) };
          }
          case "below":
            return step.count === undefined
              ? drawn(() => stream.below(step.n))
              : { values: series(step.count, () => stream.below(step.n)) };
          case "range": return drawn(() => stream.range(step.lo, step.hi));
          case "chance": return drawn(() => stream.chance(step.p_q32));
          default: return unknown(step);
        }
      },
    };
  },
};

function configured(Stream, config) {
  if (config.words !== undefined) return Stream.fromWords(Uint32Array.from(config.words));
  if (config.draws_q32 !== undefined) return Stream.fromFractions(Uint32Array.from(config.draws_q32));
  if (config.state !== undefined) return Stream.fromState(...config.state.map(BigInt));
  if (config.state_from === "splitmix64") return Stream.fromState(...splitmix(BigInt(config.seed), 4));
  return Stream.fromWords(new Uint32Array());
}

/** SplitMix64, by which cases seed a generator; the core has none. */
function splitmix(seed, count) {
  const cut = (value) => BigInt.asUintN(64, value);
  let state = seed;
  return Array.from({ length: count }, () => {
    state = cut(state + 0x9e3779b97f4a7c15n);
    let mixed = cut((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n);
    mixed = cut((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
    return mixed ^ (mixed >> 31n);
  });
}

function outputs(values) {
  return { values: values.map(String), values_hex: values.map((value) => value.toString(16).padStart(16, "0")) };
}

function littleEndian(word) {
  return word.toString(16).padStart(16, "0").match(/../g).reverse().join("");
}
