/**
 * From built bytes to a revision that can be published: the segment is opened like one that came from the
 * store, and compared with what is published.
 */
import { randomBytes } from "node:crypto";
import { encodeManifest, decodeManifest, type ManifestSegment } from "../bytes/manifest.js";
import { openSegment } from "../bytes/open-segment.js";
import { CHUNK_BYTES, chunkChecksums } from "../bytes/segment-assembly.js";
import type { Segment } from "../bytes/segment.js";
import { inSlices } from "../bytes/steps.js";
import { FORMAT } from "../definition.js";
import { createCore } from "../snapshot/snapshot-core.js";
import { isDamage } from "./check.js";
import type { Heads } from "./heads.js";
import type { HeldRevision } from "./held-revision.js";
import type { Loaded } from "./load-unit.js";

/** A load's segment, ready to be named by manifests. */
export interface BuiltPart {
  readonly loaded: Loaded;
  readonly segment: Segment<object>;
  readonly part: ManifestSegment;
  readonly bytes: Uint8Array;
}

/** Opens what was built, and describes it. */
export async function describeBuilt(loaded: Loaded, signal: AbortSignal): Promise<BuiltPart> {
  const { built, member } = loaded;
  const segment = await inSlices(openSegment(member.followed.definition, built.bytes), signal);
  const checksums = await inSlices(chunkChecksums(built.bytes), signal);
  const part: ManifestSegment = {
    id: randomBytes(16).toString("hex"),
    kind: "base",
    records: built.records,
    removed: built.removed,
    sizeBytes: built.bytes.length,
    chunkBytes: CHUNK_BYTES,
    checksums,
  };
  return { loaded, segment, part, bytes: built.bytes };
}

/** Whether what is published consists of exactly these bytes. Fetches it only when its checksums are the same. */
export async function isPublished(
  { loaded, part, bytes }: BuiltPart,
  heads: Heads,
): Promise<boolean> {
  const { definition, version } = loaded.member.followed;
  const stored = heads.stored(version);
  if (stored === undefined) return false;
  const parts = publishedParts(stored.bytes, loaded);
  const [only] = parts;
  if (only === undefined || parts.length > 1 || !looksLike(only, part)) return false;
  const published = (await heads.intact(definition))?.segments.get(only.id);
  return published !== undefined && Buffer.compare(published.layout.bytes, bytes) === 0;
}

function publishedParts(bytes: Uint8Array, { member }: Loaded): readonly ManifestSegment[] {
  try {
    return decodeManifest(bytes, member.followed.definition).segments;
  } catch (error) {
    if (isDamage(error)) return [];
    throw error;
  }
}

function looksLike(published: ManifestSegment, built: ManifestSegment): boolean {
  return (
    published.kind === "base" &&
    published.records === built.records &&
    published.sizeBytes === built.sizeBytes &&
    published.chunkBytes === built.chunkBytes &&
    published.checksums.every((checksum, index) => checksum === built.checksums[index])
  );
}

/** Where in history a new revision stands. */
export interface NewPlace {
  readonly epoch: string;
  readonly revision: number;
  readonly ticket: string;
  readonly setId: string;
}

/** The revision as this process will serve it. */
export async function buildRevision(
  { loaded, segment, part }: BuiltPart,
  { epoch, revision, ticket, setId }: NewPlace,
  signal: AbortSignal,
): Promise<HeldRevision> {
  const { followed } = loaded.member;
  const { package: packageName, entity, hash } = followed.definition;
  const manifest = {
    format: FORMAT,
    package: packageName,
    entity,
    hash,
    epoch,
    revision,
    ticket,
    setId,
    records: part.records,
    origin: "load" as const,
    segments: [part],
  };
  const stored = encodeManifest(manifest);
  const info = { revision, epoch, manifestId: stored.id };
  const steps = createCore(followed.definition, info, [segment], followed.served?.core);
  const core = await inSlices(steps, signal);
  return { stored, manifest, segments: new Map([[part.id, segment]]), core, fetchedBytes: 0 };
}
