/** The format as docs/snapshot-format.md has it: its example byte by byte, and a reader written from it. */
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeManifest } from "../../runtime/src/bytes/manifest.js";
import { SegmentBuilder } from "../../runtime/src/bytes/segment-builder.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import type { EntityDefinition } from "../../runtime/src/definition.js";
import { check } from "../support/property.js";
import { townDefinition, type Town, type TownInput } from "../support/town.js";
import { candidates, hash, numbers, parse, text, type Field, type Part } from "./plain-reader.js";

const page = readFileSync(new URL("../../docs/snapshot-format.md", import.meta.url), "utf8");

type TownDefinition = EntityDefinition<Town, TownInput>;

function build(definition: TownDefinition, rows: readonly TownInput[], seed: number): Uint8Array {
  const builder = new SegmentBuilder(definition, { seed });
  for (const row of rows) builder.add(row);
  return Uint8Array.from(atOnce(builder.finish()).bytes);
}

/** The bytes of an example on the page: hexadecimal up to the comment of each line. */
function example(title: string): Uint8Array {
  const [, block = ""] = page.split(`${title}\n\n\`\`\`text\n`);
  const lines = (block.split("```")[0] ?? "").split("\n").map((line) => line.split("|")[0] ?? "");
  return Buffer.from(lines.join("").replaceAll(/\s/g, ""), "hex");
}

describe("the page", () => {
  test("shows the bytes of a segment", () => {
    const small: TownDefinition = {
      ...townDefinition,
      views: townDefinition.views.filter(({ name }) =>
        ["byTag", "byCode", "byName"].includes(name),
      ),
    };
    const rows: TownInput[] = [
      { id: 7, name: "Oulu", country: "FI", kind: "seat", lat: 65, code: "14", tags: ["sea"] },
      { id: 3, name: "Lyon", country: "FR", kind: "seat", lat: 45.75, tags: ["river", "old"] },
    ];
    expect(hexOf(example("### A segment"))).toBe(hexOf(build(small, rows, 1)));
  });

  test("shows the bytes and the id of a manifest", () => {
    const stored = encodeManifest({
      format: 1,
      package: "test",
      entity: "Town",
      hash: "0123456789abcdef",
      epoch: "e".repeat(32),
      revision: 300,
      records: 2,
      ticket: "a".repeat(32),
      origin: "load",
      setId: "b".repeat(32),
      segments: [
        {
          id: "c".repeat(32),
          kind: "base",
          records: 2,
          removed: 0,
          sizeBytes: 1_048_580,
          chunkBytes: 1_048_576,
          checksums: [0x01020304, 0xffffffff],
        },
      ],
      checked: [],
    });
    expect(hexOf(example("### A manifest"))).toBe(hexOf(stored.bytes));
    expect(page).toContain(`\`${stored.id}\``);
  });

  test("shows golden values of the hash", () => {
    const rows = [...page.matchAll(/^\| `(.*)` +\| (\d+) +\| `([0-9a-f]{8})` +\|$/gm)];
    expect(rows.length).toBeGreaterThan(12);
    for (const [, parts = "", seed, golden] of rows) {
      const found = hash(parts.split(", ").map(partOf), Number(seed));
      expect(`${parts} ${found.toString(16).padStart(8, "0")}`).toBe(`${parts} ${golden}`);
    }
  });
});

/** A part of a key as the page writes it: `"text"`, `5`, `5n` for a 64-bit one, `unset`. */
function partOf(shown: string): Part {
  if (shown === "unset") return undefined;
  if (shown.startsWith('"')) return JSON.parse(shown) as string;
  return shown.endsWith("n") ? BigInt(shown.slice(0, -1)) : Number(shown);
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("hex")
    .replaceAll(/(.{2})/g, "$1 ");
}

const word = fc.constantFrom("a", "b", "é", "😀", "");
const towns = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 0, max: 0xffffffff }),
    name: word,
    country: word,
    code: fc.option(fc.uuid(), { nil: undefined }),
    kind: fc.constantFrom("capital" as const, "place" as const),
    population: fc.option(fc.integer({ min: -5, max: 5 }), { nil: undefined }),
    lat: fc.constant(1),
    tags: fc.array(word, { maxLength: 3 }),
  }),
  { selector: ({ id }) => id, maxLength: 30 },
);

describe("a reader written from the page", () => {
  test("finds every record by its key and by every view, and no other", () => {
    const property = fc.property(towns, fc.nat(), (rows, seed) => {
      const bytes = build(townDefinition, rows, seed);
      const segment = new PlainSegment(bytes);
      expect([segment.sizeBytes, segment.aligned]).toEqual([bytes.length, true]);
      const byId = [...rows].sort((a, b) => a.id - b.id);
      expect(segment.ids).toEqual(byId.map(({ id }) => id));
      for (const { id, country, code, tags } of rows) {
        expect(segment.find(4, [id], id)).toBe(id);
        expect(segment.group(0, [country], "country")).toContain(id);
        const byCode = code === undefined ? segment.group(1, [code], "code") : [];
        expect([...byCode, segment.find(32, [country, code], id)]).toContain(id);
        for (const tag of tags) {
          const tagged = byId.filter((row) => row.tags.includes(tag));
          expect(segment.list(2, tag).length).toBe(Math.min(11, tagged.length));
        }
      }
      expect(segment.order(7)).toEqual(
        [...byId]
          .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
          .map(({ id }) => id),
      );
    });
    expect(check(property, 150)).toBe(150);
  });
});

/** Just enough of a reader of towns to check the page. */
class PlainSegment {
  readonly fields: readonly Field[];
  readonly records: readonly (readonly Field[])[];
  readonly ids: readonly number[];
  readonly seed: number;
  readonly sizeBytes: number;
  readonly aligned: boolean;

  constructor(bytes: Uint8Array) {
    this.fields = parse(bytes);
    const header = parse(this.fields[0]?.bytes ?? bytes);
    this.seed = numbers(header, 5)[0] ?? 0;
    this.records = this.fields
      .filter(({ number }) => number === 2)
      .map((field) => parse(field.bytes));
    this.ids = this.records.map((record) =>
      Number(record.find(({ number }) => number === 1)?.value ?? 0),
    );
    this.sizeBytes = numbers(header, 7)[0] ?? 0;
    const arrays = this.fields.filter(({ number }) => number === 4 || number >= 16);
    this.aligned = arrays.every(({ start }) => start % 4 === 0);
  }

  /** The id, if the table of a field files the record that has it under this key. */
  find(field: number, key: readonly Part[], id: number): number | undefined {
    const found = this.#candidates(field, key, this.ids.length);
    return found.map((ordinal) => this.ids[ordinal]).find((each) => each === id);
  }

  /** The ids of a group whose key is one text field. */
  group(view: number, key: readonly Part[], by: "country" | "code"): readonly number[] {
    const number = by === "country" ? 3 : 4;
    return this.#members(view, key, (record) => {
      const found = text(record, number);
      return by === "country" ? (found ?? "") : found;
    });
  }

  /** The ids of a group over the list of tags. */
  list(view: number, tag: string): readonly number[] {
    const elements = numbers(this.fields, 19 + 4 * view);
    return this.#members(view, [tag], (record, at) => {
      const tags = record.filter(({ number }) => number === 8);
      return Buffer.from(tags[elements[at] ?? -1]?.bytes ?? []).toString();
    });
  }

  order(view: number): readonly number[] {
    return numbers(this.fields, 18 + 4 * view).map((ordinal) => this.ids[ordinal] ?? -1);
  }

  #members(
    view: number,
    key: readonly Part[],
    keyOf: (first: readonly Field[], at: number) => Part,
  ): readonly number[] {
    const starts = numbers(this.fields, 17 + 4 * view);
    const ordinals = numbers(this.fields, 18 + 4 * view);
    const groups = Math.max(0, starts.length - 1);
    const group = this.#candidates(16 + 4 * view, key, groups).find((found) => {
      const at = starts[found] ?? -1;
      return keyOf(this.records[ordinals[at] ?? -1] ?? [], at) === key[0];
    });
    if (group === undefined) return [];
    return ordinals
      .slice(starts[group], starts[group + 1])
      .map((ordinal) => this.ids[ordinal] ?? -1);
  }

  #candidates(field: number, key: readonly Part[], most: number): number[] {
    return [...candidates(numbers(this.fields, field), most, hash(key, this.seed))];
  }
}
