/** docs/api.md names everything that services can call: options, members of collections, exports. */
import * as door from "cached-collections";
import { expect, test } from "vitest";
import { readText } from "./source-tree.js";

const PAGE = readText("docs/api.md");
const CODE = [...PAGE.matchAll(/^```.*?^```|`[^`\n]+`/gms)].join("\n");

test.each([
  ["runtime/src/collection/options.ts", "CommonOptions"],
  ["runtime/src/collection/options.ts", "LoadContext"],
  ["runtime/src/collection/options.ts", "Patch"],
  ["runtime/src/collection/handle.ts", "ReadyOptions"],
  ["runtime/src/collection/handle.ts", "PullOptions"],
  ["runtime/src/collection/publish/confirm-replicas.ts", "PushOptions"],
  ["runtime/src/collection/pins.ts", "PinOptions"],
  ["runtime/src/collection/versions.ts", "PruneOptions"],
  ["runtime/src/observe/health.ts", "HealthOptions"],
  ["runtime/src/observe/prometheus.ts", "MetricsOptions"],
  ["runtime/src/store/redis/redis-store.ts", "RedisStoreOptions"],
  ["runtime/src/store/embedded/embedded-store.ts", "EmbeddedStoreOptions"],
  ["runtime/src/store/fallback/file-fallback.ts", "FallbackOptions"],
])("the page names what %s says of %s", (path, name) => {
  const source = readText(path);
  const from = source.indexOf(`interface ${name}`);
  const body = source.slice(from, source.indexOf("\n}", from));
  const members = [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member]) => member ?? "");
  expect(members).not.toEqual([]);
  expect(members.filter((member) => !isNamed(member))).toEqual([]);
});

test.each(["collection.ts", "entity-collection.ts", "mapping.ts", "sequence.ts", "dataset.ts"])(
  "the page names the members of runtime/src/collection/%s",
  (file) => {
    const source = readText(`runtime/src/collection/${file}`);
    const members = [...source.matchAll(/^ {2}(?:static |async |get )*([a-z]\w*)(?:<.*>)?\(/gm)];
    const names = members.map(([, name]) => name ?? "").filter((name) => name !== "constructor");
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !isNamed(name))).toEqual([]);
  },
);

test("the page names what the package exports", () => {
  expect(Object.keys(door).filter((name) => !isNamed(name))).toEqual([]);
});

function isNamed(name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(CODE);
}
