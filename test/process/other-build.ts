/** Generated code as another build of the service has it: the same schema but for its hashes, as after a `salt`. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const FOLDER = new URL("../../dist/generated/", import.meta.url);

/** Writes it beside the compiled code of this build; returns its path. */
export async function otherBuild(): Promise<string> {
  const code = await readFile(new URL("geo.js", FOLDER), "utf8");
  const path = fileURLToPath(new URL("geo-of-another-build.js", FOLDER));
  const hashes = /(?<=")[0-9a-f]{16}(?=")/g;
  if (code.match(hashes) === null) throw new Error("generated code has no hashes");
  const other = code.replaceAll(hashes, (hash) => `${hash.slice(8)}${hash.slice(0, 8)}`);
  // Renamed into place: processes of other tests may read it meanwhile.
  await writeFile(`${path}.${process.pid}`, other);
  await rename(`${path}.${process.pid}`, path);
  return path;
}
