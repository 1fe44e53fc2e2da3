/**
 * The manifest of a revision: which segments it consists of and what they must look like. A small protobuf
 * message, immutable, identified by the first 128 bits of the SHA-256 of its bytes. Field numbers are in
 * docs/snapshot-format.md.
 */
import { createHash } from "node:crypto";
import { describeValue } from "../codec/invalid-field.js";
import { checkEnd, Reader } from "../codec/reader.js";
import { Writer } from "../codec/writer.js";
import { FORMAT, type AnyEntityDefinition } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import { MOST_RECORDS, MOST_SEGMENT_BYTES } from "./format.js";

/** How a revision came to be. */
export type ManifestOrigin = "load" | "patch" | "rollback" | "pin";
export type SegmentKind = "base" | "delta" | "patch";

export interface Manifest {
  readonly format: number;
  readonly package: string;
  readonly entity: string;
  /** The schema hash. */
  readonly hash: string;
  readonly epoch: string;
  readonly revision: number;
  readonly records: number;
  /** The nonce of the ticket under which it was loaded. */
  readonly ticket: string;
  readonly origin: ManifestOrigin;
  /** The same for all collections that were published together. */
  readonly setId: string;
  /** Newest first. */
  readonly segments: readonly ManifestSegment[];
  /** Entities in which all references to them were found. */
  readonly checked: readonly CheckedTarget[];
}

/** A collection that was referred to, and the set id of the publication of it that had every key. */
export interface CheckedTarget {
  readonly entity: string;
  readonly setId: string;
}

export interface ManifestSegment {
  /** 32 hexadecimal digits, random. */
  readonly id: string;
  readonly kind: SegmentKind;
  readonly records: number;
  readonly removed: number;
  readonly sizeBytes: number;
  /** The size of all chunks but the last. */
  readonly chunkBytes: number;
  /** The CRC-32 of each chunk. */
  readonly checksums: readonly number[];
  /** Undefined when none of it came by a patch. */
  readonly patched?: PatchSpan;
}

/** From which patch to which, by the numbers (`seq`) of their tickets. */
export interface PatchSpan {
  /** 0 when there is also something in it that came by a load. */
  readonly first: number;
  readonly last: number;
}

/** A manifest as stores take it. */
export interface EncodedManifest {
  /** 32 hexadecimal digits cut from the SHA-256 of `bytes`. */
  readonly id: string;
  readonly revision: number;
  readonly epoch: string;
  readonly segments: readonly { readonly id: string; readonly chunks: number }[];
  readonly bytes: Uint8Array;
}

const ORIGINS: readonly ManifestOrigin[] = ["load", "patch", "rollback", "pin"];
const KINDS: readonly SegmentKind[] = ["base", "delta", "patch"];
const LARGEST_CHUNK = 16 * 1024 * 1024;

export function encodeManifest(manifest: Manifest): EncodedManifest {
  const writer = new Writer();
  writer.uint32(8).uint32(manifest.format);
  writer.uint32(18).string(manifest.package).uint32(26).string(manifest.entity);
  writer.uint32(34).string(manifest.hash).uint32(42).string(manifest.epoch);
  writer.uint32(48).uint64(manifest.revision).uint32(56).uint32(manifest.records);
  writer
    .uint32(66)
    .string(manifest.ticket)
    .uint32(72)
    .uint32(ORIGINS.indexOf(manifest.origin) + 1);
  writer.uint32(82).string(manifest.setId);
  for (const segment of manifest.segments) writeSegment(writer, segment);
  for (const { entity, setId } of manifest.checked) {
    writer.uint32(98).fork().uint32(10).string(entity).uint32(18).string(setId).ldelim();
  }
  const bytes = writer.finish();
  return {
    id: manifestId(bytes),
    revision: manifest.revision,
    epoch: manifest.epoch,
    segments: manifest.segments.map(({ id, checksums }) => ({ id, chunks: checksums.length })),
    bytes,
  };
}

/** The first 128 bits of the SHA-256, in hexadecimal. */
export function manifestId(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}

/**
 * Decodes a manifest and checks that it describes segments which can exist and, given a definition, that it
 * is that entity's and of its schema. Throws ERR_BAD_MANIFEST.
 */
export function decodeManifest(bytes: Uint8Array, definition?: AnyEntityDefinition): Manifest {
  const subject = definition === undefined ? "" : `${definition.package}.${definition.entity}`;
  try {
    const manifest = readManifest(new Reader(bytes));
    const problem = problemOf(manifest) ?? mismatch(manifest, definition);
    if (problem === undefined) return manifest;
    throw new RangeError(problem);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CachedCollectionsError("ERR_BAD_MANIFEST", subject, `bad manifest: ${why}`, {
      cause: error,
    });
  }
}

function writeSegment(writer: Writer, segment: ManifestSegment): void {
  writer.uint32(90).fork();
  writer
    .uint32(10)
    .string(segment.id)
    .uint32(16)
    .uint32(KINDS.indexOf(segment.kind) + 1);
  writer.uint32(24).uint32(segment.records).uint32(32).uint32(segment.removed);
  writer.uint32(40).uint64(segment.sizeBytes).uint32(48).uint32(segment.chunkBytes);
  writer.uint32(58).fixed32s([...segment.checksums]);
  const { first, last } = segment.patched ?? { first: 0, last: 0 };
  if (last > 0) writer.uint32(64).uint64(first).uint32(72).uint64(last);
  writer.ldelim();
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

function readManifest(reader: Reader): Manifest {
  const segments: ManifestSegment[] = [];
  const checked: CheckedTarget[] = [];
  const manifest: Draft<Manifest> = {
    format: 0,
    package: "",
    entity: "",
    hash: "",
    epoch: "",
    revision: 0,
    records: 0,
    ticket: "",
    origin: "load",
    setId: "",
    segments,
    checked,
  };
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 8) manifest.format = reader.uint32();
    else if (tag === 18) manifest.package = reader.string();
    else if (tag === 26) manifest.entity = reader.string();
    else if (tag === 34) manifest.hash = reader.string();
    else if (tag === 42) manifest.epoch = reader.string();
    else if (tag === 48) manifest.revision = readUint53(reader);
    else if (tag === 56) manifest.records = reader.uint32();
    else if (tag === 66) manifest.ticket = reader.string();
    else if (tag === 72) manifest.origin = choose(ORIGINS, reader.uint32());
    else if (tag === 82) manifest.setId = reader.string();
    else if (tag === 90) segments.push(readSegment(reader));
    else if (tag === 98) checked.push(readChecked(reader));
    else reader.skipType(tag & 7);
  }
  return manifest;
}

function readSegment(reader: Reader): ManifestSegment {
  const end = reader.end();
  const checksums: number[] = [];
  const patched: Draft<PatchSpan> = { first: 0, last: 0 };
  const segment: Draft<ManifestSegment> = {
    id: "",
    kind: "base",
    records: 0,
    removed: 0,
    sizeBytes: 0,
    chunkBytes: 0,
    checksums,
  };
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 10) segment.id = reader.string();
    else if (tag === 16) segment.kind = choose(KINDS, reader.uint32());
    else if (tag === 24) segment.records = reader.uint32();
    else if (tag === 32) segment.removed = reader.uint32();
    else if (tag === 40) segment.sizeBytes = readUint53(reader);
    else if (tag === 48) segment.chunkBytes = reader.uint32();
    else if (tag === 58) reader.fixed32s(checksums);
    else if (tag === 64) patched.first = readUint53(reader);
    else if (tag === 72) patched.last = readUint53(reader);
    else reader.skipType(tag & 7);
  }
  checkEnd(reader, end);
  return patched.last === 0 ? segment : { ...segment, patched };
}

function readChecked(reader: Reader): CheckedTarget {
  const end = reader.end();
  const checked: Draft<CheckedTarget> = { entity: "", setId: "" };
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 10) checked.entity = reader.string();
    else if (tag === 18) checked.setId = reader.string();
    else reader.skipType(tag & 7);
  }
  checkEnd(reader, end);
  return checked;
}

function readUint53(reader: Reader): number {
  const low = reader.low();
  return reader.high * 2 ** 32 + low;
}

function choose<T>(names: readonly T[], number: number): T {
  const name = names[number - 1];
  if (name === undefined) throw new RangeError(`unknown kind or origin ${number}`);
  return name;
}

function problemOf(manifest: Manifest): string | undefined {
  const { format, revision, segments } = manifest;
  if (format !== FORMAT) return `format ${format}; this build reads ${FORMAT}`;
  if (!Number.isSafeInteger(revision) || revision < 1) return `revision ${revision}`;
  if (manifest.epoch === "") return "no epoch";
  if (segments.length === 0) return "no segments";
  for (const segment of segments) {
    const problem = problemOfSegment(segment);
    if (problem !== undefined) return `segment ${describeValue(segment.id)}: ${problem}`;
  }
  return undefined;
}

/** Sizes are checked before memory is set aside for them. */
function problemOfSegment(segment: ManifestSegment): string | undefined {
  const { id, sizeBytes, chunkBytes, checksums, records, removed } = segment;
  if (!/^[0-9a-f]{32}$/.test(id)) return "its id is not 32 hexadecimal digits";
  if (sizeBytes < 1 || sizeBytes > MOST_SEGMENT_BYTES) return `${sizeBytes} bytes`;
  if (chunkBytes < 1 || chunkBytes > LARGEST_CHUNK) return `chunks of ${chunkBytes} bytes`;
  const chunks = Math.ceil(sizeBytes / chunkBytes);
  if (checksums.length !== chunks) return `${checksums.length} checksums for ${chunks} chunks`;
  if (Math.max(records, removed) > MOST_RECORDS) return `${records} records, ${removed} removed`;
  return undefined;
}

function mismatch(manifest: Manifest, definition?: AnyEntityDefinition): string | undefined {
  if (definition === undefined) return undefined;
  for (const name of ["package", "entity", "hash"] as const) {
    if (manifest[name] !== definition[name]) {
      return `its ${name} is ${describeValue(manifest[name])}, not ${describeValue(definition[name])}`;
    }
  }
  return undefined;
}
