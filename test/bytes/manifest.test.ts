/** Manifests and chunks: what goes in comes out, and what cannot be right is refused with a code. */
import { crc32 } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeManifest,
  encodeManifest,
  type Manifest,
  type ManifestSegment,
} from "../../runtime/src/bytes/manifest.js";
import {
  CHUNK_BYTES,
  chunkChecksums,
  chunkOf,
  SegmentAssembly,
} from "../../runtime/src/bytes/segment-assembly.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { check } from "../support/property.js";
import { townDefinition } from "../support/town.js";

const id = fc.stringMatching(/^[0-9a-f]{32}$/);
const ticket = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const segment = fc
  .record({
    id,
    kind: fc.constantFrom("base" as const, "delta" as const, "patch" as const),
    records: fc.nat(2 ** 28 - 1),
    removed: fc.nat(2 ** 28 - 1),
    sizeBytes: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    chunkBytes: fc.integer({ min: 2 ** 20, max: 2 ** 24 }),
  })
  .map((part) => Object.assign(part, { checksums: checksumsFor(part.sizeBytes, part.chunkBytes) }))
  .chain((part) =>
    fc.option(fc.tuple(ticket, ticket)).map((span) => {
      const [first = 0, last = 0] = span?.toSorted((a, b) => a - b) ?? [];
      return last === 0 ? part : patchedPart(part, first, last);
    }),
  );
function patchedPart<P>(
  part: P,
  first: number,
  last: number,
): P & Pick<ManifestSegment, "patched"> {
  return { ...part, patched: { first, last } };
}

const anyManifest: fc.Arbitrary<Manifest> = fc.record({
  format: fc.constant(1),
  package: fc.constant(townDefinition.package),
  entity: fc.constant(townDefinition.entity),
  hash: fc.constant(townDefinition.hash),
  epoch: id,
  revision: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  records: fc.nat(2 ** 31),
  ticket: id,
  origin: fc.constantFrom("load" as const, "patch" as const, "rollback" as const, "pin" as const),
  setId: id,
  segments: fc.array(segment, { minLength: 1, maxLength: 3 }),
  checked: fc.array(fc.record({ entity: fc.string(), setId: id }), { maxLength: 2 }),
});

function checksumsFor(sizeBytes: number, chunkBytes: number): readonly number[] {
  return Array.from(
    { length: Math.ceil(sizeBytes / chunkBytes) },
    (_, i) => (i * 0x9e3779b1) >>> 0,
  );
}

const sample = fc.sample(anyManifest, { seed: 5, numRuns: 1 })[0] as Manifest;
const [part] = sample.segments;

describe("a manifest", () => {
  test("comes back as it was, under an id that is its content's", () => {
    const property = fc.property(anyManifest, (manifest) => {
      const stored = encodeManifest(manifest);
      expect(decodeManifest(stored.bytes, townDefinition)).toEqual(manifest);
      expect(stored.id).toMatch(/^[0-9a-f]{32}$/);
      expect(encodeManifest({ ...manifest }).id).toBe(stored.id);
      expect(encodeManifest({ ...manifest, setId: "" }).id).not.toBe(stored.id);
      expect(stored.segments).toEqual(
        manifest.segments.map(({ id, checksums }) => ({ id, chunks: checksums.length })),
      );
      expect([stored.revision, stored.epoch]).toEqual([manifest.revision, manifest.epoch]);
    });
    expect(check(property, 100)).toBe(100);
  });

  test("cut off, flipped or of noise decodes or is refused with its code", () => {
    const { bytes } = encodeManifest({ ...sample, segments: [small] });
    const others = Array.from({ length: bytes.length }, (_, end) => bytes.slice(0, end));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      others.push(flipped);
    }
    const noise = fc.sample(fc.uint8Array({ maxLength: 80 }), { seed: 1, numRuns: 500 });
    const outcomes = new Set([...others, ...noise].map(outcomeOf));
    expect(outcomes).toEqual(new Set(["decoded", "ERR_BAD_MANIFEST"]));
  });

  test.each([
    [{ format: 2 }, "format 2; this build reads 1"],
    [{ revision: 0 }, "revision 0"],
    [{ epoch: "" }, "no epoch"],
    [{ segments: [] }, "no segments"],
    [{ package: "other" }, 'its package is "other", not "test"'],
    [{ entity: "Other" }, 'its entity is "Other", not "Town"'],
    [{ hash: "ffffffffffffffff" }, 'its hash is "ffffffffffffffff", not "0123456789abcdef"'],
    [{ segments: [{ ...part, id: "x" }] }, "its id is not 32 hexadecimal digits"],
    [{ segments: [{ ...part, sizeBytes: 0 }] }, "0 bytes"],
    [{ segments: [{ ...part, sizeBytes: 2 ** 32 }] }, "4294967296 bytes"],
    [{ segments: [{ ...part, chunkBytes: 0 }] }, "chunks of 0 bytes"],
    [{ segments: [{ ...part, chunkBytes: 2 ** 25 }] }, "chunks of 33554432 bytes"],
    [{ segments: [{ ...part, checksums: [] }] }, "0 checksums for"],
    [{ segments: [{ ...part, records: 2 ** 28 }] }, "268435456 records"],
  ])("with %o is refused", (change, message) => {
    const { bytes } = encodeManifest({ ...sample, ...change } as Manifest);
    expect(() => decodeManifest(bytes, townDefinition)).toThrow(message);
    expect(outcomeOf(bytes)).toBe("ERR_BAD_MANIFEST");
  });
});

const small = {
  ...sample.segments[0],
  sizeBytes: 3000,
  chunkBytes: 1024,
  checksums: [1, 2, 3],
} as never;

function outcomeOf(bytes: Uint8Array): unknown {
  try {
    decodeManifest(bytes, townDefinition);
    return "decoded";
  } catch (error) {
    return Reflect.get(error as object, "code") as unknown;
  }
}

describe("a segment in chunks", () => {
  const bytes = Buffer.alloc(2 * CHUNK_BYTES + 100, "some bytes ");
  const assembled = {
    id: "a".repeat(32),
    kind: "base" as const,
    records: 1,
    removed: 0,
    sizeBytes: bytes.length,
    chunkBytes: CHUNK_BYTES,
    checksums: atOnce(chunkChecksums(bytes)),
  };

  test("is put together in shared memory, in whatever order the chunks come", () => {
    const assembly = new SegmentAssembly(assembled, "geo.City");
    for (const index of [2, 0, 2, 1]) assembly.put(index, chunkOf(bytes, index));
    expect(Buffer.compare(assembly.bytes, bytes)).toBe(0);
    expect(assembly.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(assembled.checksums).toEqual([0, 1, 2].map((index) => crc32(chunkOf(bytes, index))));
  });

  test("counts what has come up to the first gap", () => {
    const assembly = new SegmentAssembly(assembled, "geo.City");
    const arrived = [2, 0, 2, 1].map((index) => {
      assembly.put(index, chunkOf(bytes, index));
      return [assembly.arrived, assembly.isComplete];
    });
    expect(arrived).toEqual([
      [0, false],
      [CHUNK_BYTES, false],
      [CHUNK_BYTES, false],
      [bytes.length, true],
    ]);
  });

  test("is not copied where it was read into place already, and checked all the same", () => {
    const assembly = new SegmentAssembly(assembled, "geo.City");
    for (const index of [0, 1, 2]) {
      const place = assembly.place(index);
      place.set(chunkOf(bytes, index));
      place[7] = 0;
      expect(() => assembly.put(index, place)).toThrow(`chunk ${index} is damaged`);
      place.set(chunkOf(bytes, index));
      assembly.put(index, place);
    }
    expect(assembly.isComplete).toBe(true);
    expect(Buffer.compare(assembly.bytes, bytes)).toBe(0);
  });

  test("refuses chunks of another size, damaged ones, and ones that do not exist", () => {
    const assembly = new SegmentAssembly(assembled, "geo.City");
    const damaged = Uint8Array.from(chunkOf(bytes, 0));
    damaged[5000] = 0;
    const refused = [
      [0, damaged, "chunk 0 is damaged"],
      [2, chunkOf(bytes, 0), "chunk 2 has 1048576 bytes, not 100"],
      [1, chunkOf(bytes, 2), "chunk 1 has 100 bytes, not 1048576"],
      [3, new Uint8Array(0), "there is no chunk 3 of 3"],
      [-1, new Uint8Array(0), "there is no chunk -1 of 3"],
    ] as const;
    for (const [index, chunk, message] of refused) {
      expect(() => assembly.put(index, chunk)).toThrow(
        expect.objectContaining({ code: "ERR_BAD_SEGMENT" }),
      );
      expect(() => assembly.put(index, chunk)).toThrow(message);
    }
  });
});
