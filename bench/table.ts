/** How results are shown: as text while the benchmark runs, and as tables of documents. */
import type { Target } from "./case.js";
import { describeMachine } from "./machine.js";
import type { CaseResult, Compared, Measured, Results } from "./results.js";

/** One case for the terminal, every contestant on a line, targets with their verdict. */
export function caseText(result: CaseResult): string {
  const { title, name, unit, ours, rivals } = result;
  const width = Math.max(...[ours, ...rivals].map(({ label }) => label.length));
  const line = (measured: Measured, verdict: string): string => {
    const spread = `(${amount(measured.min)} .. ${amount(measured.max)})`;
    const value = shown(measured, unit).padStart(12);
    return `  ${measured.label.padEnd(width)} ${value}  ${spread.padEnd(20)} ${verdict}`.trimEnd();
  };
  const { limit } = ours;
  const own = limit === undefined ? "" : wanted(`at most ${limit.most} ${unit}`, limit.met);
  const others = rivals.map((rival) => line(rival, verdict(rival, ours, unit)));
  return [`${title} [${name}]`, line(ours, own), ...others].join("\n");
}

/** The table of a document with the machine it came from, in Markdown. */
export function markdownTable(results: Results): string {
  const rows = results.cases.flatMap(markdownRows);
  const date = results.recordedAt.slice(0, 10);
  const over = results.rows === 0 ? "" : ` over ${amount(results.rows)} rows`;
  const through = results.rows === 0 ? "" : " through a real Redis on loopback,";
  return [
    "| | cached-collections | compared with | | ratio | target |",
    "| --- | ---: | --- | ---: | ---: | ---: |",
    ...rows,
    "",
    `Medians of ${results.rounds} rounds${over}, each round in processes of its own,${through} ` +
      `recorded ${date} on ${describeMachine(results.machine)}.`,
  ].join("\n");
}

function markdownRows({ title, unit, ours, rivals }: CaseResult): string[] {
  const { limit } = ours;
  const own = limit === undefined ? "" : missed(`at most ${limit.most} ${unit}`, limit.met);
  if (rivals.length === 0) return [`| ${title} | ${shown(ours, unit)} | | | | ${own} |`];
  return rivals.map((rival, index) => {
    const { target } = rival;
    const [what, value, asked] = index === 0 ? [title, shown(ours, unit), own] : ["", "", ""];
    const compared = target === undefined ? "" : missed(limitText(target, unit), target.met);
    const targets = [asked, compared].filter((text) => text !== "").join("; ");
    const ratio = ratioText(rival, ours, unit);
    return `| ${[what, value, rival.label, shown(rival, unit), ratio, targets].join(" | ")} |`;
  });
}

function shown(measured: Measured, unit: string): string {
  return `${amount(measured.median)} ${unit}`;
}

function verdict(rival: Compared, ours: Measured, unit: string): string {
  const ratio = ratioText(rival, ours, unit);
  const { target } = rival;
  return target === undefined ? ratio : `${ratio}, ${wanted(limitText(target, unit), target.met)}`;
}

function wanted(what: string, met: boolean): string {
  return `wanted ${what}${met ? "" : "  FALLS SHORT"}`;
}

function missed(what: string, met: boolean): string {
  return met ? what : `${what} (missed)`;
}

/** As the target puts it: how many times faster we are, our share of theirs, or what we add to it. */
function ratioText(rival: Compared, ours: Measured, unit: string): string {
  const { ratio, target, isGiven } = rival;
  if (isGiven) return aheadOrBehind(ratio);
  if (target?.kind === "over") return moreOrLess(ours.median - rival.median, unit);
  if (ratio === 0) return "";
  if (target?.kind === "share") return `${(1 / ratio).toPrecision(ratio > 1 ? 2 : 3)} of it`;
  return `${ratio.toPrecision(3)} times`;
}

function moreOrLess(difference: number, unit: string): string {
  return `${amount(Math.abs(difference))} ${unit} ${difference < 0 ? "less" : "more"}`;
}

function aheadOrBehind(ratio: number): string {
  return ratio >= 1
    ? `ahead ${ratio.toPrecision(2)} times`
    : `behind ${(1 / ratio).toPrecision(2)} times`;
}

function limitText({ kind, limit }: Target, unit: string): string {
  if (kind === "over") return `at most ${limit} ${unit} more`;
  const rounded = Number(limit.toPrecision(3));
  return kind === "faster" ? `at least ${rounded} times` : `at most ${rounded} of it`;
}

function amount(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toPrecision(value >= 10 ? 3 : 2);
}
