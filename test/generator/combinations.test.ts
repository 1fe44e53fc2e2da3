/**
 * Every combination of the language: each type in each form of field, in each kind of view, order and test, in
 * keys alone and composite, in mappings and sequences, with types from an imported file. The schemas are made
 * from a table, compiled, type-checked and run over random rows, and every read is compared with plain arrays.
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { inspect } from "node:util";
import { compileSchema, renderDiagnostic, type Schema } from "@cached-collections/generator";
import { CachedCollectionsError } from "cached-collections";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasDuplicates, identity, keyFrom, sortBy } from "../support/plain.js";
import { SEED } from "../support/property.js";
import { Random } from "../support/random.js";
import { checkView, type Views } from "../support/view-checks.js";
import { randomRows, type Sample } from "./combination-rows.js";
import {
  combinationsOf,
  keyCombinations,
  sharedText,
  strictCombination,
  type Combination,
} from "./combination-schema.js";
import { canBeLookedUp, ENUMS, INDEXED_TYPES } from "./combination-types.js";
import type { Row } from "./combination-views.js";
import { GeneratedProject } from "./generated-code.js";

const ROUNDS = Number(process.env["RUNS_FACTOR"] ?? 1);
const ROWS = 8;

const random = new Random(SEED);
const project = new GeneratedProject();
const modules = new Map<string, object>();

const keys = keyCombinations();
const looked = INDEXED_TYPES.filter(canBeLookedUp);
const combined = INDEXED_TYPES.map((type) => ({ name: type.name, all: combinationsOf(type) }));
const groups = [
  ...combined,
  { name: "Keys", all: keys },
  { name: "Strict", all: looked.map(strictCombination) },
];

/** The generated snapshot as a test sees it that knows its members by their names in a table. */
interface Snapshot {
  readonly size: number;
  values(): Iterable<Row>;
  keys(): Iterable<unknown>;
  get(key: unknown): Row | undefined;
  has(key: unknown): boolean;
}

beforeAll(async () => {
  for (const { name, all } of groups) {
    const module: unknown = await import(project.write(name, compiled(name, all)));
    modules.set(name, module as object);
  }
});

afterAll(() => project.remove());

/** The types that value types are made of are in a file of their own. */
function compiled(name: string, all: readonly Combination[]): Schema {
  const common = `${ENUMS}${sharedText(INDEXED_TYPES)}`;
  const entities = all.map(({ text }) => text).join("");
  const text = `package: combined.${name.toLowerCase()}\nimports: [common.yaml]\nentities:\n${entities}`;
  const file = { path: `${name}.yaml`, text };
  const { schema, diagnostics } = compileSchema(file, () => common);
  if (schema === undefined) throw new Error(diagnostics.map(renderDiagnostic).join("\n"));
  return schema;
}

function snapshotOf(group: string, { entity }: Combination, samples: readonly Sample[]): Snapshot {
  const snapshotClass = Reflect.get(modules.get(group) ?? {}, `${entity}Snapshot`) as {
    of(rows: readonly Row[]): Snapshot;
  };
  return snapshotClass.of(samples.map(({ input }) => input));
}

/** Its views by their names. */
function viewsOf(snapshot: Snapshot): Views<Row> {
  const view = (name: string): never => Reflect.get(snapshot, name) as never;
  return { group: view, unique: view, sorted: view };
}

test("what is generated for them passes the strictest settings", async () => {
  expect(await project.typeErrors()).toBe("");
});

const placed = combined.flatMap(({ name, all }) => all.map((each) => ({ name, each })));

describe(`with random rows (SEED=${SEED})`, () => {
  test.each(placed)("all views of $each.entity read as plain arrays do", ({ name, each }) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const samples = randomRows(random, each.fields, round === 0 ? ROWS : random.integer(ROWS));
      const snapshot = snapshotOf(name, each, samples);
      checkRecords(snapshot, each, samples);
      const others = randomRows(random, each.fields, 3).map(({ record }) => record);
      for (const view of each.views) checkOne(snapshot, view, others);
    }
  });

  test.each(keys)("$entity finds its records, in the order of its key", (each) => {
    const samples = withoutDuplicates(each, randomRows(random, each.fields, 40));
    const snapshot = snapshotOf("Keys", each, samples);
    checkRecords(snapshot, each, samples);
    const records = [...snapshot.values()];
    deepStrictEqual(
      [...snapshot.keys()],
      records.map((record) => keyFrom(each.key, keyValues(each, record))),
    );
    for (const { record } of [...samples, ...randomRows(random, each.fields, 20)]) {
      const found = records.find((other) => keyText(each, other) === keyText(each, record));
      const key = keyFrom(each.key, keyValues(each, record));
      strictEqual(snapshot.get(key), found);
      strictEqual(snapshot.has(key), found !== undefined);
    }
    for (const view of each.views) checkOne(snapshot, view, []);
  });

  test.each(looked)("duplicates of $name are refused exactly when there are any", (type) => {
    const each = strictCombination(type);
    const outcomes = Array.from({ length: 30 * ROUNDS }, () => {
      const some = randomRows(random, each.fields, 1 + random.integer(3));
      const samples = random.chance(1 / 2) ? some : [...some, ...some.slice(0, 1).map(withOtherId)];
      const records = samples.map(({ record }) => record);
      const expected = each.views.some((view) => hasDuplicates(view, records));
      const outcome = outcomeOf(() => snapshotOf("Strict", each, samples));
      expect(outcome).toBe(expected ? "ERR_DUPLICATE_KEY" : "built");
      return outcome;
    });
    expect(new Set(outcomes).size).toBe(2);
  });
});

function checkOne(
  snapshot: Snapshot,
  view: Combination["views"][number],
  others: readonly Row[],
): void {
  try {
    checkView(viewsOf(snapshot), view, [...snapshot.values()], others);
  } catch (error) {
    const rows = inspect([...snapshot.values()], { depth: 5 });
    const details = error instanceof Error ? error.message : String(error);
    throw new Error(`${view.name}: ${details}\nover ${rows}`, { cause: error });
  }
}

/** The snapshot holds exactly these records, in the order of the key or the loader's. */
function checkRecords(snapshot: Snapshot, { key }: Combination, samples: readonly Sample[]): void {
  const records = samples.map(({ record }) => record);
  expect([...snapshot.values()]).toEqual(sortBy(records, key));
}

function keyValues({ key }: Combination, record: Row): readonly unknown[] {
  return key.map((field) => field.read(record));
}

/** The same for equal keys and no others. */
function keyText(each: Combination, record: Row): string {
  return identity(each.key, keyValues(each, record));
}

function withoutDuplicates(each: Combination, samples: readonly Sample[]): readonly Sample[] {
  return [...new Map(samples.map((sample) => [keyText(each, sample.record), sample])).values()];
}

function withOtherId({ input, record }: Sample): Sample {
  return { input: { ...input, id: 1000 }, record: { ...record, id: 1000 } };
}

function outcomeOf(build: () => unknown): string {
  try {
    build();
    return "built";
  } catch (error) {
    return error instanceof CachedCollectionsError ? error.code : String(error);
  }
}
