/** A whole segment, with its indexes, is one message of the emitted .proto: to protobufjs, to protoc and to protobuf-es. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import protobuf from "protobufjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { SegmentBuilder } from "../../runtime/src/bytes/segment-builder.js";
import { SEED } from "../support/property.js";
import * as where from "./emit/where/generated.js";
import { compiled, definitionOf } from "./generated-code.js";
import { ProtobufEs } from "./protobuf-es.js";
import { Protoc, unknownFields } from "./protoc.js";
import { randomRow } from "./random-record.js";

const PROTO = fileURLToPath(new URL("emit/where/generated.proto", import.meta.url));
const SCHEMA = fileURLToPath(new URL("emit/where/schema.yaml", import.meta.url));
const ROWS = 500;

const schema = compiled(readFileSync(SCHEMA, "utf8"));
const definition = definitionOf(where, "Thing");
const segment = builtSegment();

test("protobufjs reads a segment's header, records and indexes", () => {
  const { root } = protobuf.parse(readFileSync(PROTO, "utf8"), { keepCase: true });
  root.addJSON(protobuf.common.get("google/protobuf/timestamp.proto")?.nested ?? {});
  const type = root.lookupType("tests.ThingSegment");
  const message = type.toObject(type.decode(segment), { longs: String, arrays: true });
  expect(message["header"]).toMatchObject({
    format: 1,
    schema_hash: definition.hash,
    records: ROWS,
    size_bytes: segment.length,
  });
  const records = message["records"] as readonly { readonly id?: number }[];
  const ids = records.map(({ id = 0 }) => id);
  expect(ids).toEqual(Array.from({ length: ROWS }, (_, i) => i));
  expect(lengthsOf(message, "by_tag")).toMatchObject({
    ordinals: lengthsOf(message, "by_tag").elements,
  });
  expect(lengthsOf(message, "trio").ordinals).toBe(ROWS);
  expect(lengthsOf(message, "pairs").slots).toBeGreaterThan(0);
});

describe("with protoc", () => {
  const folder = mkdtempSync(join(tmpdir(), "protoc-"));
  let protoc: Protoc | undefined;

  beforeAll(async () => {
    copyFileSync(PROTO, join(folder, "segment.proto"));
    protoc = await Protoc.in(folder);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("every field of a segment is known", (context) => {
    if (protoc === undefined) return context.skip("there is no protoc");
    const text = protoc.decode("segment.proto", "tests.ThingSegment", segment);
    expect(unknownFields(text)).toEqual([]);
    expect(text.match(/^records \{$/gm)).toHaveLength(ROWS);
  });

  test("protobuf-es reads a segment as one message", (context) => {
    if (protoc === undefined) return context.skip("there is no protoc");
    const other = new ProtobufEs(schema, protoc.descriptors("segment.proto"));
    const message = other.fieldsOf("ThingSegment", segment);
    expect(message["header"]).toMatchObject({
      format: 1,
      schema_hash: definition.hash,
      records: ROWS,
      size_bytes: segment.length,
    });
    expect(message["records"]).toHaveLength(ROWS);
    expect(message["slots"]).not.toHaveLength(0);
    expect(message["trio_ordinals"]).toHaveLength(ROWS);
  });
});

function builtSegment(): Uint8Array {
  const [entity] = schema.entities;
  const samples = fc.sample(randomRow(entity?.fields ?? []), { numRuns: ROWS, seed: SEED });
  const builder = new SegmentBuilder(definition);
  for (const [id, { input }] of samples.entries()) builder.add({ ...(input as object), id });
  return atOnce(builder.finish()).bytes;
}

type Lengths = Readonly<Record<"slots" | "starts" | "ordinals" | "elements", number>>;

/** How many entries each of a view's arrays has. */
function lengthsOf(message: Readonly<Record<string, unknown>>, view: string): Lengths {
  const length = (array: string): number =>
    ((message[`${view}_${array}`] ?? []) as readonly number[]).length;
  return {
    slots: length("slots"),
    starts: length("starts"),
    ordinals: length("ordinals"),
    elements: length("elements"),
  };
}
