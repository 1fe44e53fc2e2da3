/**
 * Where the tests' redis-server comes from: REDIS_SERVER, the PATH, or Debian's and Ubuntu's package, which
 * is unpacked into a cache folder of this repository. The package is not installed, with or without root: an
 * installed one starts a server on the default port, which is not ours to do.
 */
import { execFile } from "node:child_process";
import {
  access,
  chmod,
  constants,
  mkdir,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

const ADVICE =
  "No redis-server found. Install one (`apt-get install redis-server`, `brew install redis`) " +
  "or set REDIS_SERVER to its path.";

/** The path of a redis-server that runs here. Downloads one only when there is none; rejects with one line. */
export async function findRedisServer(): Promise<string> {
  const given = process.env["REDIS_SERVER"];
  if (given !== undefined && given !== "") return given;
  const found = await findOnPath(["redis-server", "valkey-server"]);
  if (found !== undefined) return found;
  const cache = await cacheFolder();
  const cached = join(cache, "redis-server");
  if (await isProgram(cached)) return cached;
  try {
    await fetchDebianPackage(cache);
    await run(cached, ["--version"]);
  } catch (error) {
    throw new Error(ADVICE, { cause: error });
  }
  return cached;
}

async function findOnPath(names: readonly string[]): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const name of names) {
      if (folder !== "" && (await isProgram(join(folder, name)))) return join(folder, name);
    }
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** In the repository's node_modules; this file also runs compiled, one folder deeper. */
async function cacheFolder(): Promise<string> {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    const modules = join(folder, "node_modules");
    const isWritable = access(modules, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (await isWritable) return join(modules, ".cache", "cached-collections", "redis");
  }
  return join(tmpdir(), "cached-collections-redis-server");
}

/** Unpacks the package and its libraries beside a starter script; whole or not at all. */
async function fetchDebianPackage(target: string): Promise<void> {
  const work = `${target}.${process.pid}`;
  await mkdir(join(work, "debs"), { recursive: true });
  try {
    await downloadPackages(join(work, "debs"), await aptOptions(work));
    for (const file of await readdir(join(work, "debs"))) {
      await run("dpkg-deb", ["-x", join(work, "debs", file), join(work, "root")]);
    }
    // One program under several names: it is a server when it is called redis-server.
    await symlink("redis-check-rdb", join(work, "root", "usr", "bin", "redis-server")).catch(
      () => undefined,
    );
    await writeFile(join(work, "redis-server"), STARTER);
    await chmod(join(work, "redis-server"), 0o755);
    for (const folder of ["debs", "lists", "apt"]) {
      await rm(join(work, folder), { recursive: true, force: true });
    }
    // Another process may have been faster; then its copy serves.
    await rename(work, target).catch(() => access(join(target, "redis-server")));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const STARTER = `#!/bin/sh
root="\${0%/*}/root"
for folder in "$root"/usr/lib/* "$root"/lib/*; do libraries="$libraries:$folder"; done
LD_LIBRARY_PATH="$libraries" exec "$root/usr/bin/redis-server" "$@"
`;

/** Package lists of our own: the machine's may be missing, and only root may renew them. */
async function aptOptions(work: string): Promise<readonly string[]> {
  const folders = { lists: join(work, "lists"), cache: join(work, "apt") };
  await mkdir(join(folders.lists, "partial"), { recursive: true });
  await mkdir(join(folders.cache, "archives", "partial"), { recursive: true });
  const settings = [
    `Dir::State::Lists=${folders.lists}`,
    `Dir::Cache=${folders.cache}`,
    "APT::Sandbox::User=",
  ];
  return settings.flatMap((setting) => ["-o", setting]);
}

async function downloadPackages(folder: string, options: readonly string[]): Promise<void> {
  await run("apt-get", [...options, "update", "-qq"], { cwd: folder });
  const { stdout } = await run("apt-cache", [...options, "depends", "redis-tools"]);
  const libraries = [...stdout.matchAll(/^ {2}Depends: (lib[^\s:]+)/gm)].map(([, name]) => name);
  const packages = libraries.filter((name) => name !== undefined && name !== "libc6");
  const names = ["redis-tools", ...packages.map(String)];
  await run("apt-get", [...options, "download", "-qq", ...names], { cwd: folder });
}
