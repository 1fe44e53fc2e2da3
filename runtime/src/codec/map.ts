/**
 * Maps: repeated messages of key = 1 and value = 2 (protobuf's maps). Entries are written in key order, so that
 * equal maps are equal bytes; strings by code point. A record holds them as frozen objects without prototype.
 */
import { types } from "node:util";
import type protobuf from "protobufjs/minimal.js";
import { BadRecordError } from "./bad-record.js";
import { compareText } from "./compare-text.js";
import { InvalidFieldError, within } from "./invalid-field.js";
import { isPlainObject } from "./json.js";
import type { ReadValue, WriteValue } from "./list.js";
import type { MapKey, MapKeys } from "./map-keys.js";
import { checkEnd, type Reader } from "./reader.js";

/** What a loader may give for a map. */
export type MapInput<K, V> = ReadonlyMap<K, V> | { readonly [key: string]: V };

/** Appends one entry message for each, under the tag. `write` appends the value as field 2. */
export function writeMap(
  writer: protobuf.Writer,
  tag: number,
  map: MapInput<unknown, unknown>,
  path: string,
  keys: MapKeys,
  write: WriteValue,
): void {
  for (const [key, value] of orderedEntries(map, path, keys)) {
    writer.uint32(tag).fork();
    keys.write(writer.uint32(keys.tag), key);
    try {
      write(value);
    } catch (error) {
      throw within(error, `${path}[${quote(key)}]`);
    }
    writer.ldelim();
  }
}

type Entry = readonly [key: MapKey, value: unknown];

function orderedEntries(map: MapInput<unknown, unknown>, path: string, keys: MapKeys): Entry[] {
  const entries: Entry[] = [];
  for (const [given, value] of entriesOf(map, path)) {
    const key = keys.check(given);
    if (key === undefined) throw new InvalidFieldError(path, `${keys.expected} as each key`, given);
    entries.push([key, value]);
  }
  entries.sort(([a], [b]) => compareKeys(a, b));
  for (let i = 1; i < entries.length; i++) {
    const key = entries[i]?.[0];
    if (key === entries[i - 1]?.[0]) throw new InvalidFieldError(path, "each key once", key);
  }
  return entries;
}

function entriesOf(
  map: MapInput<unknown, unknown>,
  path: string,
): Iterable<readonly [unknown, unknown]> {
  if (types.isMap(map)) return map;
  if (isPlainObject(map)) return Object.entries(map);
  throw new InvalidFieldError(path, "an object or a Map", map);
}

function compareKeys(a: MapKey, b: MapKey): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  return a < b ? -1 : Number(a > b);
}

function quote(key: MapKey): string {
  return typeof key === "string" ? JSON.stringify(key) : String(key);
}

/** A map as it grows; without a prototype, so that no key means anything to JavaScript. */
export interface GrowingMap<V> {
  [key: string]: V;
}

/** Reads one entry into the map, which it makes on the first. `absent` is what a value left out stands for. */
export function readEntry<V>(
  reader: Reader,
  map: GrowingMap<V> | undefined,
  keys: MapKeys,
  read: ReadValue<V>,
  absent?: V,
): GrowingMap<V> {
  const end = reader.end();
  let key = keys.absent;
  let value = absent;
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === keys.tag) key = keys.read(reader);
    else if (tag >>> 3 === 2) value = read();
    else reader.skipType(tag & 7);
  }
  checkEnd(reader, end);
  if (value === undefined) throw new BadRecordError("an entry of a map has no value");
  const target = map ?? newMap<V>();
  target[key] = value;
  return target;
}

function newMap<V>(): GrowingMap<V> {
  return Object.create(null) as GrowingMap<V>;
}

const EMPTY: GrowingMap<never> = Object.freeze(newMap<never>());

/** The map as a record holds it: frozen; all empty ones are one. */
export function frozenMap<V>(map: GrowingMap<V> | undefined): { readonly [key: string]: V } {
  return map === undefined ? EMPTY : Object.freeze(map);
}
