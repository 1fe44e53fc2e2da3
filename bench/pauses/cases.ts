/**
 * What `npm run bench -- ^pauses` measures: a service that answers 400 requests a second, each with 10 gets and one
 * page of a view, while all rows are reloaded, and while it pushes all rows itself, beside what the loader's rows alone
 * cost: what a push adds to that is ours.
 */
import { type Case, childOf, inTable, numbersOf, over, type Target } from "../case.js";

const of = numbersOf(childOf(import.meta.url, "./pauses.js"));

export const PAUSE_CASES: readonly Case[] = [
  ...inTable(
    "pauses-reload",
    "full reload",
    casesOf("reload", { withoutReload: "the same without a reload" }),
  ),
  ...inTable(
    "pauses-push",
    "push in the serving process",
    casesOf("push", {
      withoutPush: "the same without a push",
      loading: "its rows loaded for as long, and dropped",
    }),
  ),
];

/** What happens in a run beside other runs, by the prefix of their numbers. */
function casesOf(event: string, others: Readonly<Record<string, string>>): readonly Case[] {
  const compared = (name: string, title: string, number: string, target?: Target): Case => ({
    name,
    title,
    unit: "ms",
    ours: of("cached-collections", `${event}:${number}`),
    rivals: Object.entries(others).map(([run, label]) => of(label, `${run}:${number}`, target)),
  });
  return [
    compared("p50", "requests, median", "p50Ms"),
    compared("p99", "requests, p99", "p99Ms"),
    compared("p999", "requests, p99.9", "p999Ms"),
    compared("delay", "event-loop delay, p99.9 of its histogram", "delayP999Ms"),
    compared("delay-max", "event-loop delay, the histogram's greatest", "delayMaxMs"),
    compared("stall", "longest stall of the event loop", "stallMs", over(10)),
  ];
}
