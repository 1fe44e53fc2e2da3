/** Reading schemas: whole, unless a file is longer than any schema. */
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";

/** More than a schema's 2 Mi characters can take in UTF-8. */
const MAX_BYTES = 6 * 1024 * 1024 + 16;

/** The text of a file; of one that is too long as much as shows it. Throws what the system does. */
export function readSchemaText(path: string): string {
  if (statSync(path).size <= MAX_BYTES) return readFileSync(path, "utf8");
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(MAX_BYTES);
    const length = readSync(file, bytes);
    return new TextDecoder().decode(bytes.subarray(0, length));
  } finally {
    closeSync(file);
  }
}
