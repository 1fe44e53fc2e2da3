/**
 * What `npm run bench -- ^hollow` measures: the same as was measured with Netflix Hollow, over the same cities, with
 * a key and a group by country. Hollow's numbers were not taken in this run: they were given to the project with
 * its plan, medians on one core with JDK 17, warmed up. The cases say whether we are ahead or behind.
 */
import { type Case, childOf, inTable, numbersOf, type Unit } from "../case.js";

/** Hollow's numbers, in the units of the cases. Of a range the end that is better for Hollow. */
interface Hollow {
  readonly load: number;
  readonly hit: number;
  readonly has: number;
  readonly group: number;
  readonly deltaKb: number;
  readonly apply: number;
  readonly memoryMb: number;
  readonly push: number;
}

const OF_135_THOUSAND: Hollow = {
  load: 27 + 22 + 70,
  hit: 310,
  has: 74,
  group: 33,
  deltaKb: 34,
  apply: 34,
  memoryMb: 6.8,
  push: 1034,
};

const OF_A_MILLION: Hollow = {
  load: 145 + 192 + 251,
  hit: 558,
  has: 223,
  group: 58,
  deltaKb: 35,
  apply: 333,
  memoryMb: 45,
  push: 4140,
};

export const HOLLOW_CASES: readonly Case[] = [
  ...inTable("hollow-135k", "135,233 rows", casesOf("8", OF_135_THOUSAND)),
  ...inTable("hollow-1m", "1,081,864 rows", casesOf("1", OF_A_MILLION)),
];

/** `part`: the rows of the run divided by this. */
function casesOf(part: string, hollow: Hollow): readonly Case[] {
  const fixture = childOf(import.meta.url, "./produce.js", part);
  const reads = numbersOf(childOf(import.meta.url, "./reads.js", part));
  const changes = numbersOf(childOf(import.meta.url, "./changes.js", part));
  const beside = (given: number) => ({ label: "Netflix Hollow, as given", given });
  const read = (name: string, title: string, unit: Unit, number: string, given: number): Case => {
    const ours = reads("cached-collections", number);
    return { name, title, unit, fixture, ours, rivals: [beside(given)] };
  };
  const change = (name: string, title: string, unit: Unit, number: string, given: number): Case => {
    const ours = changes("cached-collections", number);
    return { name, title, unit, ours, rivals: [beside(given)] };
  };
  return [
    read("load", "load, key and group usable", "ms", "loadMs", hollow.load),
    read("get", "lookup by key, two fields read", "ns", "hit", hollow.hit),
    read("has", "lookup only", "ns", "has", hollow.has),
    read("miss", "lookup of what is not there", "ns", "miss", hollow.has),
    read("group", "all groups read, each record", "ns", "groupNs", hollow.group),
    read("memory", "memory of data and indexes", "MB", "heldBytes", hollow.memoryMb),
    change("bytes", "1,000 rows changed, what is fetched", "kB", "fetchedBytes", hollow.deltaKb),
    change("apply", "1,000 rows changed, applied and indexed", "ms", "applyMs", hollow.apply),
    change("push", "all rows pushed again, 1,000 changed", "ms", "pushMs", hollow.push),
  ];
}
