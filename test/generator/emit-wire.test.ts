/**
 * What generated code writes, read by protobufjs's reflection and by protoc from the emitted .proto, and the
 * other way round: random rows of random schemas, of the repository's own and of one with every type.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { emitProto, type Entity, type Schema } from "@cached-collections/generator";
import type { AnyEntityDefinition } from "cached-collections/generated/v1";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Reader } from "../../runtime/src/codec/reader.js";
import { Writer } from "../../runtime/src/codec/writer.js";
import { check, SEED } from "../support/property.js";
import { edgeRows } from "./edge-rows.js";
import { compiled, decoded, definitionOf, encoded, GeneratedProject } from "./generated-code.js";
import { Protoc, unknownFields } from "./protoc.js";
import { randomRow, type Sample } from "./random-record.js";
import { randomSchema } from "./random-schema.js";
import { Reflection } from "./reflection.js";

const RANDOM_SCHEMAS = 6;
/** The last two are protobufjs's. */
const HARMLESS = ["a record", "BadRecordError", "RangeError", "Error"];
const fixed = ["schema/geo.yaml", "schema/shop.yaml", "test/generator/emit/everything/schema.yaml"];
const schemas = new Map<string, Schema>([
  ...fixed.map((path) => [path, compiled(readRoot(path), path)] as const),
  ...fc
    .sample(randomSchema(), { numRuns: RANDOM_SCHEMAS, seed: SEED })
    .map((text, i) => [`schema ${i} of seed ${SEED}`, compiled(text)] as const),
]);

const project = new GeneratedProject();
const modules = new Map<string, object>();
let protoc: Protoc | undefined;

beforeAll(async () => {
  for (const [name, schema] of schemas) {
    const file = name.replaceAll(/\W/g, "-");
    const module: unknown = await import(project.write(file, schema));
    modules.set(name, module as object);
    writeFileSync(join(project.folder, `${file}.proto`), emitProto(schema));
  }
  protoc = await Protoc.in(project.folder);
});

afterAll(() => project.remove());

test("generated TypeScript passes the strictest settings", async () => {
  expect(await project.typeErrors()).toBe("");
});

describe.each([...schemas])("records of %s", (name, schema) => {
  const definition = ({ name: entity }: Entity): AnyEntityDefinition =>
    definitionOf(modules.get(name) ?? {}, entity);

  test("come back as the rows said, to us and to reflection, from us and from reflection", () => {
    const reflection = new Reflection(emitProto(schema), schema.package);
    for (const entity of schema.entities) {
      const compare = ({ input, record }: Sample): void => {
        const bytes = encoded(definition(entity), input);
        expect(decoded(definition(entity), bytes)).toEqual(record);
        expect(reflection.decode(entity, bytes)).toEqual(record);
        expect(decoded(definition(entity), reflection.recode(entity, bytes))).toEqual(record);
      };
      for (const row of edgeRows(entity.fields)) compare(row);
      check(fc.property(randomRow(entity.fields), compare), 40);
    }
  });

  test("come back from protoc, which knows every field", () => {
    const file = `${name.replaceAll(/\W/g, "-")}.proto`;
    for (const entity of schema.entities) {
      const samples = fc.sample(randomRow(entity.fields), { numRuns: 30, seed: SEED });
      const segment = segmentOf(samples.map(({ input }) => encoded(definition(entity), input)));
      const again = throughProtoc(file, `${schema.package}.${entity.name}Segment`, segment);
      expect(recordsIn(again).map((bytes) => decoded(definition(entity), bytes))).toEqual(
        samples.map(({ record }) => record),
      );
    }
  });

  test("with fields that are not known are read without them", () => {
    for (const entity of schema.entities) {
      const [sample] = fc.sample(randomRow(entity.fields), { numRuns: 1, seed: SEED });
      const bytes = encoded(definition(entity), sample?.input);
      const unknown = Writer.create();
      unknown.uint32(16_000).uint32(5).uint32(16_001).double(1).uint32(16_002).string("x");
      unknown.uint32(16_005).float(1).raw(bytes);
      expect(decoded(definition(entity), unknown.finish())).toEqual(sample?.record);
    }
  });

  test("that are damaged are refused or read, and nothing worse", () => {
    for (const entity of schema.entities) {
      check(
        fc.property(randomRow(entity.fields), fc.nat(), fc.nat(255), ({ input }, at, byte) => {
          const bytes = encoded(definition(entity), input);
          if (bytes.length === 0) return;
          const flipped = Uint8Array.from(bytes);
          flipped[at % bytes.length] = byte;
          const cut = bytes.subarray(0, at % bytes.length);
          for (const damaged of [flipped, cut]) {
            expect(HARMLESS).toContain(outcome(definition(entity), damaged));
          }
        }),
        40,
      );
    }
  });
});

/** What decoding gives: a record, or the name of the error. */
function outcome(definition: AnyEntityDefinition, bytes: Uint8Array): string {
  try {
    return Object.isFrozen(decoded(definition, bytes))
      ? "a record"
      : "a record that can be changed";
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

/** The part of a segment that holds records. */
function segmentOf(records: readonly Uint8Array[]): Uint8Array {
  const writer = Writer.create();
  for (const record of records) writer.uint32(18).bytes(record);
  return writer.finish();
}

function recordsIn(segment: Uint8Array): Uint8Array[] {
  const reader = new Reader(segment);
  const records: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    expect(reader.tag()).toBe(18);
    records.push(reader.bytes());
  }
  return records;
}

/** What protoc makes of a message, and of that again a message; the same bytes where there is no protoc. */
function throughProtoc(file: string, type: string, bytes: Uint8Array): Uint8Array {
  if (protoc === undefined) return bytes;
  const text = protoc.decode(file, type, bytes);
  expect(unknownFields(text)).toEqual([]);
  return protoc.encode(file, type, text);
}

function readRoot(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
}
