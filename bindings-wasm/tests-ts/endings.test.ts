import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConfigError,
  DeadlineError,
  HedgerowError,
  LimitError,
  NoEndpointError,
  RefusedError,
  StateError,
  TimeoutError,
  createClient,
  reportOf,
} from 'hedgerow';
import { ScriptedError, ScriptedTransport, createTestClient, engineOf } from 'hedgerow/testing';
import { CONFIG, HeldTransport, WatchedSignal, service, watched } from './scene.js';

test('an abort rejects in the same turn with its own reason and stops every attempt', async () => {
  const { client, clock } = service();
  const [transport, caller, reason] = [new HeldTransport(), new WatchedSignal(), { mine: true }];
  const seen = watched(client.call(transport.send, { op: 'get', signal: caller.signal }));
  await clock.advance(10);
  const signals = transport.held.map((held) => held.attempt.signal);
  caller.abort(reason);
  assert.deepEqual(signals.map((signal) => signal.reason === reason), [true, true]);
  assert.equal(client.pending, 0);
  await Promise.resolve();
  assert.equal(seen.error, reason);
  assert.equal(caller.listeners, 0);
  transport.held.forEach((held) => held.fail(reason));
  await clock.settle();
  assert.ok(engineOf(client).isIdle());
});

test('an abort ends a backoff of ten seconds in the same turn and leaves no timer', async () => {
  const { client, clock } = service();
  const caller = new WatchedSignal();
  const transport = new ScriptedTransport(clock, [{ fails: 'overloaded' }]);
  const seen = watched(client.call(transport.send, { op: 'slow', signal: caller.signal }));
  await clock.advance(1000);
  assert.equal(seen.settled, false);
  assert.equal(clock.timers, 1);
  caller.abort('enough');
  assert.equal(clock.timers, 0);
  await Promise.resolve();
  assert.equal(seen.error, 'enough');
});

test('a signal that was aborted before starts nothing', async () => {
  const { client } = service();
  const transport = new HeldTransport();
  const signal = AbortSignal.abort('before');
  await assert.rejects(client.call(transport.send, { signal }), (error) => error === 'before');
  assert.equal(transport.held.length, 0);
});

test('a callback that aborts its own caller sends nothing more', async () => {
  const { client } = service();
  const caller = new WatchedSignal();
  let sent = 0;
  const call = client.call(
    () => {
      sent += 1;
      caller.abort('inside');
      return new Promise(() => undefined);
    },
    { op: 'get', signal: caller.signal },
  );
  await assert.rejects(call, (error) => error === 'inside');
  assert.equal(sent, 1);
});

test('no listener stays on a shared signal however calls end', async () => {
  const { client, clock } = service();
  const caller = new WatchedSignal();
  const options = { op: 'get', signal: caller.signal };
  const lines = [{ answer: 1 }, { fails: 'fatal' as const }, { after: Infinity }, { fails: 'overloaded' as const }];
  const calls = lines.map((line) => watched(client.call(new ScriptedTransport(clock, [line]).send, options)));
  calls.push(watched(client.call(() => 1, { ...options, deadlineMs: 0 })));
  assert.equal(caller.listeners, 4);
  await clock.advance(1000);
  assert.ok(calls.every((call) => call.settled));
  assert.equal(caller.listeners, 0);
});

test('a deadline in the past calls nothing', async () => {
  const { client } = service();
  for (const deadlineMs of [0, -1, -1e9, -Infinity]) {
    const transport = new HeldTransport();
    await assert.rejects(client.call(transport.send, { deadlineMs }), (error) => {
      return error instanceof DeadlineError && error.code === 'deadline_passed';
    });
    assert.equal(transport.held.length, 0);
  }
});

test('a deadline ends a call and an infinite one does not', async () => {
  const { client, clock } = service();
  const transport = new HeldTransport();
  const bounded = watched(client.call(transport.send, { deadlineMs: 50 }));
  const unbounded = watched(client.call(transport.send, { deadlineMs: Infinity }));
  await clock.advance(60);
  assert.ok(bounded.error instanceof DeadlineError && bounded.error.code === 'deadline');
  assert.equal(bounded.error.report?.wallMs, 50);
  assert.equal(unbounded.settled, false);
  await clock.advance(500);
  assert.ok(unbounded.error instanceof TimeoutError && unbounded.error.code === 'call_timeout');
});

test('a timeout that this process caused itself says so', async () => {
  const config = { ...CONFIG, timer: { stages: 1, grace: false } };
  const { client, clock } = service({ config });
  const seen = watched(client.call(new HeldTransport().send));
  await clock.stall(5000);
  await clock.advance(5000);
  const { error } = seen;
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.cause, 'client_pause');
  assert.equal(error.report?.cause, 'client_pause');
  assert.equal(error.lostMs, 4500);
});

test('time that ends a call after a failure is what the call throws, and the failure is its cause', async () => {
  for (const [deadlineMs, wall, kind, code] of [[50, 50, DeadlineError, 'deadline'], [Infinity, 500, TimeoutError, 'call_timeout']] as const) {
    const { client, clock } = service();
    const transport = new ScriptedTransport(clock, [{ fails: 'transient' }, { after: Infinity }]);
    const { error } = await ended(client.call(transport.send, { op: 'get', deadlineMs }), () => clock.advance(1000));
    assert.ok(error instanceof kind && error.code === code, String(error));
    assert.ok(error.cause instanceof ScriptedError);
    assert.deepEqual([error.report?.reason, error.report?.wallMs], [code, wall]);
    assert.equal(error.report?.attempts[0]?.outcome, 'transient');
    assert.equal(reportOf(error.cause), undefined, 'what the attempt threw is left as it was');
  }
});

test('a wait before a retry that time or the client ends does not throw the failure before it', async () => {
  const { client, clock } = service();
  const transport = new ScriptedTransport(clock, [{ fails: 'overloaded' }]);
  const { error } = await ended(client.call(transport.send, { op: 'slow' }), async () => {
    await clock.advance(10);
    client.close();
  });
  assert.ok(error instanceof RefusedError && error.code === 'shutdown');
  assert.ok(error.cause instanceof ScriptedError);
});

test('a pause is told beside an earlier failure', async () => {
  const { client, clock } = service({ config: { ...CONFIG, timer: { stages: 1, grace: false } } });
  const transport = new ScriptedTransport(clock, [{ fails: 'transient' }, { after: Infinity }]);
  const { error } = await ended(client.call(transport.send, { op: 'get' }), async () => {
    await clock.advance(100);
    await clock.stall(5000);
    await clock.advance(5000);
  });
  assert.ok(error instanceof TimeoutError && error.cause instanceof ScriptedError);
  assert.equal(error.report?.cause, 'client_pause');
  assert.match(error.message, /client_pause: \d+ ms lost/);
});

test('refusals have the class of their reason', async () => {
  const full = service({ config: { limits: { calls: 1 } } }).client;
  void full.call(() => new Promise(() => undefined));
  await assert.rejects(full.call(() => 1), (error) => error instanceof LimitError && error.code === 'call_limit');
  const empty = createTestClient().client;
  await assert.rejects(empty.call(() => 1), (error) => error instanceof NoEndpointError && error.code === 'no_endpoint');
  const { client } = service();
  for (const [options, code] of [
    [{ op: 'unheard' }, 'unknown_operation'],
    [{ namespace: 'unheard' }, 'unknown_namespace'],
  ] as const) {
    await assert.rejects(client.call(() => 1, options), (error) => error instanceof RefusedError && error.code === code);
  }
  client.addOperation('unheard');
  client.addNamespace('unheard');
  assert.equal(await client.call(() => 1, { op: 'unheard', namespace: 'unheard' }), 1);
});

test('misuse is refused with a sentence that names it', async () => {
  const { client } = service();
  const stream = (async function* () {
    yield 1;
  })();
  for (const [fn, options, text] of [
    [Promise.resolve(1), {}, /promise, which cannot be repeated/],
    [stream, {}, /iterable, which cannot be repeated/],
    [undefined, {}, /fn: undefined/],
    [() => 1, { deadlineMs: NaN }, /deadlineMs: NaN/],
    [() => 1, { deadlineMs: '5' }, /deadlineMs: 5/],
    [() => 1, { priority: 'high' }, /priority: high, want critical/],
    [() => 1, { idempotency: 'yes' }, /idempotency: yes, want none/],
  ] as const) {
    await assert.rejects(client.call(fn as () => number, options as object), (error) => {
      return error instanceof StateError && error.code === 'invalid_argument' && text.test(error.message);
    });
  }
});

test('a configuration that is wrong names path, value and range', () => {
  const build = () => createClient({ config: { retry: { max_attempts: 0 } } });
  assert.throws(build, (error) => {
    assert.ok(error instanceof ConfigError && error instanceof HedgerowError);
    assert.deepEqual([error.code, error.field], ['config', 'retry.max_attempts']);
    return /retry\.max_attempts: 0, want 1\.\.=10/.test(error.message);
  });
  assert.throws(() => service({ endpoints: [''] }), ConfigError);
  assert.throws(() => createClient({ seed: new Uint8Array(5) }), StateError);
});

test('closing rejects what waits, ends what runs, and later calls are told', async () => {
  const { client, clock } = service();
  const [transport, caller] = [new HeldTransport(), new WatchedSignal()];
  const seen = watched(client.call(transport.send, { op: 'get', signal: caller.signal }));
  const { signal } = transport.at(0).attempt;
  client.close();
  await Promise.resolve();
  assert.ok(seen.error instanceof RefusedError && seen.error.code === 'shutdown');
  assert.ok(signal.aborted);
  assert.deepEqual([clock.timers, caller.listeners, client.pending], [0, 0, 0]);
  transport.at(0).answer('late');
  await clock.settle();
  await assert.rejects(client.call(() => 1), (error) => error instanceof StateError && error.code === 'closed');
  // The operation was not met before.
  await assert.rejects(client.call(() => 1, { op: 'put' }), { code: 'closed' });
  assert.throws(() => client.stats(), StateError);
  client.close();
});

test('a client can be closed from within a callback and by its scope', async () => {
  const { client } = service();
  const call = client.call(() => {
    client.close();
    return 1;
  });
  await assert.rejects(call, (error) => error instanceof RefusedError && error.code === 'shutdown');
  const other = service().client;
  other[Symbol.dispose]();
  await assert.rejects(other.call(() => 1), StateError);
});

test('draining lets calls end and admits none', async () => {
  const { client, clock } = service();
  const transport = new HeldTransport();
  const [one, two] = [watched(client.call(transport.send)), watched(client.call(transport.send))];
  client.drain(100);
  await assert.rejects(client.call(() => 1), (error) => error instanceof RefusedError && error.code === 'draining');
  transport.at(0).answer(1);
  await clock.advance(101);
  assert.equal(one.value, 1);
  assert.ok(two.error instanceof RefusedError && two.error.code === 'shutdown');
});

test('a core that breaks rejects every call and makes the client unusable', async (context) => {
  const { client } = service();
  const seen = watched(client.call(new HeldTransport().send));
  context.mock.method(engineOf(client), 'start', () => {
    throw new Error('unreachable executed');
  });
  const isPoisoned = (error: unknown): boolean => error instanceof StateError && error.code === 'poisoned';
  await assert.rejects(client.call(() => 1), isPoisoned);
  assert.ok(isPoisoned(seen.error));
  await assert.rejects(client.call(() => 1), isPoisoned);
});

/** A call that has ended by the end of what happens meanwhile. */
async function ended(call: Promise<unknown>, meanwhile: () => unknown): Promise<{ error?: unknown }> {
  const seen = watched(call);
  await meanwhile();
  await Promise.resolve();
  assert.ok(seen.settled);
  return seen;
}
