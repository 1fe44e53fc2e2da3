/** `cached-collections codegen`: its options, its help, what it prints. */
import { Command } from "commander";
import { compileFolder } from "./codegen-folder.js";
import { loadGenerator } from "./codegen-generator.js";
import { applyChanges, planChanges, type Change } from "./codegen-output.js";

const OK = 0;
const OUT_OF_DATE = 1;
const FAILED = 2;

const HELP = `
Exit codes:
  ${OK}  all files are up to date now
  ${OUT_OF_DATE}  --check found files that are not
  ${FAILED}  a schema has errors, or a file cannot be read or written; nothing was written`;

interface Options {
  readonly schemas: string;
  readonly out: string;
  readonly check?: true;
}

/** The command; `exit` is told the exit code. */
export function codegenCommand(exit: (code: number) => void): Command {
  return new Command("codegen")
    .description("Write TypeScript and .proto files for the schemas of a folder.")
    .argument("[folders...]", "folders that hold schemas and generated files", ["."])
    .option("--schemas <folder>", "where in each folder its schemas (*.yaml) are", "schema")
    .option("--out <folder>", "where in each folder generated files go", "generated")
    .option("--check", "write nothing; name the files that are out of date")
    .addHelpText("after", HELP)
    .action(async (folders: readonly string[], options: Options) => {
      try {
        exit(await codegen(folders, options));
      } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        exit(FAILED);
      }
    });
}

/** All folders are compiled before anything is written: a bad schema leaves every file as it was. */
async function codegen(folders: readonly string[], options: Options): Promise<number> {
  const generator = await loadGenerator();
  const compiled = folders.map((folder) => compileFolder(generator, { path: folder, ...options }));
  const errors = [...new Set(compiled.flatMap((each) => each.errors))];
  if (errors.length > 0) {
    console.error(
      `${errors.join("\n\n")}\n\n${count(errors.length, "error")}; nothing was written`,
    );
    return FAILED;
  }
  const changes = compiled.flatMap((each) => planChanges(generator, each));
  const files = compiled.reduce((sum, { outputs }) => sum + outputs.size, 0);
  if (changes.length === 0) {
    console.log(`up to date: ${count(files, "file")}`);
    return OK;
  }
  if (options.check === true) return reportOutOfDate(changes);
  applyChanges(changes);
  for (const { path, text } of changes) {
    console.log(`${text === undefined ? "removed" : "wrote"} ${path}`);
  }
  return OK;
}

function reportOutOfDate(changes: readonly Change[]): number {
  for (const { path, reason } of changes) console.error(`${path} ${reason}`);
  console.error("out of date: run cached-collections codegen");
  return OUT_OF_DATE;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
