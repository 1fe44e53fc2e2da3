/**
 * What is fuzzed. A target takes any bytes and says what came of them; it throws when something happened that
 * must not: an error without a code, a wrong answer, more memory or time than the input explains.
 */
import { decodeManifest, encodeManifest } from "../../runtime/src/bytes/manifest.js";
import { KeyReader } from "../../runtime/src/bytes/key-message.js";
import { keyOfRecord } from "../../runtime/src/bytes/live-parts.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { BadRecordError } from "../../runtime/src/codec/bad-record.js";
import { Reader } from "../../runtime/src/codec/reader.js";
import { Writer } from "../../runtime/src/codec/writer.js";
import { createCore, type SnapshotCore } from "../../runtime/src/snapshot/snapshot-core.js";
import {
  decodeStoredManifest,
  encodeStoredManifest,
} from "../../runtime/src/store/stored-manifest.js";
import { isDeepStrictEqual } from "node:util";
import { checkRecord } from "./check-record.js";
import {
  chosen,
  GOOD_HEADER,
  INFO,
  IS_DELTA,
  open,
  REFUSALS,
  refusedBy,
  TRUE_SIZE,
  type Outcome,
} from "./opening.js";
import { runChunk } from "./chunks.js";
import { runPublication } from "./publications.js";
import { readAll } from "./read-all.js";
import { runStack } from "./stacks.js";
import { SUBJECTS, type Subject } from "./subjects.js";
import { limitOf, within } from "./within.js";

export interface Target {
  /** Good inputs to begin from. */
  readonly seeds: readonly Uint8Array[];
  readonly run: (input: Uint8Array) => Outcome;
  /** A search that reaches fewer different outcomes does not get far enough to mean anything. */
  readonly leastOutcomes: number;
  /** What any input may cost, most of it for the looks at what came of it: bytes of V8's heap, and of buffers. */
  readonly heapFloor: number;
  /** Default 16 KiB. */
  readonly bufferFloor?: number;
  /** How much longer an input takes than a decoder takes for one: there are so many fewer. Default 1. */
  readonly cost?: number;
}

const KIB = 1024;

/** Runs a target with all that must hold of each input for itself. For the rest, run it in `guarded`. */
export function outcomeOf(target: Target, input: Uint8Array): Outcome {
  const limit = limitOf(input, target.heapFloor, target.bufferFloor ?? 16 * KIB);
  const outcome = within(
    () => target.run(input),
    () => limit,
  );
  if (/\p{Cc}/u.test(outcome)) throw new Error("control characters of the input in a message");
  return outcome;
}

/** A segment alone, or as a delta over a good base. */
function runSegment(input: Uint8Array): Outcome {
  const { subject, bytes, isDelta } = chosen(input[0] ?? 0, input.subarray(1));
  let core: SnapshotCore<object>;
  try {
    const opened = open(subject, bytes);
    const segments = isDelta ? [opened, open(subject, subject.base)] : [opened];
    core = atOnce(createCore(subject.definition, INFO, segments));
  } catch (error) {
    return refusedBy(error, REFUSALS);
  }
  return readAll(core, subject.definition) ? "a bad record" : "read";
}

/** A manifest that is accepted describes the same when it is written and read again. */
function runManifest(input: Uint8Array): Outcome {
  const stored = decodeStoredManifest(Buffer.from(input));
  if (
    stored !== undefined &&
    !isDeepStrictEqual(decodeStoredManifest(encodeStoredManifest(stored)), stored)
  ) {
    throw new Error("a stored manifest that is another when it is stored again");
  }
  try {
    const manifest = decodeManifest(stored?.bytes ?? input);
    const again = decodeManifest(encodeManifest(manifest).bytes);
    if (!isDeepStrictEqual(again, manifest)) throw new Error("another manifest when written again");
    return "read";
  } catch (error) {
    return refusedBy(error, ["ERR_BAD_MANIFEST"]);
  }
}

/** A record that decodes says the same when it is encoded and decoded again, and when its key alone is read. The first byte is the entity. */
function runRecord(input: Uint8Array): Outcome {
  const { definition } = SUBJECTS[(input[0] ?? 0) % SUBJECTS.length] as Subject;
  const bytes = input.subarray(1);
  let record: object;
  try {
    record = definition.decode(new Reader(bytes), bytes.length);
  } catch (error) {
    if (isExpected(error)) return "a bad record";
    throw error;
  }
  checkRecord(record);
  const key = new KeyReader(definition).read(new Reader(bytes), bytes.length);
  if (!isDeepStrictEqual(key, keyOfRecord(definition, record)))
    throw new Error("another key when it is read alone");
  const writer = new Writer();
  definition.encode(writer, record);
  const written = writer.finish();
  const again = definition.decode(new Reader(written), written.length);
  if (!isDeepStrictEqual(again, record)) throw new Error("another record when encoded again");
  return "read";
}

/** Ours, or one that protobufjs throws for bytes that are no message; never a TypeError. */
function isExpected(error: unknown): boolean {
  if (error instanceof BadRecordError || error instanceof RangeError) return true;
  return error instanceof Error && error.constructor === Error;
}

const segmentSeeds = [TRUE_SIZE, TRUE_SIZE | GOOD_HEADER].flatMap((header) =>
  SUBJECTS.flatMap(({ base, delta }, index) => [
    Uint8Array.from([index | header, ...base]),
    Uint8Array.from([index | header | IS_DELTA, ...delta]),
  ]),
);

/** The same, with revisions that come after each other. */
const WAYS = [0b00_01_00, 0b10_01_00, 0b11_10_01, 0b01_10_11, 0b10_11_00];
const stackSeeds = segmentSeeds.map((seed, index) => {
  const way = (WAYS[index % WAYS.length] as number) | (index << 6);
  return Uint8Array.from([seed[0] as number, way, ...seed.subarray(1)]);
});

const manifest = encodeManifest({
  format: 1,
  package: "geo",
  entity: "City",
  hash: "0123456789abcdef",
  epoch: "ab".repeat(16),
  revision: 2 ** 40,
  records: 7,
  ticket: "cd".repeat(16),
  origin: "patch",
  setId: "ef".repeat(16),
  segments: [
    {
      id: "0".repeat(32),
      kind: "delta",
      records: 2,
      removed: 1,
      sizeBytes: 9,
      chunkBytes: 9,
      checksums: [1],
    },
    {
      id: "1".repeat(32),
      kind: "base",
      records: 7,
      removed: 0,
      sizeBytes: 9,
      chunkBytes: 4,
      checksums: [1, 2, 3],
    },
  ],
  checked: [{ entity: "Country", setId: "12".repeat(16) }],
});

type TargetName =
  "segment" | "manifest" | "record" | "chunk" | "stack of segments" | "published segment";

export const TARGETS: Readonly<Record<TargetName, Target>> = {
  segment: { seeds: segmentSeeds, run: runSegment, leastOutcomes: 40, heapFloor: 1024 * KIB },
  manifest: {
    seeds: [manifest.bytes, encodeStoredManifest(manifest)],
    run: runManifest,
    leastOutcomes: 10,
    heapFloor: 64 * KIB,
  },
  record: {
    seeds: SUBJECTS.flatMap(recordsOf),
    run: runRecord,
    leastOutcomes: 1,
    heapFloor: 128 * KIB,
  },
  chunk: {
    seeds: SUBJECTS.map(({ base }, index) => Uint8Array.from([index, ...base])),
    run: runChunk,
    leastOutcomes: 1,
    heapFloor: 16 * KIB,
    cost: 4,
  },
  "stack of segments": {
    seeds: stackSeeds,
    run: runStack,
    leastOutcomes: 40,
    heapFloor: 3072 * KIB,
    bufferFloor: 64 * KIB,
    cost: 5,
  },
  "published segment": {
    seeds: segmentSeeds,
    run: runPublication,
    leastOutcomes: 40,
    // It limits each of its works itself.
    heapFloor: Infinity,
    bufferFloor: Infinity,
    cost: 5,
  },
};

/** Every record of a subject's base, as the message alone. */
function recordsOf(subject: Subject, index: number): Uint8Array[] {
  const { layout } = open(subject, subject.base);
  return [...layout.offsets].map((offset) => {
    const reader = new Reader(layout.bytes);
    reader.pos = offset;
    const end = reader.end();
    return Uint8Array.from([index, ...layout.bytes.subarray(reader.pos, end)]);
  });
}
