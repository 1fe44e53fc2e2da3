/**
 * What generated code writes, read by protobuf-es, and the other way round, through the descriptors that protoc
 * makes of the emitted .proto: every schema of the repository, every golden case, and random schemas. Rows are
 * random, and at the ends of what each type holds.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  compileSchema,
  emitProto,
  renderDiagnostic,
  type Entity,
  type Schema,
} from "@cached-collections/generator";
import type { AnyEntityDefinition } from "cached-collections/generated/v1";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { check, SEED } from "../support/property.js";
import * as everything from "./emit/everything/generated.js";
import * as single from "./emit/single/generated.js";
import { edgeRows } from "./edge-rows.js";
import { compiled, decoded, definitionOf, encoded, GeneratedProject } from "./generated-code.js";
import { ProtobufEs } from "./protobuf-es.js";
import { Protoc } from "./protoc.js";
import { randomRow } from "./random-record.js";
import { randomSchema } from "./random-schema.js";

const RANDOM_SCHEMAS = 12;
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CASES = "test/generator/emit";

const paths = ["schema", "examples", CASES].flatMap((folder) =>
  readdirSync(ROOT + folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".yaml"))
    .map((path) => `${folder}/${path}`),
);
const schemas = new Map<string, Schema>([
  ...paths.flatMap((path) => compiledFile(path).map((schema) => [path, schema] as const)),
  ...fc
    .sample(randomSchema(), { numRuns: RANDOM_SCHEMAS, seed: SEED })
    .map((text, i) => [`schema ${i} of seed ${SEED}`, compiled(text)] as const),
]);

const project = new GeneratedProject();
let protoc: Protoc | undefined;

beforeAll(async () => {
  protoc = await Protoc.in(project.folder);
});

afterAll(() => project.remove());

describe.each([...schemas])("records of %s", (name, schema) => {
  test("mean the same to protobuf-es, in both directions", async (context) => {
    if (protoc === undefined) return context.skip("there is no protoc");
    const file = name.replaceAll(/\W/g, "-");
    writeFileSync(join(project.folder, `${file}.proto`), emitProto(schema));
    const other = new ProtobufEs(schema, protoc.descriptors(`${file}.proto`));
    const module = (await import(project.write(file, schema))) as object;
    for (const entity of schema.entities) {
      const definition = definitionOf(module, entity.name);
      for (const { input, record } of edgeRows(entity.fields)) {
        compare(other, entity, definition, input, record);
      }
      const property = fc.property(randomRow(entity.fields), ({ input, record }) =>
        compare(other, entity, definition, input, record),
      );
      check(property, 20);
    }
  });
});

describe("a text", () => {
  const schema = compiled(readFileSync(`${ROOT}${CASES}/single/schema.yaml`, "utf8"));

  test("of two million bytes comes back", async (context) => {
    if (protoc === undefined) return context.skip("there is no protoc");
    writeFileSync(join(project.folder, "huge.proto"), emitProto(schema));
    const other = new ProtobufEs(schema, protoc.descriptors("huge.proto"));
    const text = "𐍈 a".repeat(350_000);
    const bytes = encoded(definitionOf(single, "Word"), { text });
    expect(bytes.length).toBeGreaterThan(2_000_000);
    const [word] = schema.entities;
    expect(word && other.decode(word, bytes)["text"] === text).toBe(true);
    expect(Reflect.get(decoded(definitionOf(single, "Word"), bytes), "text") === text).toBe(true);
  });

  test("with half a character in it is refused at push, wherever it stands", () => {
    const text = fc.tuple(fc.string(), fc.constantFrom("\ud800", "\udfff"), fc.string());
    const property = fc.property(text, (parts) => {
      const row = { text: parts.join(".") };
      expect(() => encoded(definitionOf(single, "Word"), row)).toThrow("without lone surrogates");
    });
    check(property, 100);
  });
});

test("a message that stands twice in a record counts from its last place, whole", () => {
  const definition = definitionOf(everything, "Optional");
  const one = encoded(definition, { id: 1, point: { x: 1, y: 1, tags: ["a"] } });
  const two = encoded(definition, { id: 1, point: { x: 2, tags: ["b"] } });
  const record = decoded(definition, Buffer.concat([one, two]));
  expect(Reflect.get(record, "point")).toEqual({ x: 2, y: undefined, tags: ["b"] });
});

/** The schema of a file with what it imports; none when the file only has types for others. */
function compiledFile(path: string): readonly Schema[] {
  const read = (file: string): string => readFileSync(ROOT + file, "utf8");
  const { schema, diagnostics } = compileSchema({ path, text: read(path) }, read);
  if (diagnostics.length > 0) throw new Error(diagnostics.map(renderDiagnostic).join("\n"));
  return schema === undefined ? [] : [schema];
}

function compare(
  other: ProtobufEs,
  entity: Entity,
  definition: AnyEntityDefinition,
  input: unknown,
  record: unknown,
): void {
  const bytes = encoded(definition, input);
  expect(decoded(definition, bytes)).toEqual(record);
  expect(other.decode(entity, bytes)).toEqual(record);
  expect(decoded(definition, other.recode(entity, bytes))).toEqual(record);
}
