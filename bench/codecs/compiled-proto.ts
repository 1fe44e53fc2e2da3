/** The code that other compilers make of generated/geo.proto, which has the fields of a city. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { execPath } from "node:process";
import { pathToFileURL } from "node:url";
import { ROOT, Workplace } from "../codegen/workplace.js";

/** Runs a compiler that prints a module, and imports that. */
export async function compiledProto(script: string, ...options: string[]): Promise<unknown> {
  const args = [join(ROOT, script), ...options, join(ROOT, "generated/geo.proto")];
  const source = execFileSync(execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", 2] });
  const place = new Workplace();
  try {
    place.write("geo.mjs", source);
    return await import(pathToFileURL(join(place.folder, "geo.mjs")).href);
  } finally {
    place.remove();
  }
}
