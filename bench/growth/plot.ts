/**
 * The growth of all contestants as an SVG: one panel for each metric, both axes logarithmic. It brings a background
 * of its own and follows the reader's light or dark mode; lines differ by marks and dashes, not by colour alone.
 */
import { type Curve, type GrowthResults, type Metric, METRICS, type Point } from "./results.js";

const PANEL = { width: 440, height: 270, left: 62, top: 34, right: 24, bottom: 40 } as const;
const HEADER = 66;
const COLUMNS = 2;

/** The plot as the text of an SVG file; the same results give the same text. */
export function growthPlot({ contestants }: GrowthResults): string {
  const metrics = Object.keys(METRICS) as Metric[];
  const width = PANEL.width * COLUMNS;
  const height = HEADER + PANEL.height * Math.ceil(metrics.length / COLUMNS);
  const panels = metrics.map((metric, index) => {
    const x = (index % COLUMNS) * PANEL.width;
    const y = HEADER + Math.floor(index / COLUMNS) * PANEL.height;
    return `<g transform="translate(${x} ${y})">\n${panel(metric, contestants)}\n</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Cold load, stall, memory and get against rows">`,
    STYLE,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    `<text class="title" x="${PANEL.left}" y="26">From 10 thousand to 10 million rows</text>`,
    ...contestants.map(legend),
    ...panels,
    "</svg>\n",
  ].join("\n");
}

const STYLE = `<style>
.paper { fill: #ffffff } .frame { fill: none; stroke: #6b7280 } .grid { stroke: #e5e7eb }
text { font: 12px system-ui, sans-serif; fill: #1f2937 } .title { font-size: 15px; font-weight: 600 }
.line { fill: none; stroke-width: 2 } .fails { stroke-width: 2.5 } .end { text-anchor: end } .middle { text-anchor: middle }
.c0 { stroke: #1d4ed8 } .c1 { stroke: #b45309 } .c2 { stroke: #047857 }
.m0 { fill: #1d4ed8 } .m1 { fill: #b45309 } .m2 { fill: #047857 }
@media (prefers-color-scheme: dark) {
.paper { fill: #111827 } .frame { stroke: #9ca3af } .grid { stroke: #374151 } text { fill: #e5e7eb }
.c0 { stroke: #93b4ff } .c1 { stroke: #fdba74 } .c2 { stroke: #6ee7b7 }
.m0 { fill: #93b4ff } .m1 { fill: #fdba74 } .m2 { fill: #6ee7b7 }
}
</style>`;

const DASHES = ["", "7 4", "2 4"];

function legend({ label, failure }: Curve, index: number): string {
  const x = PANEL.left + index * 265;
  const fails = failure === undefined ? "" : `, fails at ${shortNumber(failure.rows)}`;
  const stroke = `<path class="line c${index}" d="M${x} 46h30" stroke-dasharray="${DASHES[index] ?? ""}"/>`;
  return `${stroke}${mark(x + 15, 46, index)}<text x="${x + 38}" y="50">${label}${fails}</text>`;
}

interface Axes {
  readonly x: (rows: number) => number;
  readonly y: (value: number) => number;
}

function panel(metric: Metric, curves: readonly Curve[]): string {
  const rows = curves.flatMap(({ points, failure }) => [
    ...points.map((point) => point.rows),
    ...(failure === undefined ? [] : [failure.rows]),
  ]);
  const values = curves.flatMap(({ points }) => points.map((point) => point[metric]));
  const [xRange, yRange] = [decades(rows), decades(values)];
  const { width, height, left, top, right, bottom } = PANEL;
  const axes: Axes = {
    x: logarithmic(xRange, left, width - right),
    y: logarithmic(yRange, height - bottom, top),
  };
  const { title, unit } = METRICS[metric];
  return [
    `<text x="${left}" y="${top - 10}">${title}, ${unit}</text>`,
    ...ticks(xRange).map((tick) => xTick(tick, axes)),
    ...ticks(yRange).map((tick) => yTick(tick, axes)),
    `<rect class="frame" x="${left}" y="${top}" width="${width - left - right}" height="${height - top - bottom}"/>`,
    `<text class="middle" x="${(left + width - right) / 2}" y="${height - 6}">rows</text>`,
    ...curves.map((curve, index) => curveOf(curve, metric, index, axes)),
  ].join("\n");
}

function curveOf({ points, failure }: Curve, metric: Metric, index: number, axes: Axes): string {
  const places = points.map((point: Point) => [axes.x(point.rows), axes.y(point[metric])] as const);
  const path = places
    .map(([x, y], at) => `${at === 0 ? "M" : "L"}${fixed(x)} ${fixed(y)}`)
    .join("");
  const line = `<path class="line c${index}" d="${path}" stroke-dasharray="${DASHES[index] ?? ""}"/>`;
  const marks = places.map(([x, y]) => mark(x, y, index));
  if (failure === undefined) return [line, ...marks].join("");
  // Beside each other, as several fail at the same number of rows.
  const [x, y] = [axes.x(failure.rows) - index * 14, PANEL.top + 12];
  const cross = `<path class="fails c${index}" d="M${fixed(x - 5)} ${y - 5}l10 10m0 -10l-10 10"/>`;
  return [line, ...marks, cross].join("");
}

function mark(x: number, y: number, index: number): string {
  const [cx, cy] = [fixed(x), fixed(y)];
  if (index === 0) return `<circle class="m0" cx="${cx}" cy="${cy}" r="4"/>`;
  if (index === 1) return `<path class="m1" d="M${cx} ${cy}m-4 -4h8v8h-8z"/>`;
  return `<path class="m2" d="M${cx} ${cy}m0 -5l5 9h-10z"/>`;
}

function xTick(rows: number, { x }: Axes): string {
  const [at, bottom] = [fixed(x(rows)), PANEL.height - PANEL.bottom];
  const line = `<path class="grid" d="M${at} ${PANEL.top}V${bottom}"/>`;
  return `${line}<text class="middle" x="${at}" y="${bottom + 16}">${shortNumber(rows)}</text>`;
}

function yTick(value: number, { y }: Axes): string {
  const at = fixed(y(value));
  const line = `<path class="grid" d="M${PANEL.left} ${at}H${PANEL.width - PANEL.right}"/>`;
  return `${line}<text class="end" x="${PANEL.left - 6}" y="${fixed(y(value) + 4)}">${value.toLocaleString("en")}</text>`;
}

/** Whole powers of ten around all values. */
function decades(values: readonly number[]): readonly [number, number] {
  const exponents = values.map((value) => Math.log10(value));
  const from = Math.floor(Math.min(...exponents));
  return [from, Math.max(from + 1, Math.ceil(Math.max(...exponents)))];
}

function ticks([from, to]: readonly [number, number]): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
}

function logarithmic([from, to]: readonly [number, number], first: number, last: number) {
  return (value: number): number => {
    return first + ((Math.log10(value) - from) / (to - from)) * (last - first);
  };
}

function shortNumber(rows: number): string {
  if (rows >= 1e6) return `${rows / 1e6} M`;
  return rows >= 1000 ? `${rows / 1000} k` : String(rows);
}

function fixed(value: number): string {
  return String(Number(value.toFixed(1)));
}
