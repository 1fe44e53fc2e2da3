/** What `npm run bench -- ^memory-` measures: bytes in memory for each record of schema/geo.yaml, six views included. */
import { type Case, childOf, numbersOf } from "../case.js";

const fixture = childOf(import.meta.url, "../load/produce.js");
const collection = numbersOf(childOf(import.meta.url, "./collection.js"));
const objects = numbersOf(childOf(import.meta.url, "./map-of-objects.js"));
const json = numbersOf(childOf(import.meta.url, "./json-text.js"));

const others = [
  objects("Map of objects", "bytes"),
  json("JSON text, as a string", "stringBytes"),
  json("JSON text, as UTF-8", "utf8Bytes"),
];

/** 45 to 66 MB for 1,081,864 rows with a key and one group: see bench/hollow. */
const HOLLOW_BYTES = 45e6 / 1_081_864;

export const MEMORY_CASES: readonly Case[] = [
  {
    name: "memory-cold",
    title: "Memory of a record, loaded and not read",
    unit: "bytes",
    fixture,
    ours: collection("cached-collections, six views", "coldBytes"),
    rivals: [
      ...others,
      { label: "Netflix Hollow, key and one group, as given", given: HOLLOW_BYTES },
    ],
  },
  {
    name: "memory-touched",
    title: "Memory of a record, every one read and held",
    unit: "bytes",
    fixture,
    ours: collection("cached-collections, six views", "touchedBytes"),
    rivals: others,
  },
];
