/**
 * A program from a package of Debian or Ubuntu, unpacked into a cache folder with the libraries it needs, with
 * or without root. Nothing is installed: an installed server would start on its default port.
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

export interface DebianProgram {
  readonly package: string;
  /** Its name in the package's usr/bin. */
  readonly program: string;
  /** The program under whose name it comes, if it is one program under several names. */
  readonly linkTo?: string;
}

/** The path of the program, downloaded unless that was done before. Rejects where there is no apt. */
export async function debianProgram(wanted: DebianProgram): Promise<string> {
  const cache = await cacheFolder(wanted.program);
  const cached = join(cache, wanted.program);
  if (!(await isProgram(cached))) await fetchPackage(wanted, cache);
  await run(cached, ["--version"]);
  return cached;
}

/** The first of these programs that stands on the PATH. */
export async function findOnPath(names: readonly string[]): Promise<string | undefined> {
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
async function cacheFolder(program: string): Promise<string> {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    const modules = join(folder, "node_modules");
    const isWritable = access(modules, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (await isWritable) return join(modules, ".cache", "cached-collections", program);
  }
  return join(tmpdir(), `cached-collections-${program}`);
}

/** Unpacks the package and its libraries beside a starter script; whole or not at all. */
async function fetchPackage(wanted: DebianProgram, target: string): Promise<void> {
  const work = `${target}.${process.pid}`;
  await mkdir(join(work, "debs"), { recursive: true });
  try {
    await download(join(work, "debs"), wanted.package, await aptOptions(work));
    for (const file of await readdir(join(work, "debs"))) {
      await run("dpkg-deb", ["-x", join(work, "debs", file), join(work, "root")]);
    }
    const { program, linkTo } = wanted;
    if (linkTo !== undefined) {
      await symlink(linkTo, join(work, "root", "usr", "bin", program)).catch(() => undefined);
    }
    await writeFile(join(work, program), starter(program));
    await chmod(join(work, program), 0o755);
    for (const folder of ["debs", "lists", "apt"]) {
      await rm(join(work, folder), { recursive: true, force: true });
    }
    // Another process may have been faster; then its copy serves.
    await rename(work, target).catch(() => access(join(target, program)));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function starter(program: string): string {
  return `#!/bin/sh
root="\${0%/*}/root"
for folder in "$root"/usr/lib/* "$root"/lib/*; do libraries="$libraries:$folder"; done
LD_LIBRARY_PATH="$libraries" exec "$root/usr/bin/${program}" "$@"
`;
}

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

/** The package and the libraries it needs, and those that they need; every machine has the C library. */
async function download(folder: string, name: string, options: readonly string[]): Promise<void> {
  await run("apt-get", [...options, "update", "-qq"], { cwd: folder });
  const only = ["suggests", "recommends", "conflicts", "breaks", "replaces", "enhances"];
  const flags = only.map((kind) => `--no-${kind}`);
  const { stdout } = await run("apt-cache", [...options, "depends", "--recurse", ...flags, name]);
  const libraries = stdout.split("\n").filter((line) => /^lib[^\s:]+$/.test(line));
  const packages = [...new Set(libraries)].filter((library) => library !== "libc6");
  await run("apt-get", [...options, "download", "-qq", name, ...packages], { cwd: folder });
}
