/**
 * What `npm run bench -- ^views` measures: a group, a unique and a sorted view, keys of two fields and of text, and
 * iteration, beside what one writes by hand over objects that are decoded and in memory already.
 */
import { type Case, childOf, numbersOf } from "../case.js";

const fixture = childOf(import.meta.url, "./produce.js");
const firstUse = numbersOf(childOf(import.meta.url, "./first-use.js"));
const hotReads = numbersOf(childOf(import.meta.url, "./hot-reads.js"));

export const VIEW_CASES: readonly Case[] = [
  first("group-page", "first page of a group, first use", "groupPageMs", "groupsByHandMs"),
  first("group", "one group of 133,416, first use", "groupMs", "groupsByHandMs"),
  first("groups", "every group, first use, records decoded", "groupsMs", "groupsByHandMs"),
  first("unique", "unique view, first use", "uniqueMs", "uniqueByHandMs"),
  first("sorted-page", "first page of a sorted view, first use", "sortedPageMs", "sortedByHandMs"),
  first(
    "sorted",
    "the whole sorted view, first use, records decoded",
    "sortedMs",
    "sortedByHandMs",
  ),
  first("iterate", "iteration over everything, first", "iterateMs", "iterateByHandMs"),
  first(
    "iterate-again",
    "iteration over everything, again",
    "iterateAgainMs",
    "iterateAgainByHandMs",
  ),
  hot("group-hot", "a group's array, hot", "group", "Map of arrays"),
  hot("page-hot", "the first 20 of a group, hot", "page", "Map of arrays, slice"),
  hot("unique-hot", "unique view of two fields, hot", "unique", "Map with joined keys"),
  hot("range-hot", "size of a range of the sorted view, hot", "range", "binary search in an array"),
  hot("composite-hot", "get by a key of two fields, hot", "composite", "Map with joined keys"),
  garbage("composite-garbage", "garbage of a get by a key of two fields", "composite"),
  hot("text-hot", "get by a key of text, hot", "text", "Map"),
];

function first(name: string, title: string, own: string, byHand: string): Case {
  const ours = firstUse("cached-collections", own);
  const rivals = [firstUse("by hand, from objects", byHand)];
  return { name: `views-${name}`, title, unit: "ms", fixture, ours, rivals };
}

function hot(name: string, title: string, number: string, label: string): Case {
  const ours = hotReads("cached-collections", `${number}Ns`);
  const rivals = [hotReads(label, `${number}ByHandNs`)];
  return { name: `views-${name}`, title, unit: "ns", fixture, ours, rivals };
}

function garbage(name: string, title: string, number: string): Case {
  const ours = hotReads("cached-collections", `${number}Garbage`);
  const rivals = [hotReads("Map with joined keys", `${number}ByHandGarbage`)];
  return { name: `views-${name}`, title, unit: "bytes", fixture, ours, rivals };
}
