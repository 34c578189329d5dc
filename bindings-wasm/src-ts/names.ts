/**
 * Names and their numbers: hot calls carry numbers only.
 *
 * A name of the document is known from the start, another one after it was made known. A call with an unknown name
 * is refused, because what it would get is not what its author configured.
 */

import type { Engine } from './engine.js';

/** Numbers of namespaces or of operations. */
export class Names {
  readonly #numbers = new Map<string, number>([['', 0]]);
  readonly #configured: ReadonlySet<string>;
  readonly #intern: (name: string) => number;

  constructor(configured: Iterable<string>, intern: (name: string) => number) {
    this.#configured = new Set(configured);
    this.#intern = intern;
  }

  /** The number of a name, `undefined` for one that nobody made known. No name is the empty one. */
  number(name = ''): number | undefined {
    const known = this.#numbers.get(name);
    return known === undefined && this.#configured.has(name) ? this.learn(name) : known;
  }

  /** Makes a name known. */
  learn(name: string): number {
    const number = this.#intern(name);
    this.#numbers.set(name, number);
    return number;
  }

  /** Whether the document says anything about a name. */
  isConfigured(name: string | undefined): boolean {
    return name !== undefined && this.#configured.has(name);
  }
}

/** The most replicas that count, and one more, so that the core sees that a list was cut. */
const MOST_REPLICAS = 17;

interface Known {
  readonly id: number;
  readonly name: string;
  readonly url: string | undefined;
}

/** Endpoints by name and by the core's id. */
export class Endpoints {
  readonly #known = new Map<string | number, Known>();

  /** Makes an endpoint known; a name that is an absolute URL is its own base. */
  set(name: string, id: number, url = /^https?:\/\//i.test(name) ? name : undefined): void {
    const known = { id, name, url };
    this.#known.delete(this.id(name));
    this.#known.set(name, known).set(id, known);
  }

  delete(name: string): void {
    this.#known.delete(this.id(name));
    this.#known.delete(name);
  }

  /** The id of a name, 0 for an unknown one; no endpoint has it. */
  id(name: string): number {
    return this.#known.get(name)?.id ?? 0;
  }

  url(name: string): string | undefined {
    return this.#known.get(name)?.url;
  }

  name(id: number): string {
    return this.#known.get(id)?.name ?? '';
  }

  /** Names, in the order in which they were added. */
  list(): string[] {
    return [...this.#known.keys()].filter((key) => typeof key === 'string');
  }

  /** Writes the ids of a replica list to the head of the buffer; answers how many. An unknown name is written as 0. */
  write(replicas: readonly string[] | undefined, engine: Engine): number {
    if (!replicas) return 0;
    const ids = replicas.slice(0, MOST_REPLICAS).map((name) => this.id(name));
    engine.records().set(ids);
    return ids.length;
  }
}
