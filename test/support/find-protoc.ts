/** Where the tests' protoc comes from: PROTOC, the PATH, or Debian's and Ubuntu's package. */
import { debianProgram, findOnPath } from "./debian-package.js";

/** The path of a protoc that runs here; undefined where there is none and none can be had. */
export async function findProtoc(): Promise<string | undefined> {
  const given = process.env["PROTOC"];
  if (given !== undefined && given !== "") return given;
  const found = await findOnPath(["protoc"]);
  if (found !== undefined) return found;
  const program = { package: "protobuf-compiler", program: "protoc" };
  return debianProgram(program).catch(() => undefined);
}
