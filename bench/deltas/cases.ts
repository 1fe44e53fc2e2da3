/**
 * What `npm run bench -- ^deltas` measures: 1,000 random rows of all changed. `place` has a key and a view of each
 * kind, as the design's prototype had, whose numbers the targets are; `geo` is the schema of the README's table.
 */
import { type Case, childOf, inTable, numbersOf, over, share } from "../case.js";
import type { SubjectName } from "./subject.js";

export const DELTA_CASES: readonly Case[] = [...casesOf("place"), ...casesOf("geo")];

type Of = ReturnType<typeof numbersOf>;

function casesOf(subject: SubjectName): readonly Case[] {
  const of = numbersOf(childOf(import.meta.url, "./deltas.js", subject));
  const cases = [...fetched(of), ...readsAfter(of), ...visible(of), ...pushes(of)];
  return inTable(`deltas-${subject}`, subject, cases);
}

function fetched(of: Of): readonly Case[] {
  const records = of("the changed records, encoded", "inUse:encodedBytes", share(1.6));
  return [
    {
      name: "bytes",
      title: "fetched by a consumer",
      unit: "kB",
      ours: of("cached-collections", "inUse:fetchedBytes"),
      rivals: [records],
    },
    limited(of, "apply", "from the last byte to every view usable", "applyMs", 5),
  ];
}

function readsAfter(of: Of): readonly Case[] {
  return [
    limited(of, "page", "then, the first 20 of a group of 133,416", "pageMs", 0.3),
    limited(of, "sorted-page", "then, the first 20 of the sorted view", "sortedPageMs", 0.3),
    limited(of, "count", "then, the count of the group", "countMs", 1),
    limited(of, "group", "then, the whole group again", "groupMs", 15),
  ];
}

/** With everything in use, which is what the limit is for, beside the same when nothing was read yet. */
function limited(of: Of, name: string, title: string, number: string, limit: number): Case {
  const ours = { ...of("cached-collections", `inUse:${number}`), limit };
  const cold = of("when nothing was read before", `cold:${number}`);
  return { name, title, unit: "ms", ours, rivals: [cold] };
}

function visible(of: Of): readonly Case[] {
  const full = of("a full reload, from the check", "whole:durationMs", share(1 / 20));
  const compared = (name: string, title: string, number: string): Case => {
    return { name, title, unit: "ms", ours: of("cached-collections", number), rivals: [full] };
  };
  return [
    compared("visible", "from the check that finds it to visible", "inUse:durationMs"),
    compared("patch-visible", "from the call of patch to visible", "inUse:patchToVisibleMs"),
    stall(of, "stall", "longest stall of the consumer, everything in use", "inUse"),
    stall(of, "stall-cold", "longest stall of the consumer, nothing read yet", "cold"),
  ];
}

function stall(of: Of, name: string, title: string, use: string): Case {
  const ours = of("cached-collections", `${use}:stallMs`);
  const idle = of("idle for as long", `${use}:idleStallMs`, over(5));
  return {
    name,
    title,
    unit: "ms",
    ours,
    rivals: [idle, of("the worst of twelve", `${use}:worstStallMs`)],
  };
}

function pushes(of: Of): readonly Case[] {
  const encoding = of("encoding alone", "push:encode", share(1.5));
  return [
    {
      name: "push",
      title: "push of all rows, 1,000 of them changed",
      unit: "ms",
      ours: of("cached-collections", "push:changed"),
      rivals: [encoding],
    },
    {
      name: "push-same",
      title: "push of all rows, none changed",
      unit: "ms",
      ours: of("cached-collections", "push:same"),
      rivals: [encoding],
    },
    {
      name: "push-random",
      title: "push of all rows in a random order, none changed",
      unit: "ms",
      ours: of("cached-collections", "push:random"),
      rivals: [
        of("encoding alone, in that order", "push:encodeRandom"),
        of("encoding alone, in key order", "push:encode"),
      ],
    },
  ];
}
