// Four workers of one process of Node, with four hedges in flight at the most: one for each worker, or four for them all.
//
// The same workers have a client of both kinds; each call goes to one of them in turn, and counts from here.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { attach, createShared } from '../../../bindings-node/lib/index.js';
import { configOf, Hedged } from './arms.js';

const WORKERS = 4;
const HEDGES = 4;
const REMEMBERED = 0;

/** What a worker has a client of, in the order of the job's arms. */
const KINDS = ['own', 'shared'];

/** Starts the workers; one arm of each kind. A process is in one zone. */
export function startWorkers({ hedged_servers: servers, zones: [zone] }) {
  const shared = createShared(configOf(zone, REMEMBERED, HEDGES));
  const pool = Array.from({ length: WORKERS }, () => new OneWorker({ servers, zone, shared }));
  return KINDS.map((kind) => new Workers(pool, kind));
}

/** An arm: its calls go to the workers in turn. */
class Workers {
  #pool;
  #kind;
  #next = 0;

  constructor(pool, kind) {
    this.#pool = pool;
    this.#kind = kind;
  }

  call(call, _zone, id) {
    return this.#pool[this.#next++ % this.#pool.length].ask({ kind: this.#kind, call, id });
  }

  close() {
    for (const worker of this.#pool) worker.close();
  }
}

/** One worker, seen from the thread that drives the load. */
class OneWorker {
  #worker;
  #waiting = new Map();
  #number = 0;

  constructor(given) {
    this.#worker = new Worker(new URL(import.meta.url), { workerData: given });
    this.#worker.on('message', ({ number, called }) => {
      this.#waiting.get(number)(called);
      this.#waiting.delete(number);
    });
  }

  ask(what) {
    const number = this.#number++;
    this.#worker.postMessage({ number, ...what });
    return new Promise((resolve) => this.#waiting.set(number, resolve));
  }

  close() {
    this.#worker.postMessage({});
  }
}

function serve({ servers, zone, shared }) {
  const common = { servers, zones: [zone], remembered: REMEMBERED };
  const arms = {
    own: new Hedged({ ...common, hedges: HEDGES / WORKERS }),
    shared: new Hedged({ ...common, engine: attach(shared) }),
  };
  const end = () => {
    for (const arm of Object.values(arms)) arm.close();
    parentPort.close();
  };
  parentPort.on('message', ({ number, kind, call, id }) => {
    if (number === undefined) return end();
    void arms[kind].call(call, 0, id).then((called) => parentPort.postMessage({ number, called }));
  });
}

if (!isMainThread) serve(workerData);
