/** Chunks on their way to the store. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { CHUNK_BYTES, chunkOf } from "../../bytes/segment-assembly.js";
import type { SchemaStore } from "../../store/store.js";
import { eachOf } from "../timing.js";

/** How many chunks are under way at once. */
const CHUNKS_AT_ONCE = 4;

/** Uploads a segment; nobody sees it before a manifest names it, and it expires if none does. */
export async function upload(
  schema: SchemaStore,
  segmentId: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  await eachOf(Math.ceil(bytes.length / CHUNK_BYTES), CHUNKS_AT_ONCE, async (index) => {
    signal.throwIfAborted();
    await schema.putChunk(segmentId, index, chunkOf(bytes, index));
    // A store in this process is done at once; copying a chunk takes a while, and there may be a hundred.
    await nextTurn();
  });
}
