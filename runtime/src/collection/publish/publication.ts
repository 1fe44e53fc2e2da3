/**
 * What a push would publish, given what is published now: which collections changed, their new manifests, and
 * whether guards, references and the user's `validate` agree. Planned again when the store has moved on.
 */
import { randomBytes } from "node:crypto";
import { Segment } from "../../bytes/segment.js";
import { inSlices } from "../../bytes/steps.js";
import type { AnyEntityDefinition, ReferenceDefinition } from "../../definition.js";
import type { CachedCollectionsError } from "../../errors.js";
import { createCore, type SnapshotCore } from "../../snapshot/snapshot-core.js";
import type { PublishEntry, PublishRequest } from "../../store/store.js";
import type { NamedSegment } from "./built-revision.js";
import type { Candidate, Planned } from "./candidate.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import { checkGuards, runValidate } from "./guards.js";
import { versionOf, type Heads } from "./heads.js";
import type { HeldRevision } from "../follow/held-revision.js";
import type { HasKey } from "./reference-keys.js";
import type { PushJob, PushResults } from "./push-job.js";
import type { PushResult } from "./push-result.js";

export interface Publication {
  readonly request: PublishRequest;
  /** What must be uploaded before. */
  readonly news: readonly NamedSegment[];
  /** What this process serves once it is published. */
  readonly revisions: readonly HeldRevision[];
  readonly results: PushResults;
}

/** A push that has its ticket. */
export interface TicketedJob extends PushJob {
  readonly ticket: string;
  /** Entities' sources as they were when the ticket was issued: what the loaded rows answer. */
  readonly sources: ReadonlyMap<string, number>;
  /** Write new bytes even if they are the published ones, which turned out to be incomplete. */
  readonly rewrite: boolean;
}

/** Rejects with what refuses it: ERR_GUARD_REFUSED, ERR_DANGLING_REFERENCE. */
export async function planPublication(
  job: TicketedJob,
  candidates: readonly Candidate[],
  heads: Heads,
): Promise<Publication> {
  const epoch = heads.state.epoch ?? randomBytes(16).toString("hex");
  const compared = await planAll(job, candidates, heads, epoch);
  const revisions = compared.flatMap(({ revision }) => (revision === undefined ? [] : [revision]));
  const warnings = revisions.length === 0 ? NO_WARNINGS : await checkAll(job, compared, heads);
  return {
    request: {
      ticket: job.ticket,
      epoch,
      entries: compared.map((each) => entryOf(job, each, heads)),
    },
    news: compared.flatMap(({ layers }) => layers?.news ?? []),
    revisions,
    results: new Map(
      compared.map((each) => [each.followed, resultOf(each, warnings.get(each.followed), heads)]),
    ),
  };
}

type Warnings = ReadonlyMap<FollowedVersion, readonly CachedCollectionsError[]>;
const NO_WARNINGS: Warnings = new Map();

async function planAll(
  job: TicketedJob,
  candidates: readonly Candidate[],
  heads: Heads,
  epoch: string,
): Promise<readonly Planned[]> {
  const setId = randomBytes(16).toString("hex");
  const planned: Planned[] = [];
  for (const candidate of candidates) {
    const { followed } = candidate;
    const always = job.rewrite || job.damaged.has(followed);
    const revision = nextRevision(followed, heads, epoch);
    const place = { epoch, revision, ticket: job.ticket, setId };
    const mode = { always, anew: job.rewrite, signal: job.signal };
    planned.push(await candidate.plan(heads, place, mode));
  }
  return planned;
}

/** Above everything known of this epoch, also what was purged while this process still serves it. */
function nextRevision(followed: FollowedVersion, heads: Heads, epoch: string): number {
  const seen = heads.state.versions.get(followed.version);
  const known = [followed.served?.stored, seen?.head, seen?.next, ...(seen?.history ?? [])];
  const revisions = known.map((each) => (each?.epoch === epoch ? each.revision : 0));
  return Math.max(...revisions) + 1;
}

async function checkAll(
  job: TicketedJob,
  compared: readonly Planned[],
  heads: Heads,
): Promise<Warnings> {
  for (const { followed, revision } of compared) {
    if (revision === undefined) continue;
    const before = heads.stored(followed.version);
    checkGuards(followed.definition, revision.core.size, before);
  }
  const warnings = new Map<FollowedVersion, readonly CachedCollectionsError[]>();
  for (const { followed, candidate } of compared) {
    const { references } = candidate.loaded;
    const targets = await targetsOf(references.references, compared, heads, job.signal);
    warnings.set(followed, await inSlices(references.check(targets), job.signal));
  }
  await runValidate(
    job.unit,
    new Map(compared.map((each) => [each.followed, each.revision])),
    heads,
  );
  return warnings;
}

async function targetsOf(
  references: readonly ReferenceDefinition<object>[],
  compared: readonly Planned[],
  heads: Heads,
  signal: AbortSignal,
): Promise<ReadonlyMap<ReferenceDefinition<object>, HasKey | undefined>> {
  const targets = new Map<ReferenceDefinition<object>, HasKey | undefined>();
  for (const reference of references) {
    targets.set(reference, await coreFor(reference.target(), compared, heads, signal));
  }
  return targets;
}

async function coreFor(
  definition: AnyEntityDefinition,
  compared: readonly Planned[],
  heads: Heads,
  signal: AbortSignal,
): Promise<SnapshotCore<object> | undefined> {
  const version = versionOf(definition);
  const pushed = compared.find(({ followed }) => followed.version === version)?.revision;
  const revision = pushed ?? (await heads.revision(definition));
  if (revision === undefined) return undefined;
  // Over segments of its own: records decoded only to see that they exist are forgotten with it.
  const segments = [...revision.segments.values()].map(
    ({ layout }) => new Segment(definition, layout),
  );
  return inSlices(createCore(definition, revision.core.info, segments), signal);
}

function entryOf(job: TicketedJob, { followed, revision }: Planned, heads: Heads): PublishEntry {
  const before = heads.stored(followed.version);
  const manifest = revision?.stored ?? before;
  if (manifest === undefined) throw new Error(`${followed.version}: nothing to compare with`);
  const leaseToken = job.tokens.get(followed.version);
  return {
    version: followed.version,
    mode: revision === undefined ? "same" : job.patch === undefined ? "load" : "patch",
    manifest,
    builtOn: before?.id,
    source: job.sources.get(followed.definition.entity) ?? 0,
    raiseSource: job.reason === "push" && revision !== undefined && before !== undefined,
    ...(leaseToken === undefined ? {} : { leaseToken }),
  };
}

function resultOf(
  { followed, layers, revision, records }: Planned,
  warnings: readonly CachedCollectionsError[] = [],
  heads: Heads,
): PushResult {
  const published = revision !== undefined;
  return {
    outcome: published ? "published" : "identical",
    published,
    revision: (revision?.stored ?? heads.stored(followed.version))?.revision ?? 0,
    records,
    sizeBytes: (layers?.news ?? []).reduce((sum, { part }) => sum + part.sizeBytes, 0),
    warnings,
  };
}
