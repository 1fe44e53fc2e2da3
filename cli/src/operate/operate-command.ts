/**
 * The frame of every command on collections: opens the app, prints each result when it is there, closes the app.
 * A command is what stands in its file: what it is called with, what it does, and how a result reads.
 */
import type { Command } from "commander";
import { problemError, type ProblemError } from "../problem.js";
import type { AppUnit } from "./app.js";
import { openApp } from "./open-app.js";
import {
  errorsOf,
  EXIT_FAILED,
  EXIT_NO,
  EXIT_OK,
  renderErrors,
  type OperateError,
  type OperateReport,
} from "./operate-report.js";

export interface OperateSpec<R extends object, O extends object> {
  /** With its arguments and options, but for those that all have. */
  command(): Command;
  run(units: readonly AppUnit[], operands: readonly string[], options: O): AsyncIterable<R>;
  text(result: R): string;
  /** Whether a result makes the command answer "no" by its exit code. */
  isNo?(result: R): boolean;
}

interface CommonOptions {
  readonly config?: string;
  readonly json?: true;
}

/** The command; `exit` is told the exit code. */
export function operateCommand<R extends object, O extends object>(
  spec: OperateSpec<R, O>,
  exit: (code: number) => void,
): Command {
  const command = spec.command();
  return command
    .option("--config <file>", "the config file, whose app imports your collections")
    .option("--json", "print one line of JSON (docs/commands.md)")
    .action(async () => {
      exit(await operate(spec, command.name(), command.args, command.opts<O & CommonOptions>()));
    });
}

async function operate<R extends object, O extends object>(
  spec: OperateSpec<R, O>,
  command: string,
  operands: readonly string[],
  options: O & CommonOptions,
): Promise<number> {
  const results: R[] = [];
  const isJson = options.json === true;
  let errors: readonly OperateError[] = [];
  try {
    const app = await openApp(options.config);
    try {
      for await (const result of spec.run(app.units, operands, options)) {
        results.push(result);
        if (!isJson) console.log(spec.text(result));
      }
    } finally {
      await app.close();
    }
  } catch (error) {
    errors = errorsOf(error);
    if (!isJson) console.error(renderErrors(error));
  }
  const isNo = results.some((result) => spec.isNo?.(result));
  const exitCode = errors.length > 0 ? EXIT_FAILED : isNo ? EXIT_NO : EXIT_OK;
  const report: OperateReport = {
    format: 1,
    command,
    exitCode,
    results,
    errors,
  };
  if (isJson) console.log(JSON.stringify(report));
  return exitCode;
}

/** A whole number from 1 that was given as `name`. Throws a ProblemError. */
export function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
  const fact = `${name} is ${JSON.stringify(text)}, not a whole number from 1`;
  throw badArgument(fact, "write a number");
}

export function badArgument(fact: string, fix: string): ProblemError {
  return problemError({ code: "bad-argument", fact, fix });
}
