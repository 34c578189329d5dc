// Events in a second: the world of `hedgerow sim bench` in WebAssembly, and the same world natively.
const { execFileSync } = require("node:child_process");
const { join, resolve } = require("node:path");

const root = resolve(__dirname, "../..");
const sim = require(join(root, "target/sim-wasm/nodejs/hedgerow.js"));

const CALLS = 500_000;

function rate() {
  const world = new sim.Simulation(sim.bench_request(CALLS));
  const begin = process.hrtime.bigint();
  const { events } = JSON.parse(world.advance(0xffff_ffff));
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  world.free();
  return events / seconds;
}

rate();
const wasm = rate();
const report = execFileSync(join(root, "target/release/hedgerow"), ["sim", "bench", "--json", "-"], { encoding: "utf8" });
const native = JSON.parse(report).clients_events_per_s;
const show = (number) => Math.round(number).toLocaleString("en").padStart(12);
console.log(`${show(native)} events/s  native`);
console.log(`${show(wasm)} events/s  WebAssembly in Node, ${(wasm / native).toFixed(2)} of native`);
