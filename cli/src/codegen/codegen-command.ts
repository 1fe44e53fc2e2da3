/** `cached-collections codegen`: its options, its help, its modes. */
import { Command, Option } from "commander";
import { loadGenerator } from "./codegen-generator.js";
import {
  EXIT_FAILED,
  EXIT_OK,
  EXIT_OUT_OF_DATE,
  printReport,
  type Report,
} from "./codegen-report.js";
import { failureOf, runCodegen, type Purpose } from "./codegen-run.js";
import { findTargets, type TargetOptions } from "./codegen-targets.js";
import { watchCodegen } from "./codegen-watch.js";

const HELP = `
Without folders, --schemas and --out it does what cached-collections.config.ts (.mts, .js, .mjs) in the
working directory says; without such a file, schema/*.yaml gives generated/*.ts and *.proto.

Exit codes:
  ${EXIT_OK}  all files are up to date now; --watch was ended
  ${EXIT_OUT_OF_DATE}  --check found files that are not
  ${EXIT_FAILED}  an error in a schema, in the config file, in the arguments, or with reading and writing files`;

interface Options {
  readonly config?: string;
  readonly schemas?: string;
  readonly out?: string;
  readonly check?: true;
  readonly watch?: true;
  readonly json?: true;
  readonly printCanonical?: string | true;
}

/** The command; `exit` is told the exit code. */
export function codegenCommand(exit: (code: number) => void): Command {
  return new Command("codegen")
    .description("Write TypeScript and .proto files for schemas.")
    .argument("[folders...]", "folders that hold schemas and generated files; default: this one")
    .option("--schemas <folder>", 'where in each folder its schemas are (default: "schema")')
    .option("--out <folder>", 'where in each folder generated files go (default: "generated")')
    .addOption(new Option("--config <file>", "the config file").conflicts(["schemas", "out"]))
    .option("--check", "write nothing; name the files that are out of date")
    .addOption(new Option("--watch", "run again whenever a schema changes").conflicts("check"))
    .addOption(
      new Option(
        "--print-canonical [entity]",
        "write nothing; print the text that the hash of an entity, or of each, is taken of",
      ).conflicts(["check", "watch"]),
    )
    .option("--json", "print each run as one line of JSON (docs/codegen.md)")
    .addHelpText("after", HELP)
    .action(async (folders: readonly string[], options: Options, command: Command) => {
      if (folders.length > 0 && options.config !== undefined) {
        command.error("error: option '--config <file>' cannot be used with folders");
      }
      exit(await codegen(folders, options));
    });
}

async function codegen(folders: readonly string[], options: Options): Promise<number> {
  const { config, schemas, out } = options;
  const isJson = options.json === true;
  let report: Report;
  try {
    const where: TargetOptions = { config, folders, schemas, out };
    if (options.watch === true) {
      await watchCodegen(await loadGenerator(), where, isJson, interruption());
      return EXIT_OK;
    }
    const targets = await findTargets(where);
    ({ report } = runCodegen(await loadGenerator(), targets.folders, purposeOf(options)));
  } catch (error) {
    report = failureOf(error);
  }
  printReport(report, isJson);
  return report.exitCode;
}

function purposeOf({ check, printCanonical }: Options): Purpose {
  if (printCanonical !== undefined) {
    return { entity: printCanonical === true ? undefined : printCanonical };
  }
  return check === true ? "check" : "write";
}

/** Given by Ctrl-C, by who ends services, and when nobody reads any more; a second signal ends the process at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => controller.abort());
  }
  process.stdout.once("error", () => controller.abort());
  return controller.signal;
}
