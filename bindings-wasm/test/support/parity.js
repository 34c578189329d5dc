// The surface of the core beside that of the binding: whatever has no counterpart stands in a list, with its reason.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readJson, readText } from "./files.js";

/** `name` or `name = counterpart…`, then the reason; `Type.*` stands for every method of a type. */
const list = readText("bindings-wasm/test/PARITY")
  .split("\n")
  .filter((line) => line.trim() !== "" && !line.startsWith("#"))
  .map((line) => {
    const [, name, others, reason] = /^(\S+)(?: = ([^:]+))?: (.+)$/.exec(line) ?? [];
    assert.ok(reason, line);
    return { name, others: others?.trim().split(/\s+/) ?? [] };
  });

const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
const last = (path) => path.split("::").at(-1);

/** Every method and function of the core, as `Type.method` or `path::function`. */
function surface() {
  const { types, functions } = readJson("core/surface.json");
  const methods = types.flatMap(({ name, methods: found }) => found.map((method) => `${last(name)}.${method}`));
  return [...methods, ...functions];
}

/** Whether the binding has something of the same name. */
function has(bound, name) {
  if (!name.includes(".")) return camel(last(name)) in bound;
  const [type, method] = name.split(".");
  const found = bound[type];
  if (found === undefined) return false;
  // Names that JavaScript has its own for: a constructor, and the `length` of a collection.
  const of = { new: "constructor", len: "size" }[method] ?? camel(method);
  return of in found.prototype || of in found;
}

function covers({ name }, of) {
  return name.endsWith(".*") ? of.startsWith(name.slice(0, -1)) : name === of;
}

/** Holds the classes and functions of a binding to the surface of the core. */
export function holdParity(bound) {
  test("every method of the core is bound under its name, or listed", () => {
    const missing = surface().filter((name) => !has(bound, name) && !list.some((line) => covers(line, name)));
    assert.deepEqual(missing, []);
  });

  test("every line of the list is needed", () => {
    const names = surface().filter((name) => !has(bound, name));
    assert.deepEqual(list.filter((line) => !names.some((name) => covers(line, name))).map(({ name }) => name), []);
  });

  test("every counterpart that the list names is there", () => {
    const found = (other) => {
      const [type, method] = other.split(".");
      if (method === undefined) return type in bound;
      return type in bound && (method in bound[type].prototype || method in bound[type] || method === "new");
    };
    assert.deepEqual(list.flatMap(({ others }) => others).filter((other) => !found(other)), []);
  });
}
