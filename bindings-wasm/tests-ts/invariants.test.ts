import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Attempt, type Client, failure, type FailureClass } from 'hedgerow';
import { engineOf, type VirtualClock } from 'hedgerow/testing';
import { CONFIG, type Held, WatchedSignal, service } from './scene.js';

/** Most attempts that the configuration allows a call: three, and a hedge. */
const MOST_ATTEMPTS = 4;

interface Case {
  readonly attempts: Attempt[];
  settledTimes: number;
}

/** A client in a world where everything happens in any order. */
class World {
  readonly #scene = service({ config: CONFIG });
  readonly #caller = [new WatchedSignal(), new WatchedSignal()];
  readonly #held: Held[] = [];
  readonly #cases: Case[] = [];

  get client(): Client {
    return this.#scene.client;
  }

  get clock(): VirtualClock {
    return this.#scene.clock;
  }

  start(op: string, shared: number, deadlineMs: number, mood: 'held' | 'throws' | 'answers' | 'nests'): void {
    const { client } = this;
    const found: Case = { attempts: [], settledTimes: 0 };
    this.#cases.push(found);
    const callback = (attempt: Attempt): unknown => {
      assert.equal(found.settledTimes, 0, 'no send after completion');
      found.attempts.push(attempt);
      if (mood === 'throws') throw new Error('thrown');
      if (mood === 'answers') return attempt.number;
      if (mood === 'nests') void client.call(() => 1, { op: 'once' }).catch(() => undefined);
      return new Promise((resolve, reject) => this.#held.push({ attempt, answer: resolve, fail: reject }));
    };
    const signal = this.#caller[shared]?.signal;
    const done = (): void => {
      found.settledTimes += 1;
    };
    client.call(callback, { op, signal, deadlineMs }).then(done, done);
  }

  end(which: number, how: FailureClass | 'answer' | 'plain', listens: boolean): void {
    const held = this.#held[which % Math.max(this.#held.length, 1)];
    if (held === undefined) return;
    if (listens) void held.attempt.signal;
    if (how === 'answer') held.answer(which);
    else held.fail(how === 'plain' ? new Error('plain') : failure(new Error(how), how));
  }

  abort(which: number): void {
    this.#caller[which]?.abort('given up');
    this.#caller[which] = new WatchedSignal();
  }

  check(): void {
    assert.ok(this.clock.timers <= 1, 'one host timer');
    for (const { attempts, settledTimes } of this.#cases) {
      assert.ok(settledTimes <= 1, 'one completion');
      assert.ok(attempts.length <= MOST_ATTEMPTS, 'attempts are bounded');
      assert.ok(new Set(attempts.map((attempt) => attempt.token)).size <= 1, 'one token a call');
      assert.deepEqual(attempts.map((attempt) => attempt.number), attempts.map((_, at) => at + 1));
    }
    const minted = this.#cases.map(({ attempts: [first] }) => first?.token).filter((token) => token !== undefined);
    assert.equal(new Set(minted).size, minted.length, 'two calls share no token');
  }

  /** Ends everything and looks at what is left. */
  async settle(): Promise<void> {
    for (let round = 0; round < 6; round += 1) {
      this.#held.forEach((held) => held.fail(new Error('the end')));
      await this.clock.advance(60_000);
      this.check();
    }
    assert.ok(this.#cases.every(({ settledTimes }) => settledTimes === 1), 'every call ends');
    assert.deepEqual(this.#caller.map((caller) => caller.listeners), [0, 0]);
    assert.equal(this.client.pending, 0);
    for (const name of ['a', 'b', 'c', 'd']) assert.equal(this.client.inFlight(name), 0, name);
    assert.ok(engineOf(this.client).isIdle());
    this.client.close();
  }
}

const classes = ['fatal', 'transient', 'timeout', 'not_sent', 'overloaded', 'refused'] as const;

const steps = fc.oneof(
  fc.record({
    do: fc.constant('start' as const),
    op: fc.constantFrom('get', 'put', 'once', 'slow'),
    shared: fc.nat(2),
    deadlineMs: fc.constantFrom(Infinity, 0, 5, 40),
    mood: fc.constantFrom('held', 'held', 'held', 'throws', 'answers', 'nests'),
  }),
  fc.record({
    do: fc.constant('end' as const),
    which: fc.nat(20),
    how: fc.constantFrom('answer', 'answer', 'plain', ...classes),
    listens: fc.boolean(),
  }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(0, 1, 9, 10, 50, 1000, 31_000) }),
  fc.record({ do: fc.constant('stall' as const), ms: fc.constantFrom(5, 200, 2000) }),
  fc.record({ do: fc.constant('abort' as const), which: fc.nat(1) }),
  fc.record({ do: fc.constantFrom('add' as const, 'remove' as const), name: fc.constantFrom('a', 'b', 'c', 'd') }),
);

async function play(world: World, step: typeof steps extends fc.Arbitrary<infer S> ? S : never): Promise<void> {
  switch (step.do) {
    case 'start':
      return world.start(step.op, step.shared, step.deadlineMs, step.mood);
    case 'end':
      return world.end(step.which, step.how, step.listens);
    case 'advance':
      return world.clock.advance(step.ms);
    case 'stall':
      return world.clock.stall(step.ms);
    case 'abort':
      return world.abort(step.which);
    case 'add':
      return world.client.addEndpoint(step.name);
    case 'remove':
      return world.client.removeEndpoint(step.name);
  }
}

test('whatever happens in whatever order, the promises of a call hold', { timeout: 120_000 }, async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  const property = fc.asyncProperty(fc.array(steps, { maxLength: 40 }), async (story) => {
    const world = new World();
    for (const step of story) {
      await play(world, step);
      world.check();
    }
    await world.settle();
  });
  await fc.assert(property, { seed: 20_260_101, numRuns: Number(process.env['HEDGEROW_WORLDS'] ?? 300) });
  process.off('unhandledRejection', note);
  assert.deepEqual(unhandled, []);
});
