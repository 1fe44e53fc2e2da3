/**
 * Who may import whom: the rules between packages (DESIGN.md, "Layout") and between the layers of a
 * package. A new folder needs a line here, which is where its place in the order is decided.
 */
import { describe, expect, test } from "vitest";
import { readSources, type SourceFile } from "./source-tree.js";

const sources = readSources();
const bySource = new Map(sources.map((source) => [source.path, source]));

/** What generated files may import, wherever they are. */
const GENERATED_DOOR = "cached-collections/generated/v1";

/** For every folder of the repository: which of our packages' names its other files may use. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  runtime: [],
  generator: [],
  generated: [],
  cli: ["@cached-collections/generator", "cached-collections"],
  examples: ["cached-collections", "@cached-collections/generator", "@cached-collections/cli"],
  bench: ["cached-collections", "cached-collections/generated/v1"],
  "cached-collections.config.ts": ["@cached-collections/cli"],
  test: [
    "cached-collections",
    "cached-collections/generated/v1",
    "cached-collections/prometheus",
    "@cached-collections/generator",
    "@cached-collections/cli",
  ],
};

/** For every layer of the runtime: the layers below it. Its own files are always allowed. */
const RUNTIME_LAYERS: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  codec: ["errors"],
  definition: ["codec"],
  bytes: ["errors", "codec", "definition"],
  snapshot: ["errors", "codec", "definition", "bytes"],
  store: ["errors"],
  collection: ["errors", "codec", "definition", "bytes", "snapshot", "store"],
  generated: ["errors", "codec", "definition", "bytes", "snapshot", "store", "collection"],
  observe: ["collection"],
  index: ["errors", "codec", "definition", "bytes", "snapshot", "store", "collection", "observe"],
};

describe("imports", () => {
  test("use only the packages of ours that their folder may use", () => {
    const wrong = imports((source, { specifier }) => {
      if (source.isGenerated || !/^@?cached-collections(\/|$)/.test(specifier)) return false;
      return PACKAGES[top(source.path)]?.includes(specifier) !== true;
    });
    expect(wrong).toEqual([]);
  });

  test("of one package stay inside it; only tests look behind the doors", () => {
    const wrong = imports((source, { specifier, target }) => {
      if (!specifier.startsWith(".") || target === undefined) return false;
      const [from, to] = [top(source.path), top(target)];
      if (from === to || isConfig(target)) return false;
      const application = from === "examples" || from === "bench" || from === "test";
      const shared = to === "generated" || to === "examples" || target.startsWith("test/support/");
      return !(application && shared) && from !== "test";
    });
    expect(wrong).toEqual([]);
  });

  test("of generated files name only the versioned door", () => {
    const wrong = imports(
      (source, { specifier }) => source.isGenerated && specifier !== GENERATED_DOOR,
    );
    expect(wrong).toEqual([]);
  });

  test("of the command line reach the generator only from its codegen command", () => {
    const wrong = imports(
      (source, { specifier }) =>
        specifier === "@cached-collections/generator" &&
        source.path.startsWith("cli/") &&
        !source.path.startsWith("cli/src/codegen/"),
    );
    expect(wrong).toEqual([]);
  });

  test("inside the runtime go only downward", () => {
    const wrong = imports((source, { target }) => {
      if (!source.path.startsWith("runtime/src/") || target?.startsWith("runtime/src/") !== true) {
        return false;
      }
      const [from, to] = [layer(source.path), layer(target)];
      return from !== to && RUNTIME_LAYERS[from]?.includes(to) !== true;
    });
    expect(wrong).toEqual([]);
  });

  test("between the rooms of collections go from elect to publish to threads to follow", () => {
    const rooms = ["follow", "threads", "publish", "elect"];
    const room = (path = ""): number =>
      rooms.indexOf(/^runtime\/src\/collection\/(\w+)\//.exec(path)?.[1] ?? "");
    const wrong = imports(({ path }, { target }) => room(path) >= 0 && room(target) > room(path));
    expect(wrong).toEqual([]);
  });

  test("lead to files that exist", () => {
    const wrong = imports(
      (_, { specifier, target }) =>
        specifier.startsWith(".") && (target === undefined || !bySource.has(target)),
    );
    expect(wrong).toEqual([]);
  });

  test("form no cycle", () => {
    expect(sources.flatMap((source) => cycleThrough(source.path))).toEqual([]);
  });
});

type Importing = SourceFile["links"][number];

/** The imports that a rule refuses, as `path:line specifier`. */
function imports(refused: (source: SourceFile, link: Importing) => boolean): string[] {
  return sources.flatMap((source) =>
    source.links
      .filter((link) => link.isImport && refused(source, link))
      .map((link) => `${source.path}:${link.line} imports ${link.specifier}`),
  );
}

function top(path: string): string {
  return path.split("/", 1)[0] ?? "";
}

/** Tools' configurations stand at the root and may extend each other. */
function isConfig(path: string): boolean {
  return path.endsWith(".config.ts");
}

/** `runtime/src/bytes/steps.ts` is in `bytes`, `runtime/src/errors.ts` in `errors`. */
function layer(path: string): string {
  return path.split("/")[2]?.replace(/\.ts$/, "") ?? "";
}

/** The shortest way from a file back to itself, reported once: at the first of its files by name. */
function cycleThrough(start: string): string[] {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const path of queue) {
    for (const { isImport, target } of bySource.get(path)?.links ?? []) {
      if (!isImport || target === undefined) continue;
      if (target === start) {
        const way = [path];
        while (way[0] !== start) way.unshift(cameFrom.get(way[0] ?? "") ?? start);
        return way.every((other) => start <= other) ? [[...way, start].join(" -> ")] : [];
      }
      if (cameFrom.has(target)) continue;
      cameFrom.set(target, path);
      queue.push(target);
    }
  }
  return [];
}
