import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HedgeLost, failure, reportOf } from 'hedgerow';
import { ScriptedError, ScriptedTransport, engineOf } from 'hedgerow/testing';
import { HeldTransport, service, watched } from './scene.js';

test('a call answers what its first attempt answers', async () => {
  const { client } = service();
  const sent: unknown[] = [];
  const answer = await client.call(({ number, kind, endpoint, deadline, token }) => {
    sent.push({ number, kind, known: client.endpoints.includes(endpoint), deadline, token });
    return Promise.resolve('yes');
  });
  assert.equal(answer, 'yes');
  assert.deepEqual(sent, [{ number: 1, kind: 'primary', known: true, deadline: 500, token: undefined }]);
});

test('a callback may answer without a promise', async () => {
  assert.equal(await service().client.call(() => 5), 5);
});

test('a silent server is hedged, the loser is told why and its failure never surfaces', async () => {
  const { client, clock } = service();
  const transport = new HeldTransport();
  const call = client.call(transport.send, { op: 'get' });
  const { signal } = transport.at(0).attempt;
  await clock.advance(10);
  assert.deepEqual([transport.at(1).attempt.kind, transport.at(1).attempt.number], ['hedge', 2]);
  assert.notEqual(transport.at(1).attempt.endpoint, transport.at(0).attempt.endpoint);
  transport.at(1).answer('from the second');
  assert.equal(await call, 'from the second');
  assert.ok(signal.reason instanceof HedgeLost);
  assert.equal(client.inFlight(transport.at(0).attempt.endpoint), 1);
  transport.at(0).fail(new Error('nobody listens'));
  await clock.settle();
  assert.equal(client.inFlight(transport.at(0).attempt.endpoint), 0);
});

test('the answer of a loser that goes on is counted and nothing else', async () => {
  const { client, clock } = service();
  const transport = new HeldTransport();
  const call = client.call(transport.send, { op: 'get' });
  await clock.advance(10);
  transport.at(1).answer('first');
  assert.equal(await call, 'first');
  transport.at(0).answer('late');
  await clock.settle();
  assert.ok(engineOf(client).isIdle());
});

test('a signal that is read after the loss is aborted from the beginning', async () => {
  const { client, clock } = service();
  const transport = new HeldTransport();
  const call = client.call(transport.send, { op: 'get' });
  await clock.advance(10);
  transport.at(1).answer('first');
  await call;
  assert.ok(transport.at(0).attempt.signal.reason instanceof HedgeLost);
  transport.at(0).fail(transport.at(0).attempt.signal.reason);
});

test('no controller is made while nobody reads a signal', async (context) => {
  const { client } = service();
  const made = context.mock.method(globalThis, 'AbortController');
  await client.call(() => Promise.resolve(1));
  assert.equal(made.mock.callCount(), 0);
  await client.call(({ signal }) => Promise.resolve(signal.aborted));
  assert.equal(made.mock.callCount(), 1);
});

test('a failure is retried elsewhere after a backoff', async () => {
  const { client, clock } = service();
  const transport = new ScriptedTransport(clock, [{ fails: 'overloaded' }, { answer: 'second' }]);
  const call = client.call(transport.send, { op: 'get' });
  await clock.advance(1000);
  assert.equal(await call, 'second');
  assert.deepEqual(transport.sent.map((attempt) => attempt.kind), ['primary', 'retry']);
  assert.notEqual(transport.sent[0]?.endpoint, transport.sent[1]?.endpoint);
});

test('what the last attempt threw is thrown, with the story of the call beside it', async () => {
  const { client, clock } = service();
  const transport = new ScriptedTransport(clock, [{ after: 3, fails: 'overloaded' }, { after: 4, fails: 'fatal' }]);
  const seen = watched(client.call(transport.send, { op: 'get' }));
  await clock.advance(1000);
  assert.ok(seen.error instanceof ScriptedError);
  assert.equal(seen.error.message, 'attempt 2');
  const report = reportOf(seen.error);
  assert.equal((seen.error as { hedgerow?: unknown }).hedgerow, report);
  assert.equal(report?.reason, 'fatal');
  const told = report.attempts.map(({ kind, durationMs, outcome, reason }) => ({ kind, durationMs, outcome, reason }));
  assert.deepEqual(told, [
    { kind: 'primary', durationMs: 3, outcome: 'overloaded', reason: 'primary' },
    { kind: 'retry', durationMs: 4, outcome: 'fatal', reason: 'retry_due' },
  ]);
  assert.deepEqual(Object.keys(seen.error), ['name'], 'the report is no enumerable property');
});

test('an error that cannot carry a report is thrown as it is', async () => {
  const frozen = Object.freeze(new Error('frozen'));
  const { client } = service();
  await assert.rejects(client.call(() => Promise.reject(frozen)), (error) => error === frozen);
  assert.equal(reportOf(frozen)?.reason, 'not_idempotent');
  await assert.rejects(client.call(() => Promise.reject('a text')), (error) => error === 'a text');
});

test('a callback that throws is an attempt that failed', async () => {
  const { client, clock } = service();
  let count = 0;
  const call = client.call(
    () => {
      count += 1;
      if (count < 3) throw new Error('thrown');
      return 'third';
    },
    { op: 'get' },
  );
  await clock.advance(1000);
  assert.equal(await call, 'third');
});

test('a foreign promise is awaited and one that breaks is a failure', async () => {
  const { client } = service();
  const foreign = { then: (resolve: (value: number) => void): void => resolve(7) };
  assert.equal(await client.call(() => foreign as PromiseLike<number>), 7);
  const broken = {
    get then(): never {
      throw new Error('broken');
    },
  };
  await assert.rejects(client.call(() => broken), /broken/);
});

test('the client judges errors that carry no mark', async () => {
  const { client, clock } = service({
    classify: (error) => (error instanceof RangeError ? 'fatal' : undefined),
  });
  const counts = { range: 0, type: 0, marked: 0 };
  const of = (name: keyof typeof counts, error: Error) =>
    watched(
      client.call(
        () => {
          counts[name] += 1;
          return Promise.reject(error);
        },
        { op: 'get' },
      ),
    );
  of('range', new RangeError());
  of('type', new TypeError());
  of('marked', failure(new RangeError(), { class: 'overloaded', retryAfterMs: 5 }));
  await clock.advance(1000);
  assert.equal(counts.range, 1);
  assert.ok(counts.type > 2);
  assert.equal(counts.marked, 3);
});

test('a judge that throws is shown at once', async () => {
  const { client } = service({
    classify: () => {
      throw new SyntaxError('of the judge');
    },
  });
  let count = 0;
  const call = client.call(
    () => {
      count += 1;
      return Promise.reject(new Error('of the callback'));
    },
    { op: 'get' },
  );
  await assert.rejects(call, SyntaxError);
  assert.equal(count, 1);
});

test('a server that asks for time is left alone for it', async () => {
  const { client, clock } = service();
  const transport = new ScriptedTransport(clock, [
    { fails: { class: 'overloaded', retryAfterMs: 200 } },
    { answer: 'later' },
  ]);
  const call = client.call(transport.send, { op: 'get' });
  await clock.advance(199);
  assert.equal(transport.sent.length, 1);
  await clock.advance(100);
  assert.equal(await call, 'later');
});

test('a call within a callback waits for no one', async () => {
  const { client } = service();
  const answer = await client.call(async ({ endpoint }) => {
    const inner = await client.call(() => 'inner');
    return `${inner} ${endpoint.length}`;
  });
  assert.equal(answer, 'inner 1');
});

test('every attempt carries the one token that was minted for the call', async () => {
  const { client, clock } = service();
  const transport = new HeldTransport();
  const call = client.call(transport.send, { op: 'put' });
  await clock.advance(10);
  const [one, two] = [transport.at(0).attempt.token, transport.at(1).attempt.token];
  assert.match(one ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  assert.equal(two, one);
  transport.at(0).answer(1);
  await call;
  const other = client.call(transport.send, { op: 'put' });
  assert.notEqual(transport.at(2).attempt.token, one);
  transport.at(2).answer(1);
  await other;
});

test("the caller's own token goes on every attempt as it is", async () => {
  const { client, clock } = service();
  const transport = new HeldTransport();
  const call = client.call(transport.send, { op: 'put', token: 'order 66' });
  await clock.advance(10);
  assert.deepEqual(transport.held.map((held) => held.attempt.token), ['order 66', 'order 66']);
  transport.at(0).answer(1);
  await call;
});

test('wall time is read only where a token is minted', async (context) => {
  const { client, clock } = service();
  const wall = context.mock.method(clock, 'wall');
  await client.call(() => 1, { op: 'get' });
  await client.call(() => 1, { op: 'put', token: 'own' });
  assert.equal(wall.mock.callCount(), 0);
  await client.call(() => 1, { op: 'put' });
  await client.call(() => 1, { op: 'get', idempotency: 'token' });
  assert.equal(wall.mock.callCount(), 2);
});
