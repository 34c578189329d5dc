/** Counts what importing the package does. */

const counts = { timers: 0, randoms: 0, controllers: 0, compiled: 0 };

function counting<F extends object>(target: F, count: keyof typeof counts): F {
  const seen = <A>(work: () => A): A => {
    counts[count] += 1;
    return work();
  };
  return new Proxy(target, {
    apply: (called, self, args) => seen(() => Reflect.apply(called as () => unknown, self, args)),
    construct: (called, args) => seen(() => Reflect.construct(called as new () => object, args)),
  });
}

globalThis.setTimeout = counting(setTimeout, 'timers');
globalThis.setInterval = counting(setInterval, 'timers');
globalThis.AbortController = counting(AbortController, 'controllers');
WebAssembly.Module = counting(WebAssembly.Module, 'compiled');
WebAssembly.Instance = counting(WebAssembly.Instance, 'compiled');
Math.random = counting(Math.random, 'randoms');
crypto.getRandomValues = counting(crypto.getRandomValues, 'randoms');

const { createClient } = await import('hedgerow');
for (const entry of ['slim', 'core', 'inputs', 'fetch', 'testing']) await import(`hedgerow/${entry}`);
console.log(JSON.stringify(counts));
createClient().close();
if (counts.compiled === 0 || counts.randoms === 0) throw new Error('the counters see nothing');
