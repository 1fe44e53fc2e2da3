/** The generator: a peer, so that this package, with the types of a config file, can be had without it. */
import type * as generator from "@cached-collections/generator";
import { ProblemError } from "../problem.js";

export type Generator = typeof generator;

/** Loads it; rejects with what to install when it is not there. */
export async function loadGenerator(): Promise<Generator> {
  try {
    return await import("@cached-collections/generator");
  } catch (error) {
    if (!isMissing(error)) throw error;
    const fact = "codegen needs the package @cached-collections/generator, which is not installed";
    const fix = "npm install --save-dev @cached-collections/generator";
    throw new ProblemError([{ code: "generator-missing", path: undefined, fact, fix }], {
      cause: error,
    });
  }
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  // What the generator itself needs may be missing too, and is another matter.
  const name = "Cannot find package '@cached-collections/generator'";
  return error.code === "ERR_MODULE_NOT_FOUND" && error.message.startsWith(name);
}
