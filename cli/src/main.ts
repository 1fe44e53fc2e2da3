/** The command line. Each command is a file of its own; this one puts them together. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { codegenCommand } from "./codegen/codegen-command.js";
import { operateCommands } from "./operate/operate-commands.js";

/** Bad arguments, as bad input everywhere. */
const EXIT_USAGE = 2;

/** Runs the command line with these arguments; resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const exit = (code: number): void => {
    exitCode = code;
  };
  const program = new Command("cached-collections")
    .description(
      "Typed in-memory collections for Node.js services: the tool of builds, deploys and operators.",
    )
    .version(ownVersion());
  for (const command of [codegenCommand(exit), ...operateCommands(exit)])
    program.addCommand(command);
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : EXIT_USAGE;
  }
}

function ownVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
