/**
 * Tells when files and folders of schemas change, by what they hold: saving the same text again is no change.
 *
 * Folders are watched, not files: editors replace files. A watch is set before the contents are compared with
 * what was read, so that nothing falls between; where a folder is missing, the nearest one above it is watched.
 */
import { statSync, watch, type FSWatcher } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { listText, type Inputs } from "./codegen-folder.js";
import { ProblemError, slashed, systemProblem } from "../problem.js";
import { readSchemaText } from "./schema-text.js";

/** What must pass without an event: editors and version control write in several steps. */
const QUIET_MS = 50;

interface Watched {
  readonly watcher: FSWatcher;
  /** A folder that was removed and made again is another one. */
  readonly inode: number;
}

export class InputWatcher {
  readonly #signal: AbortSignal;
  readonly #folders = new Map<string, Watched>();
  #inputs: Inputs = new Map();
  #isDirty = false;
  #wake: () => void = () => undefined;

  /** The signal ends every wait. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#wake());
  }

  /** Watches these from now on, and nothing else. Throws a ProblemError when the system does not let it. */
  follow(inputs: Inputs): void {
    this.#inputs = inputs;
    this.#watchFolders();
  }

  /** What is other than it was read: `schema/geo.yaml changed`, in the order of paths. */
  changes(): readonly string[] {
    this.#watchFolders();
    const lines = new Set<string>();
    for (const [path, before] of this.#inputs) {
      const now = contentOf(path);
      if (now !== before) for (const line of difference(path, before, now)) lines.add(line);
    }
    return [...lines].toSorted();
  }

  /** Resolves when something happened and all was quiet for a moment, or when the signal is given. */
  async event(): Promise<void> {
    if (!this.#isDirty && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    while (this.#isDirty && !this.#signal.aborted) {
      this.#isDirty = false;
      await pause(QUIET_MS);
    }
  }

  close(): void {
    for (const path of this.#folders.keys()) this.#drop(path);
  }

  #watchFolders(): void {
    const wanted = new Set([...this.#inputs.keys()].flatMap(foldersOf));
    for (const [path, { inode }] of this.#folders) {
      if (!wanted.has(path) || inodeOf(path) !== inode) this.#drop(path);
    }
    for (const path of wanted) if (!this.#folders.has(path)) this.#add(path);
  }

  #add(path: string): void {
    const inode = inodeOf(path);
    if (inode === undefined) return;
    try {
      const watcher = watch(path, () => this.#onEvent());
      watcher.on("error", () => this.#onEvent());
      this.#folders.set(path, { watcher, inode });
    } catch (error) {
      const fix =
        "raise the system's limit of watches (fs.inotify.max_user_watches), or run without --watch";
      const problem = systemProblem("unwatchable", error, "it cannot be watched", fix);
      throw new ProblemError([problem], { cause: error });
    }
  }

  #drop(path: string): void {
    this.#folders.get(path)?.watcher.close();
    this.#folders.delete(path);
  }

  #onEvent(): void {
    this.#isDirty = true;
    this.#wake();
  }
}

/** A folder itself, and the folder that holds a file or a folder; the nearest ones that are there. */
function foldersOf(path: string): readonly string[] {
  const above = nearestFolder(dirname(path));
  return isFolder(path) ? [path, above] : [above];
}

function nearestFolder(path: string): string {
  return isFolder(path) || path === dirname(path) ? path : nearestFolder(dirname(path));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/** The text of a file, or of a folder the names of its schemas; undefined when there is nothing to be read. */
export function contentOf(path: string): string | undefined {
  const list = listText(path);
  if (list !== undefined) return list;
  try {
    return readSchemaText(path);
  } catch {
    return undefined;
  }
}

/** Of a folder what came and went. */
function difference(
  path: string,
  before: string | undefined,
  now: string | undefined,
): readonly string[] {
  if (!isFolder(path)) {
    const verb = before === undefined ? "added" : now === undefined ? "removed" : "changed";
    return [`${slashed(path)} ${verb}`];
  }
  const [old, fresh] = [names(before), names(now)];
  return [
    ...fresh.filter((name) => !old.includes(name)).map((name) => `${slashed(path)}/${name} added`),
    ...old
      .filter((name) => !fresh.includes(name))
      .map((name) => `${slashed(path)}/${name} removed`),
  ];
}

function names(list: string | undefined): readonly string[] {
  return list === undefined || list === "" ? [] : list.split("\n");
}
