/** The searches for hostile bytes find what they are for: hangs, changes of what is built in, memory, bad records. */
import { expect, test } from "vitest";
import { checkRecord } from "./check-record.js";
import { guarded } from "./guarded.js";
import { limitOf, within } from "./within.js";

const NEVER = new Int32Array(new SharedArrayBuffer(4));

test.each([
  [
    "a loop",
    (): void => {
      while (NEVER[0] === 0);
    },
  ],
  ["a regular expression", (): void => void /^(a+)+$/.test(`${"a".repeat(50)}b`)],
  ["a wait", (): void => void Atomics.wait(NEVER, 0, 0)],
])("%s without an end is ended", (_, run) => {
  expect(() => guarded(run, 50)).toThrow("timed out");
});

test.each([
  ["a new property", String.prototype, "pwned"],
  ["another method", Object.prototype, "isPrototypeOf"],
  ["another function", JSON, "parse"],
  ["a new global", globalThis, "pwned"],
])("%s of what is built in is found", (_, holder, name) => {
  const before = Reflect.getOwnPropertyDescriptor(holder, name);
  const change = (): void =>
    void Reflect.defineProperty(holder, name, { value: 1, configurable: true, writable: true });
  try {
    expect(() => guarded(change)).toThrow(/built-in|globals/);
  } finally {
    Reflect.deleteProperty(holder, name);
    if (before !== undefined) Reflect.defineProperty(holder, name, before);
  }
  guarded(() => undefined);
});

const MANY = 100_000;

test.each([
  ["an array", (): unknown => Array.from({ length: MANY })],
  ["a map", (): unknown => new Map(Array.from({ length: MANY }, (_, at) => [at, at]))],
  ["text", (): unknown => JSON.stringify("x".repeat(MANY))],
  ["a typed array", (): unknown => new Uint16Array(MANY)],
  ["shared memory", (): unknown => new SharedArrayBuffer(MANY)],
  ["a buffer", (): unknown => Buffer.allocUnsafe(MANY)],
])("the memory of %s is counted", (_, run) => {
  const limit = limitOf(Uint8Array.of(1), 64 * 1024, 64 * 1024);
  expect(() => guarded(() => within(run, () => limit))).toThrow("is enough");
});

test.each([
  ["a map with a prototype", { labels: Object.freeze({}) }],
  [
    "json with another prototype",
    { attributes: Object.freeze([Object.freeze(Object.create({ a: 1 }))]) },
  ],
  ["json that can be changed", { attributes: Object.freeze([{}]) }],
])("%s in a record is found", (_, record) => {
  expect(() => checkRecord(Object.freeze(record))).toThrow(/another prototype|be changed/);
});
