/** Chunks that are not what the manifest says, even by a bit, never become a segment. */
import { crc32 } from "node:zlib";
import { SegmentAssembly } from "../../runtime/src/bytes/segment-assembly.js";
import { refusedBy, type Outcome } from "./opening.js";
import { SUBJECTS, type Subject } from "./subjects.js";

/** The first byte is the entity, what follows is the one chunk of its base. */
export function runChunk(input: Uint8Array): Outcome {
  const { base } = SUBJECTS[(input[0] ?? 0) % SUBJECTS.length] as Subject;
  const bytes = input.subarray(1);
  const part = {
    id: "0".repeat(32),
    kind: "base" as const,
    records: 1,
    removed: 0,
    sizeBytes: base.length,
    chunkBytes: base.length,
    checksums: [crc32(base)],
  };
  const assembly = new SegmentAssembly(part, "geo.City");
  let outcome: Outcome = "read";
  try {
    assembly.put(0, bytes);
  } catch (error) {
    outcome = refusedBy(error, ["ERR_BAD_SEGMENT"]);
  }
  const isGood = Buffer.compare(bytes, base) === 0;
  if (isGood !== (outcome === "read") || isGood !== (Buffer.compare(assembly.bytes, base) === 0))
    throw new Error("a chunk that is not taken for what it is");
  return outcome;
}
