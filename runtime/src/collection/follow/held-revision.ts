/**
 * A revision in this process's memory, and how it gets there: the manifest is checked, the segments that are
 * not here yet are fetched in chunks and checked, and a snapshot is laid over them. Everything from the store
 * is untrusted; nothing of this is visible to readers until the follower installs it.
 */
import {
  decodeManifest,
  manifestId,
  type Manifest,
  type ManifestSegment,
} from "../../bytes/manifest.js";
import { openArriving } from "../../bytes/open-segment.js";
import { SegmentAssembly } from "../../bytes/segment-assembly.js";
import type { Segment } from "../../bytes/segment.js";
import { aSlice, inSlices } from "../../bytes/steps.js";
import type { AnyEntityDefinition } from "../../definition.js";
import { CachedCollectionsError } from "../../errors.js";
import type { RecordMemory } from "../../snapshot/record-memory.js";
import { createCore, type SnapshotCore } from "../../snapshot/snapshot-core.js";
import type { SchemaStore, StoredManifest } from "../../store/store.js";
import { eachOf } from "../timing.js";

/** Segments by id. */
export type Segments = ReadonlyMap<string, Segment<object>>;

export interface HeldRevision {
  readonly stored: StoredManifest;
  readonly manifest: Manifest;
  readonly segments: Segments;
  readonly core: SnapshotCore<object>;
  /** What had to be fetched for it, in bytes. */
  readonly fetchedBytes: number;
}

/** Where chunks are: the store, or the fallback. */
export type ChunkSource = Pick<SchemaStore, "chunkSizes" | "getChunk">;

/** What assembling may draw on. */
export interface AssembleSources {
  readonly schema: ChunkSource;
  readonly definition: AnyEntityDefinition;
  /** A segment that this process has already. */
  readonly find: (segmentId: string) => Segment<object> | undefined;
  /** Records already decoded are carried over from here where their bytes are the same. */
  readonly previous: SnapshotCore<object> | undefined;
  /** Bounds the decoded records of segments that are new. */
  readonly memory: RecordMemory | undefined;
  readonly signal: AbortSignal;
}

/**
 * How many chunks are asked for before the first has come. Two keep the store busy while one is checked. More
 * would have to come within the time of one command, on the slowest line.
 */
const CHUNKS_AT_ONCE = 2;
/** Of so many segments sizes are asked for at once: as many as a revision has, unless somebody made it up. */
const SIZES_AT_ONCE = 16;
/** How long what has come is checked with each chunk, in milliseconds: a chunk takes about 0.5. */
const BESIDE_MS = 1.5;

/**
 * Brings a manifest's revision into memory. Rejects with ERR_BAD_MANIFEST or ERR_BAD_SEGMENT for bytes that
 * are damaged, missing or of another schema, and with the store's errors.
 */
export async function assemble(
  sources: AssembleSources,
  stored: StoredManifest,
): Promise<HeldRevision> {
  const { schema, definition, signal } = sources;
  const manifest = decodeManifest(stored.bytes, definition);
  checkIdentity(definition, stored, manifest);
  const found = manifest.segments.map(({ id }) => sources.find(id));
  const fetched = manifest.segments.filter((_, place) => found[place] === undefined);
  await checkSizes(schema, definition, fetched);
  const segments = new Map<string, Segment<object>>();
  for (const [place, part] of manifest.segments.entries()) {
    segments.set(part.id, found[place] ?? (await fetchSegment(sources, part)));
  }
  const fetchedBytes = fetched.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const info = { revision: manifest.revision, epoch: manifest.epoch, manifestId: stored.id };
  const { previous, memory } = sources;
  const steps = createCore(definition, info, [...segments.values()], previous, memory);
  return { stored, manifest, segments, core: await inSlices(steps, signal), fetchedBytes };
}

/** The same revision over what is served now, where that is not what it was laid over, or `validate` saw it. */
export async function laidAnew(
  revision: HeldRevision,
  { definition, previous, memory, signal }: Omit<AssembleSources, "schema" | "find">,
): Promise<HeldRevision> {
  const { core, segments } = revision;
  const steps = createCore(definition, core.info, [...segments.values()], previous, memory);
  return { ...revision, core: await inSlices(steps, signal) };
}

/** Bytes of the manifest's segments that `find` does not know. 0 when it cannot be read: that is found later. */
export function missingBytes(
  definition: AnyEntityDefinition,
  stored: StoredManifest,
  find: AssembleSources["find"],
): number {
  try {
    const { segments } = decodeManifest(stored.bytes, definition);
    return segments.reduce((sum, { id, sizeBytes }) => sum + (find(id) ? 0 : sizeBytes), 0);
  } catch {
    return 0;
  }
}

/** The store's own copy of what the manifest says must agree with it. */
function checkIdentity(
  definition: AnyEntityDefinition,
  stored: StoredManifest,
  manifest: Manifest,
): void {
  const { id, epoch, revision } = stored;
  const actual = manifestId(stored.bytes);
  if (actual === id && manifest.epoch === epoch && manifest.revision === revision) return;
  throw new CachedCollectionsError(
    "ERR_BAD_MANIFEST",
    versionSubject(definition),
    `the store names it ${id}, revision ${revision} of epoch ${epoch}; its bytes are ${actual}, revision ${manifest.revision} of epoch ${manifest.epoch}`,
  );
}

/** `geo.City:0123456789abcdef`. */
function versionSubject(definition: AnyEntityDefinition): string {
  return `${definition.package}.${definition.entity}:${definition.hash}`;
}

async function fetchSegment(
  { schema, definition, signal }: AssembleSources,
  part: ManifestSegment,
): Promise<Segment<object>> {
  const subject = versionSubject(definition);
  const assembly = new SegmentAssembly(part, subject);
  const opening = openArriving(definition, assembly);
  await eachOf(part.checksums.length, CHUNKS_AT_ONCE, async (index) => {
    signal.throwIfAborted();
    const bytes = await schema.getChunk(part.id, index, assembly.place(index));
    if (bytes === undefined) throw missing(subject, part, index);
    assembly.put(index, bytes);
    // What has come is checked while the store sends what follows.
    if (!assembly.isComplete) aSlice(opening, BESIDE_MS, () => assembly.arrived < assembly.wanted);
  });
  const segment = await inSlices(opening, signal);
  if (segment.records === part.records) return segment;
  throw new CachedCollectionsError(
    "ERR_BAD_SEGMENT",
    subject,
    `segment ${part.id} has ${segment.records} records, its manifest says ${part.records}`,
  );
}

/**
 * What the manifest promises of these segments must be in the store, before any of it is fetched or memory is set
 * aside for it: whoever sends a chunk sends all of it, however large it is. One round trip for all of a revision's.
 */
export async function checkSizes(
  schema: ChunkSource,
  definition: AnyEntityDefinition,
  parts: readonly ManifestSegment[],
): Promise<void> {
  const subject = versionSubject(definition);
  await eachOf(parts.length, SIZES_AT_ONCE, async (place) => {
    const part = parts[place];
    if (part === undefined) return;
    checkSizesOf(subject, part, await schema.chunkSizes(part.id, part.checksums.length));
  });
}

function checkSizesOf(subject: string, part: ManifestSegment, sizes: readonly number[]): void {
  for (const index of part.checksums.keys()) {
    const expected = Math.min(part.chunkBytes, part.sizeBytes - index * part.chunkBytes);
    const size = sizes[index] ?? 0;
    if (size === 0) throw missing(subject, part, index);
    if (size === expected) continue;
    throw new CachedCollectionsError(
      "ERR_BAD_SEGMENT",
      subject,
      `chunk ${index} of segment ${part.id} has ${size} bytes in the store, not ${expected}`,
    );
  }
}

function missing(subject: string, part: ManifestSegment, index: number): CachedCollectionsError {
  return new CachedCollectionsError(
    "ERR_BAD_SEGMENT",
    subject,
    `chunk ${index} of segment ${part.id} is missing in the store`,
  );
}
