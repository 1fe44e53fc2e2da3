/** How results are shown: as text while the benchmark runs, and as the README's table. */
import type { Target } from "./cases.js";
import { describeMachine } from "./machine.js";
import type { CaseResult, Compared, Measured, Results } from "./results.js";

/** One case for the terminal, every contestant on a line, targets with their verdict. */
export function caseText(result: CaseResult): string {
  const contestants: readonly (Measured | Compared)[] = [result.ours, ...result.rivals];
  const width = Math.max(...contestants.map(({ label }) => label.length));
  const lines = contestants.map((measured) => {
    const spread = `(${amount(measured.min)} .. ${amount(measured.max)})`;
    const value = `${amount(measured.median)} ${result.unit}`.padStart(12);
    const line = `  ${measured.label.padEnd(width)} ${value}  ${spread.padEnd(20)}`;
    return "ratio" in measured ? `${line} ${verdict(measured)}` : line;
  });
  return [`${result.title} [${result.name}]`, ...lines.map((line) => line.trimEnd())].join("\n");
}

/** The README's table with the machine it came from, in Markdown. */
export function markdownTable(results: Results): string {
  const rows = results.cases.flatMap(markdownRows);
  const date = results.recordedAt.slice(0, 10);
  return [
    "| | cached-collections | compared with | | ratio | target |",
    "| --- | ---: | --- | ---: | ---: | ---: |",
    ...rows,
    "",
    `Medians of ${results.rounds} rounds over ${amount(results.rows)} rows, each round in processes of its own, ` +
      `through a real Redis on loopback, recorded ${date} on ${describeMachine(results.machine)}.`,
  ].join("\n");
}

function markdownRows({ title, unit, ours, rivals }: CaseResult): string[] {
  return rivals.map((rival, index) => {
    const [what, own] = index === 0 ? [title, shown(ours, unit)] : ["", ""];
    const { target } = rival;
    const wanted =
      target === undefined ? "" : `${limitText(target)}${target.met ? "" : " (missed)"}`;
    const cells = [what, own, rival.label, shown(rival, unit), ratioText(rival), wanted];
    return `| ${cells.join(" | ")} |`;
  });
}

function shown(measured: Measured, unit: string): string {
  return `${amount(measured.median)} ${unit}`;
}

function verdict(rival: Compared): string {
  if (rival.target === undefined) return ratioText(rival);
  const { met } = rival.target;
  return `${ratioText(rival)}, wanted ${limitText(rival.target)}${met ? "" : "  FALLS SHORT"}`;
}

/** As the target puts it: how many times faster we are, or our share of theirs. */
function ratioText({ ratio, target }: Compared): string {
  if (target?.kind !== "share") return `${ratio.toPrecision(3)} times`;
  return `${(1 / ratio).toPrecision(2)} of it`;
}

function limitText({ kind, limit }: Target): string {
  return kind === "faster" ? `at least ${limit} times` : `at most ${limit} of it`;
}

function amount(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toPrecision(value >= 10 ? 3 : 2);
}
