/**
 * Classes out of functions over handles, by their names.
 *
 * | name | what it is |
 * |---|---|
 * | `Class.new` | constructor: a handle |
 * | `Class.name` | function of the class |
 * | `Class#name`, `Class#name*` | method: handle first, and with `*` the object's buffer behind it |
 * | `Class@name` | getter |
 * | `Class!free` | lets the object of a handle go |
 * | `name` | function |
 *
 * With `>Other` at the end the answer is a handle of that class.
 */

type Native = (...given: unknown[]) => unknown;

/** What the addon exports. */
export type Exports = Readonly<Record<string, Native>>;

const NAME = /^(\w+?)(?:([#.@!])(\w+))?(\*?)(?:>(\w+))?$/;

/** An object of the addon. */
export class Handle {
  /** Its number there, −1 when it is gone. @internal */
  handle = -1;
  /** What methods with `*` take. @internal */
  buffer: Float64Array | undefined;

  /** Lets the object go; it is not used again. */
  free(): void {
    forgotten.unregister(this);
    classOf(this).release(this.handle);
    this.handle = -1;
  }
}

/** A class of this kind. */
interface HandleClass {
  new (...given: unknown[]): Handle;
  readonly prototype: Handle;
  readonly release: Native;
  /** Floats of the buffer that each object has, 0 for none. */
  floats: number;
}

/** Lets objects go that nobody has any more. */
const forgotten = new FinalizationRegistry<readonly [Native, number]>(([release, handle]) => void release(handle));

/** Every class and every function that the names tell of. */
export function classes(addon: Exports): Record<string, unknown> {
  const made: Record<string, HandleClass> = {};
  const functions: Record<string, Native> = {};
  // Where a method has a form with a buffer, that is the one.
  const names = Object.keys(addon).sort((one, other) => Number(one.includes('*')) - Number(other.includes('*')));
  const found = names.flatMap((name) => {
    const [, owner, mark, member = '', buffered, answer] = NAME.exec(name) ?? [];
    const native = addon[name];
    return owner === undefined || native === undefined ? [] : [{ owner, mark, member, buffered, answer, native }];
  });
  for (const { owner, mark } of found) if (mark !== undefined) made[owner] ??= handleClass(owner, addon);
  for (const { owner, mark, member, buffered, answer, native } of found) {
    const give = giver(answer === undefined ? undefined : made[answer]);
    const of = made[owner];
    const call: Native = (...given) => give(native(...given.map(plain)));
    if (of === undefined || mark === undefined) functions[owner] = call;
    else if (mark === '.' && member !== 'new') Object.defineProperty(of, member, { value: call });
    else if (mark === '@') getter(of, member, native);
    else if (mark === '#' && buffered === '*') bufferedMethod(of, member, native, buffers(addon));
    else if (mark === '#') method(of, member, native, give);
  }
  return { ...made, ...functions };
}

function handleClass(name: string, addon: Exports): HandleClass {
  const create = addon[`${name}.new>${name}`];
  const release = addon[`${name}!free`] ?? (() => undefined);
  const made = class extends Handle {
    static readonly release = release;
    static floats = 0;

    constructor(...given: unknown[]) {
      super();
      if (create === undefined) throw new TypeError(`${name} has no constructor`);
      adopt(this, create(...given.map(plain)) as number);
    }
  };
  Object.defineProperty(made, 'name', { value: name });
  return made;
}

function classOf(object: Handle): HandleClass {
  return object.constructor as HandleClass;
}

/** Gives an object its handle, which is let go when the object is forgotten. */
function adopt(object: Handle, handle: number): void {
  const { release, floats } = classOf(object);
  object.handle = handle;
  if (floats > 0) object.buffer = new Float64Array(floats);
  forgotten.register(object, [release, handle], object);
}

function giver(answer: HandleClass | undefined): (value: unknown) => unknown {
  // What is not there is `undefined`, as it is where these are classes of WebAssembly.
  if (answer === undefined) return (value) => value ?? undefined;
  return (value) => {
    if (typeof value !== 'number') return undefined;
    const object = Object.create(answer.prototype) as Handle;
    adopt(object, value);
    return object;
  };
}

function getter(of: HandleClass, name: string, read: Native): void {
  const get = function (this: Handle): unknown {
    return read(this.handle);
  };
  Object.defineProperty(of.prototype, name, { get });
}

function method(of: HandleClass, name: string, native: Native, give: (value: unknown) => unknown): void {
  const value = function (this: Handle, ...given: unknown[]): unknown {
    return give(native(this.handle, ...given.map(plain)));
  };
  Object.defineProperty(of.prototype, name, { value, configurable: true });
}

/** A method that takes the object's buffer; the class then shows it. */
function bufferedMethod(of: HandleClass, name: string, native: Native, [capacity, floats]: [number, number]): void {
  const value = function (this: Handle, ...given: unknown[]): unknown {
    return native(this.handle, this.buffer, ...given) ?? undefined;
  };
  const records = function (this: Handle): unknown {
    return this.buffer;
  };
  of.floats = floats;
  Object.defineProperty(of.prototype, name, { value, configurable: true });
  Object.defineProperty(of.prototype, 'records', { value: records, configurable: true });
  Object.defineProperty(of.prototype, 'recordCapacity', { value: () => capacity, configurable: true });
}

/** Records of a buffer, and its floats. */
function buffers(addon: Exports): [number, number] {
  const [floats, tail] = [addon['recordCapacity']?.(), addon['recordTail']?.()].map(Number) as [number, number];
  return [floats / RECORD, floats + tail];
}

const RECORD = 8;

/** What the addon takes for a value: for an object its handle. */
function plain(value: unknown): unknown {
  return value instanceof Handle ? value.handle : value;
}
