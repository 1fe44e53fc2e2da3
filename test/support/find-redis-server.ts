/** Where the tests' redis-server comes from: REDIS_SERVER, the PATH, or Debian's and Ubuntu's package. */
import { debianProgram, findOnPath } from "./debian-package.js";

const ADVICE =
  "No redis-server found. Install one (`apt-get install redis-server`, `brew install redis`) " +
  "or set REDIS_SERVER to its path.";

/** The path of a redis-server that runs here. Downloads one only when there is none; rejects with one line. */
export async function findRedisServer(): Promise<string> {
  const given = process.env["REDIS_SERVER"];
  if (given !== undefined && given !== "") return given;
  const found = await findOnPath(["redis-server", "valkey-server"]);
  if (found !== undefined) return found;
  try {
    // One program under several names: it is a server when it is called redis-server.
    const program = { package: "redis-tools", program: "redis-server", linkTo: "redis-check-rdb" };
    return await debianProgram(program);
  } catch (error) {
    throw new Error(ADVICE, { cause: error });
  }
}
