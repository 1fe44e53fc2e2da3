/** Which folders `codegen` works on: those of the command line, else of the config file, else the defaults. */
import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { Folder, Inputs } from "./codegen-folder.js";
import type { Target } from "../config.js";
import { CONFIG_NAMES, findConfig, loadConfig } from "../config-file.js";

/** As given on the command line; with any of the last three no config file is read. */
export interface TargetOptions {
  readonly config: string | undefined;
  readonly folders: readonly string[];
  readonly schemas: string | undefined;
  readonly out: string | undefined;
}

export interface Targets {
  readonly folders: readonly Folder[];
  /** The config file that they come from, by its path. */
  readonly config: string | undefined;
}

/** Throws a ProblemError when there is something wrong with the config file. */
export async function findTargets(options: TargetOptions): Promise<Targets> {
  const { folders, schemas, out } = options;
  if (!usesConfig(options)) {
    const given = folders.length > 0 ? folders : ["."];
    return {
      config: undefined,
      folders: given.map((path) => folderAt(path, schemas, out)),
    };
  }
  const config = options.config ?? findConfig(".");
  if (config === undefined) return { config, folders: [folderAt(".", undefined, undefined)] };
  const { targets, ...one } = await loadConfig(config, "anew");
  const all: readonly Target[] = targets ?? [one];
  return {
    config,
    folders: all.map((target) => {
      const base = resolve(dirname(config), target.folder ?? ".");
      return folderAt(relative("", base), target.schemas, target.out);
    }),
  };
}

/** The files that may be the config file, with their texts; none when none is read. */
export function configInputs(options: TargetOptions): Inputs {
  const names = options.config === undefined ? CONFIG_NAMES : [join(options.config)];
  return new Map(usesConfig(options) ? names.map((name) => [name, tryRead(name)]) : []);
}

function usesConfig({ folders, schemas, out }: TargetOptions): boolean {
  return folders.length === 0 && schemas === undefined && out === undefined;
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function folderAt(path: string, schemas = "schema", out = "generated"): Folder {
  const inside = (given: string): string =>
    join(isAbsolute(given) ? relative(resolve(path), given) : given);
  return { path: join(path), schemas: inside(schemas), out: inside(out) };
}
