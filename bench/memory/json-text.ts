/** What a record takes as part of one JSON text: of the string, and of the bytes that came. */
import { JSON_KEY, readBytes } from "../load/keys.js";
import { rowCount } from "../data/row-count.js";
import { child } from "../measure/child.js";
import { settledMemory } from "../measure/probe.js";

child(async (redis) => {
  const before = await settledMemory();
  const text = (await readBytes(redis, JSON_KEY)).toString();
  const after = await settledMemory();
  if (!text.endsWith("]")) throw new Error("that is no list");
  return {
    stringBytes: (after.heldBytes - before.heldBytes) / rowCount(),
    utf8Bytes: Buffer.byteLength(text) / rowCount(),
  };
});
