/** Misuse: what a program gets wrong is told with the name of the argument, what was given, and what is wanted. */

import { ConfigError, StateError } from './errors.js';

/** An error for an argument that is none. */
export function misuse(message: string): StateError {
  return new StateError('invalid_argument', message);
}

/** The same, by the name of the argument, what was given, and what is wanted. */
export function unfit(name: string, value: unknown, wanted: string): StateError {
  return misuse(`${name}: ${String(value)}, want ${wanted}`);
}

/** Fails for what is no whole number from 0 below 2^53. */
export function whole(name: string, value: unknown): void {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw unfit(name, value, 'a whole number in 0..2^53');
}

/** Fails for what is no time, and no length of time, from 0 below 2^43 ms, which the core holds in µs. */
export function millis(name: string, value: unknown): void {
  if (typeof value !== 'number' || !(value >= 0 && value < 2 ** 43)) {
    throw unfit(name, value, 'milliseconds in 0..2^43');
  }
}

/** What a value is that is no function. */
export function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value;
  if ('then' in value) return 'a promise, which cannot be repeated';
  return Symbol.asyncIterator in value ? 'an iterable, which cannot be repeated' : 'an object';
}

/** Runs a cold call of the core and gives its errors the classes of this package. */
export function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, path = '', message } = Object(error) as { code?: unknown; path?: string; message: string };
    if (code === 'config') throw new ConfigError(path, message);
    throw code === 'invalid_argument' ? misuse(message) : error;
  }
}
