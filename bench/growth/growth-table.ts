/** The growth of all contestants as tables in Markdown, one for each metric. */
import { describeMachine } from "../machine.js";
import { type Curve, type GrowthResults, type Metric, METRICS } from "./results.js";

export function growthTable(results: GrowthResults): string {
  const { contestants, rounds, recordedAt, machine } = results;
  const sizes = [...new Set(contestants.flatMap(({ points }) => points.map(({ rows }) => rows)))];
  const failed = contestants.flatMap(({ failure }) =>
    failure === undefined ? [] : [failure.rows],
  );
  const columns = [...new Set([...sizes, ...failed])].sort((a, b) => a - b);
  const tables = (Object.keys(METRICS) as Metric[]).map((metric) =>
    tableOf(contestants, metric, columns),
  );
  const ends = contestants.flatMap(endOf);
  const source =
    `${rounds === 1 ? "One round" : `Medians of ${rounds} rounds`}, each load in a process of its own, through a real Redis on loopback, ` +
    `recorded ${recordedAt.slice(0, 10)} on ${describeMachine(machine)}.`;
  return [...tables, ...ends, source].join("\n\n");
}

function tableOf(curves: readonly Curve[], metric: Metric, columns: readonly number[]): string {
  const { title, unit } = METRICS[metric];
  const heads = [`${title}, ${unit}`, ...columns.map((rows) => rows.toLocaleString("en"))];
  const rule = ["---", ...columns.map(() => "---:")];
  const lines = curves.map((curve) => lineOf(curve, metric, columns));
  return [row(heads), row(rule), ...lines].join("\n");
}

function lineOf({ label, points, failure }: Curve, metric: Metric, columns: readonly number[]) {
  const cells = columns.map((rows) => {
    if (failure?.rows === rows) return "fails";
    const point = points.find((one) => one.rows === rows);
    return point === undefined ? "" : amount(point[metric]);
  });
  return row([label, ...cells]);
}

function endOf({ label, failure }: Curve): string[] {
  if (failure === undefined) return [];
  return [`${label} fails at ${failure.rows.toLocaleString("en")} rows: ${failure.why}.`];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function amount(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(2);
}
