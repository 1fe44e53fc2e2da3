/**
 * What `npm run bench -- ^workers` measures: ten readers of the cities with 20,000 records in use in each, as
 * threads that are attached to one copy, and with copies of their own. What data adds is measured from ten readers
 * on with the library loaded and nothing open.
 */
import { type Case, childOf, numbersOf, share } from "../case.js";

const fixture = childOf(import.meta.url, "../load/produce.js");
const readers = (kind: string) => numbersOf(childOf(import.meta.url, "./workers.js", kind));
const attached = readers("attached");
const threads = readers("threads");
const processes = readers("processes");

export const WORKER_CASES: readonly Case[] = [
  {
    name: "workers-memory",
    title: "Ten threads attached to one copy, what their data adds",
    unit: "MB",
    fixture,
    ours: attached("cached-collections, attached", "dataBytes"),
    rivals: [
      threads("ten threads with copies of their own", "dataBytes", share(0.15)),
      processes("ten processes, as of node:cluster", "dataBytes"),
    ],
  },
  {
    name: "workers-resident",
    title: "The same with the threads or processes themselves",
    unit: "MB",
    fixture,
    ours: attached("cached-collections, attached", "allBytes"),
    rivals: [
      threads("ten threads with copies of their own", "allBytes"),
      processes("ten processes, as of node:cluster", "allBytes"),
    ],
  },
  {
    name: "workers-ready",
    title: "Ten threads at once, from nothing to the first read of the last one",
    unit: "ms",
    fixture,
    ours: attached("cached-collections, attached", "readyMs"),
    rivals: [threads("ten threads with copies of their own", "readyMs")],
  },
];
