/**
 * The config file: found, loaded, checked. Node.js 20 imports no TypeScript, so jiti does; it also reads a file
 * anew each time, which `--watch` needs. It may not leave copies of the project's code behind: no cache.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createJiti } from "jiti";
import { defineConfig, type Config } from "./config.js";
import { checkConfig } from "./config-check.js";
import { ProblemError, slashed, type Problem } from "./problem.js";

/** What a config file may be called. */
export const CONFIG_NAMES: readonly string[] = ["ts", "mts", "js", "mjs"].map(
  (ending) => `cached-collections.config.${ending}`,
);

/** The config file of a folder, by its path; undefined when there is none. Throws when there are several. */
export function findConfig(folder: string): string | undefined {
  const [found, second] = CONFIG_NAMES.map((name) => join(folder, name)).filter((path) =>
    existsSync(path),
  );
  if (found === undefined || second === undefined) return found;
  const fact = `${slashed(second)} is a config file too`;
  throw new ProblemError([
    { code: "config-several", path: slashed(found), fact, fix: "remove one of them" },
  ]);
}

/**
 * Loads and checks a config file. Throws a ProblemError for anything that is wrong with it. `anew`: it and what
 * it imports are read again by the next call; `once`: a module is one module, as what its `app` imports has to be.
 */
export async function loadConfig(path: string, reading: "anew" | "once"): Promise<Config> {
  if (!existsSync(path)) {
    const fix = "give --config the path of one from here";
    throw new ProblemError([
      { code: "config-missing", path: slashed(path), fact: "there is no such file", fix },
    ]);
  }
  const jiti = createJiti(pathToFileURL(resolve(path)).href, {
    fsCache: false,
    moduleCache: reading === "once",
    interopDefault: false,
    // The command line that runs, also where a project has none of its own (npx).
    virtualModules: { "@cached-collections/cli": { defineConfig } },
  });
  return checkConfig(await load(jiti, path), slashed(path));
}

async function load(jiti: ReturnType<typeof createJiti>, path: string): Promise<unknown> {
  try {
    const module = await jiti.import<{ readonly default?: unknown }>(resolve(path));
    return module.default;
  } catch (error) {
    throw new ProblemError([loadProblem(error, path)], { cause: error });
  }
}

const BAD_SYNTAX = /^ParseError: /;

/** What the file threw, or why it cannot be read, and where in it when that is known. */
function loadProblem(error: unknown, path: string): Problem {
  const [first = ""] = (error instanceof Error ? error.message : String(error)).split("\n", 1);
  const isSyntax = BAD_SYNTAX.test(first);
  return {
    code: "config-load",
    path: slashed(path),
    position: positionIn(error, resolve(path), isSyntax),
    ...told(error, first.replace(BAD_SYNTAX, "").trim(), isSyntax),
  };
}

function told(error: unknown, text: string, isSyntax: boolean): Pick<Problem, "fact" | "fix"> {
  if (isSyntax) return { fact: `it is not TypeScript: ${text}`, fix: "correct it here" };
  if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND") {
    const fact = `it imports what is not there: ${text}`;
    return { fact, fix: "install it, or correct the path" };
  }
  const thrown = error instanceof Error ? `${error.name}: ${text}` : text;
  const fact = `it throws when it is loaded: ${thrown}`;
  return { fact, fix: "correct it; a config file only has to say where things are" };
}

/**
 * The first place in the file that an error's stack names. A parser counts columns from 0; those of what runs
 * are of the JavaScript that it became, whose lines are those of the file.
 */
function positionIn(error: unknown, path: string, isSyntax: boolean): Problem["position"] {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const from = stack.indexOf(`${path}:`);
  const [, line, column] =
    /^:(\d+):(\d+)/.exec(from < 0 ? "" : stack.slice(from + path.length)) ?? [];
  if (line === undefined) return undefined;
  return { line: Number(line), column: isSyntax ? Number(column) + 1 : 1 };
}
