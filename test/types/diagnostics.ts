/** What the compiler says about a project, and what marks in its files expect: `// expect: TS2322` above a line. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const COMPILER: string = fileURLToPath(
  new URL("../../node_modules/typescript/bin/tsc", import.meta.url),
);

/** The compiler's errors as `file:line TS2322`, sorted, with paths relative to the project's folder. */
export async function errorsOf(config: string): Promise<string[]> {
  const args = [COMPILER, "--project", config, "--pretty", "false"];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd: dirname(config) }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
  // Continuations are indented. What has no line, such as a bad setting, is shown as it is.
  const lines = output.split("\n").filter((line) => /^\S/.test(line));
  return lines
    .map((line) => line.replace(/^(\S+)\((\d+),\d+\): error (TS\d+).*$/, "$1:$2 $3"))
    .sort();
}

/** What the marks in a folder's files expect, in the same form. */
export function marksIn(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  return files.flatMap((name) => marksOf(name, readFileSync(join(folder, name), "utf8"))).sort();
}

function marksOf(name: string, text: string): string[] {
  return text.split("\n").flatMap((line, index) => {
    const code = /^\s*\/\/ expect: (TS\d+)$/.exec(line)?.[1];
    return code === undefined ? [] : [`${name}:${index + 2} ${code}`];
  });
}
