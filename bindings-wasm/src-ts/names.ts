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

  /** The number of a name, `undefined` for one that nobody made known. */
  number(name: string | undefined): number | undefined {
    if (name === undefined) return 0;
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

/** The names that a document gives to a section's entries. */
export function namesIn(document: unknown, section: 'namespaces' | 'operations'): string[] {
  const found = typeof document === 'object' && document !== null ? Reflect.get(document, section) : undefined;
  return typeof found === 'object' && found !== null ? Object.keys(found) : [];
}

/** The most replicas that count, and one more, so that the core sees that a list was cut. */
const MOST_REPLICAS = 17;

/** Endpoints by name and by the core's id. */
export class Endpoints {
  readonly #ids = new Map<string, number>();
  readonly #names = new Map<number, string>();

  set(name: string, id: number): void {
    const before = this.#ids.get(name);
    if (before !== undefined && before !== id) this.#names.delete(before);
    this.#ids.set(name, id);
    this.#names.set(id, name);
  }

  delete(name: string): void {
    const id = this.#ids.get(name);
    if (id === undefined) return;
    this.#ids.delete(name);
    this.#names.delete(id);
  }

  id(name: string): number | undefined {
    return this.#ids.get(name);
  }

  name(id: number): string {
    return this.#names.get(id) ?? '';
  }

  /** Names, in the order in which they were added. */
  list(): string[] {
    return [...this.#ids.keys()];
  }

  /** Writes the ids of a replica list to the head of the buffer; answers how many. An unknown name is written as 0. */
  write(replicas: readonly string[] | undefined, engine: Engine): number {
    if (replicas === undefined || replicas.length === 0) return 0;
    const records = engine.records();
    const count = Math.min(replicas.length, MOST_REPLICAS);
    for (let at = 0; at < count; at += 1) records[at] = this.#ids.get(replicas[at] ?? '') ?? 0;
    return count;
  }
}
