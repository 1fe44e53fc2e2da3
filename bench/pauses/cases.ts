/**
 * What `npm run bench -- ^pauses` measures: a service that answers 400 requests a second, each with 10 gets and one
 * page of a view, while all rows are reloaded, and while it pushes all rows itself.
 */
import { type Case, childOf, inTable, numbersOf, over } from "../case.js";

const of = numbersOf(childOf(import.meta.url, "./pauses.js"));

export const PAUSE_CASES: readonly Case[] = [
  ...inTable(
    "pauses-reload",
    "full reload",
    casesOf("reload", "withoutReload", "the same without a reload"),
  ),
  ...inTable(
    "pauses-push",
    "push in the serving process",
    casesOf("push", "withoutPush", "the same without a push"),
  ),
];

function casesOf(event: string, without: string, label: string): readonly Case[] {
  const compared = (name: string, title: string, number: string): Case => {
    const ours = of("cached-collections", `${event}:${number}`);
    return { name, title, unit: "ms", ours, rivals: [of(label, `${without}:${number}`)] };
  };
  const stall = compared("stall", "longest stall of the event loop", "stallMs");
  return [
    compared("p50", "requests, median", "p50Ms"),
    compared("p99", "requests, p99", "p99Ms"),
    compared("p999", "requests, p99.9", "p999Ms"),
    compared("delay", "event-loop delay, p99.9 of its histogram", "delayP999Ms"),
    compared("delay-max", "event-loop delay, the histogram's greatest", "delayMaxMs"),
    { ...stall, rivals: [of(label, `${without}:stallMs`, over(10))] },
  ];
}
