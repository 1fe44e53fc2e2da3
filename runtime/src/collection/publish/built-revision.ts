/**
 * From built bytes to a revision that can be published: a segment is opened like one that came from the store
 * and compared with what is published, and the segments of the new revision are put under one manifest.
 */
import { randomBytes } from "node:crypto";
import {
  encodeManifest,
  type CheckedTarget,
  type ManifestOrigin,
  type ManifestSegment,
} from "../../bytes/manifest.js";
import { openSegment } from "../../bytes/open-segment.js";
import { CHUNK_BYTES, chunkChecksums } from "../../bytes/segment-assembly.js";
import type { BuiltSegment } from "../../bytes/segment-builder.js";
import type { Segment } from "../../bytes/segment.js";
import { inSlices } from "../../bytes/steps.js";
import { FORMAT, type AnyEntityDefinition } from "../../definition.js";
import { createCore } from "../../snapshot/snapshot-core.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import type { Heads } from "./heads.js";
import type { HeldRevision } from "../follow/held-revision.js";

/** A segment, ready to be named by manifests. */
export interface NamedSegment {
  readonly segment: Segment<object>;
  readonly part: ManifestSegment;
}

/** What a segment is, beside its rows. */
export type Origin = Pick<ManifestSegment, "kind" | "patched">;

/** Opens what was built, and describes it. */
export async function nameBuilt(
  definition: AnyEntityDefinition,
  { bytes, records, removed }: BuiltSegment,
  origin: Origin,
  signal: AbortSignal,
): Promise<NamedSegment> {
  const segment = await inSlices(openSegment(definition, bytes), signal);
  const checksums = await inSlices(chunkChecksums(bytes), signal);
  const id = randomBytes(16).toString("hex");
  const [sizeBytes, chunkBytes] = [bytes.length, CHUNK_BYTES];
  const part = { id, ...origin, records, removed, sizeBytes, chunkBytes, checksums };
  return { segment, part };
}

/**
 * Whether what is published consists of exactly these segments, or of a base with the same bytes. Fetches that
 * only when its checksums are the same.
 */
export async function isPublished(
  { segments }: Layers,
  { definition }: FollowedVersion,
  heads: Heads,
): Promise<boolean> {
  const parts = heads.segments(definition);
  if (parts.length !== segments.length) return false;
  if (parts.every(({ id }, index) => id === segments[index]?.part.id)) return true;
  const [only] = parts;
  const [base] = segments;
  if (only === undefined || base === undefined || parts.length > 1) return false;
  const { part, segment } = base;
  if (!looksLike(only, part)) return false;
  const published = (await heads.intact(definition))?.segments.get(only.id);
  const { bytes } = segment.layout;
  return published !== undefined && Buffer.compare(published.layout.bytes, bytes) === 0;
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
  readonly origin: ManifestOrigin;
  readonly checked: readonly CheckedTarget[];
}

/** What a revision consists of. */
export interface Layers {
  /** Newest first. */
  readonly segments: readonly NamedSegment[];
  /** Those that the store does not have yet. */
  readonly news: readonly NamedSegment[];
  /** How many are live over all of them. */
  readonly records: number;
}

/** The revision as this process will serve it. */
export async function buildRevision(
  followed: FollowedVersion,
  { segments, records }: Layers,
  { epoch, revision, ticket, setId, origin, checked }: NewPlace,
  signal: AbortSignal,
): Promise<HeldRevision> {
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
    records,
    origin,
    checked,
    segments: segments.map(({ part }) => part),
  };
  const stored = encodeManifest(manifest);
  const info = { revision, epoch, manifestId: stored.id };
  const opened = segments.map(({ segment }) => segment);
  const steps = createCore(
    followed.definition,
    info,
    opened,
    followed.served?.core,
    followed.memory,
  );
  const core = await inSlices(steps, signal);
  const byId = new Map(segments.map(({ part, segment }) => [part.id, segment]));
  return { stored, manifest, segments: byId, core, fetchedBytes: 0 };
}
