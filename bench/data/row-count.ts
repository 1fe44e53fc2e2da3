/** How many rows a run is about. Apart from the rows: measured processes must not hold those. */
import { env } from "node:process";

/** Eight times the 135,233 cities. */
const ROWS = 1_081_864;

/** What `--rows` says. */
export function rowCount(): number {
  return Number(env["BENCH_ROWS"] ?? ROWS);
}
