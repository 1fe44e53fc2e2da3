/** A folder to generate into, and processes timed in it. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT: string = fileURLToPath(new URL("../../../", import.meta.url));

export class Workplace {
  readonly folder: string;

  /** Below the repository, where packages resolve and version control does not look. */
  constructor() {
    mkdirSync(join(ROOT, ".cache"), { recursive: true });
    this.folder = mkdtempSync(join(ROOT, ".cache", "bench-"));
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Takes a file of the repository. */
  copy(from: string, to: string): void {
    cpSync(join(ROOT, from), join(this.folder, to), { recursive: true });
  }

  /** Runs a script with this Node.js; the milliseconds from its start to its end. Throws when it fails. */
  timeScript(script: string, args: readonly string[]): number {
    return this.timeProgram(execPath, [join(ROOT, script), ...args]);
  }

  timeProgram(program: string, args: readonly string[]): number {
    const startMs = performance.now();
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd: this.folder,
      encoding: "utf8",
    });
    const ms = performance.now() - startMs;
    if (status !== 0) throw new Error(`${program} failed: ${stdout}${stderr}`, { cause: error });
    return ms;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Does something in a workplace of its own. */
export function inWorkplace<T>(work: (place: Workplace) => T): T {
  const place = new Workplace();
  try {
    return work(place);
  } finally {
    place.remove();
  }
}
