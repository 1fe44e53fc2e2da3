/**
 * References by every type of key, from every form of field, alone, in lists and composite, from mappings and
 * sequences: what their accessors on the data set's snapshot lead to, and what a push says of those that dangle.
 */
import { memoryStore, type Store } from "cached-collections";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SEED } from "../support/property.js";
import { ENUMS, fieldText, KEY_TYPES, type IndexedType } from "./combination-types.js";
import type { Row } from "./combination-views.js";
import { compiled, GeneratedProject } from "./generated-code.js";

const FORMS = ["one", "maybe", "many", "inInner", "inLost", "inLists", "pair"] as const;
const project = new GeneratedProject();
const modules = new Map<string, object>();

/** The snapshot of a collection in a data set: references are members of its. */
type Members = Readonly<Record<string, (record: Row) => unknown>>;

function schemaText(type: IndexedType, dangling: string): string {
  const [one, maybe] = [fieldText(type), fieldText(type, { optional: true })];
  const many = fieldText(type, { list: true });
  const paths = ["one", "maybe", "many", "inner.one", "lost.one", "lost.many"];
  const references = paths.map(
    (path, index) => `      ${FORMS[index]}: { to: Target, by: ${path}, dangling: ${dangling} }\n`,
  );
  const source = [
    `    fields: { id: uint32, one: ${one}, maybe: ${maybe}, many: ${many}, inner: Inner, lost: "Inner?" }\n`,
    `    references:\n${references.join("")}`,
    `      pair: { to: Pair, by: [maybe, id], dangling: ${dangling} }\n`,
  ].join("");
  return [
    `package: links\n${ENUMS}types: { Inner: { fields: { one: ${one}, many: ${many} } } }\nentities:\n`,
    `  Target:\n    key: code\n    fields: { code: ${one} }\n`,
    `  Pair:\n    key: [code, id]\n    fields: { code: ${one}, id: uint32 }\n`,
    `  Source:\n    key: id\n${source}  Listed:\n${source}`,
  ].join("");
}

beforeAll(async () => {
  for (const type of KEY_TYPES) {
    for (const dangling of ["error", "warn"]) {
      const name = `${type.name}-${dangling}`;
      const module: unknown = await import(
        project.write(name, compiled(schemaText(type, dangling)))
      );
      modules.set(name, module as object);
    }
  }
});

afterAll(() => project.remove());

test("what is generated for them passes the strictest settings", async () => {
  expect(await project.typeErrors()).toBe("");
});

describe.each(KEY_TYPES)(`references by $name (SEED=${SEED})`, (type) => {
  const [a, b] = type.values;
  const source = {
    id: 1,
    one: a,
    maybe: b,
    many: [b, a, b],
    inner: { one: b, many: [] },
    lost: { one: a, many: [b] },
  };
  const bare = { id: 2, one: b, many: [], inner: { one: a, many: [b] } };
  const target = [{ code: a }, { code: b }];
  const rows = {
    target,
    pair: [{ code: b, id: 1 }],
    source: [source, bare],
    listed: [source, bare],
  };

  test.each(["source", "listed"])("lead from a %s to what they name", (property) => {
    const { LinksSnapshot } = (modules.get(`${type.name}-error`) ?? {}) as {
      readonly LinksSnapshot: { of(given: object): Readonly<Record<string, Members>> };
    };
    const members = LinksSnapshot.of(rows)[property];
    const records = (members?.["values"]?.({}) ?? []) as Iterable<Row>;
    const led = [...records].map((record) => FORMS.map((form) => members?.[form]?.(record)));
    const [first, second] = [{ code: a }, { code: b }];
    expect(led).toEqual([
      [first, second, [second, first, second], second, first, [second], { code: b, id: 1 }],
      [second, undefined, [], first, undefined, [], undefined],
    ]);
  });

  const dangling = { ...rows, target: target.slice(0, 1), pair: [], listed: [] };

  test("that dangle refuse a push", async () => {
    await expect(push(`${type.name}-error`, dangling)).rejects.toMatchObject({
      code: "ERR_DANGLING_REFERENCE",
    });
  });

  test("that dangle and only warn are told by a push", async () => {
    const { collections } = await push(`${type.name}-warn`, dangling);
    const texts = collections["source"]?.warnings.map(({ message }) => message).join("\n") ?? "";
    const told = FORMS.filter((form) => texts.includes(`: ${form} refers to `));
    expect(told).toEqual(["one", "maybe", "many", "inInner", "inLists", "pair"]);
  });
});

interface Pushed {
  readonly collections: Readonly<Record<string, { readonly warnings: readonly Error[] }>>;
}

async function push(name: string, rows: Readonly<Record<string, readonly Row[]>>): Promise<Pushed> {
  await using store = memoryStore();
  const { LinksDataset } = (modules.get(name) ?? {}) as {
    readonly LinksDataset: new (store: Store, options: object) => { push(): Promise<Pushed> };
  };
  const load = Object.fromEntries(
    Object.entries(rows).map(([entity, list]) => [entity, () => list]),
  );
  return await new LinksDataset(store, { load }).push();
}
