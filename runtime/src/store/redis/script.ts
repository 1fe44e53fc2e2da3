/**
 * Lua scripts: each runs at the server as one step. All keys of a schema share a hash tag, so a script may
 * build further names from its first key; those that it is likely to write are passed as keys all the same,
 * so that a Cluster refuses it as a whole while their slot is being moved. Redis 6.2 runs every line of them.
 */
import { createHash } from "node:crypto";

export interface Script {
  readonly text: string;
  readonly sha1: string;
}

/** Sources are joined in order: definitions that several scripts share come first. */
export function script(...sources: readonly string[]): Script {
  const text = sources.map((source) => source.trim()).join("\n\n");
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}
