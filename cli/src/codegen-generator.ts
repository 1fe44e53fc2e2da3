/** The generator: a peer that only builds need, so that deploys can have this command line without it. */
import type * as generator from "@cached-collections/generator";

export type Generator = typeof generator;

/** Loads it; rejects with what to install when it is not there. */
export async function loadGenerator(): Promise<Generator> {
  try {
    return await import("@cached-collections/generator");
  } catch (error) {
    if (!isMissing(error)) throw error;
    const line =
      "codegen needs @cached-collections/generator: npm install --save-dev @cached-collections/generator";
    throw new Error(line, { cause: error });
  }
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return (
    error.code === "ERR_MODULE_NOT_FOUND" && error.message.includes("@cached-collections/generator")
  );
}
