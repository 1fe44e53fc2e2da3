/** What the command line of the benchmark says. */
import { parseArgs } from "node:util";

export interface Options {
  /** Which cases; undefined: those of the README's table. */
  readonly pattern: RegExp | undefined;
  readonly rounds: number;
  /** The file that the numbers are written to. */
  readonly json: string | undefined;
}

/** Reads the command line. `--rows` is passed on to measuring processes by the environment. */
export function readOptions(): Options {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "string" },
      rounds: { type: "string", default: "5" },
      rows: { type: "string" },
    },
  });
  if (values.rows !== undefined) process.env["BENCH_ROWS"] = String(count("rows", values.rows));
  const [pattern] = positionals;
  const named = pattern === undefined ? undefined : new RegExp(pattern);
  return { pattern: named, rounds: count("rounds", values.rounds), json: values.json };
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a number from 1`);
  return value;
}
