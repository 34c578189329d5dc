// Plays a scenario, a random run that was written down, against a client of either face. Times are microseconds.
//
// Nothing here belongs to a host: a page uses it as Node does. What an input may be is told where scenarios are written,
// in `tests/harness/src/scenario/mod.rs`.

/** Plays a whole document; the trace of the client that `make(config, seed, t0)` answers. */
export function play(scenario, make) {
  const seed = Uint8Array.from(scenario.seed.match(/../g), (byte) => parseInt(byte, 16));
  const client = make(scenario.config, seed, scenario.t0);
  for (const input of scenario.inputs) {
    const hand = inputs[input.e];
    if (hand === undefined) throw new Error(`an unknown input: ${JSON.stringify(input)}`);
    // No time at all is NaN, which JSON lacks.
    hand(client, input, input.t ?? NaN);
  }
  return client.takeTrace();
}

const inputs = {
  records(client, { of }, now) {
    const taken = client.push(of, now);
    if (taken !== of.length / 8) throw new Error(`${taken} records were taken of ${of.length / 8}`);
  },
  start(client, { record, replicas, token }, now) {
    const [, cookie, namespace, operation, , deadline, wall, packed] = record;
    const given = (value) => (value === -1 ? undefined : value);
    const times = { deadline: given(deadline), wall: given(wall) };
    client.start({ cookie, namespace, operation, replicas, ...times, packed, token }, now);
  },
  topology(client, { changes, refused }, now) {
    let error;
    try {
      client.topology(changes, now);
    } catch (found) {
      error = found;
    }
    if ((error?.code === "config") !== refused) throw new Error(`a list that is ${refused ? "refused" : "applied"}`, { cause: error });
  },
  signal(client, { record, ns, op }, now) { client.signal(record, ns, op, now); },
  header(client, { text, ns, op }, now) {
    if (client.header(text, ns, op, now) < 1) throw new Error(`a field that is none: ${text}`);
  },
  stall(client, { kind, from_us, to_us }, now) {
    if (kind === "paused") client.pause(from_us, to_us, now);
    else client[kind](now);
  },
  drain(client, { deadline_us }, now) { client.drain(deadline_us === -1 ? undefined : deadline_us, now); },
  namespace(client, { name }) { client.namespace(name); },
  operation(client, { name }) { client.operation(name); },
};
