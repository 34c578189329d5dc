/**
 * `hedgerow/core`: the core without the driver, numbers in and records out, and every policy as a class of its own.
 *
 * For simulators, tests and drivers of another kind; {@link engine} puts it behind the driver, for clients that go on after
 * a restart. A module of its own, since the default entry has the client only.
 * Times are milliseconds, ids are numbers below 2^53, −1 stands for what is not given. Nothing is compiled at import:
 * {@link load} does it, and must have been called before anything else is used.
 */

export { engine } from './engine.js';
export * from './glue.js';
export { load } from './load.js';
