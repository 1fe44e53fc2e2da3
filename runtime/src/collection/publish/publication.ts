/**
 * What a push would publish, given what is published now: which collections changed, their new manifests, and
 * whether guards, references and the user's `validate` agree. Planned again when the store has moved on.
 */
import { randomBytes } from "node:crypto";
import type { CachedCollectionsError } from "../../errors.js";
import type { PublishEntry, PublishRequest } from "../../store/store.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import { keptIn, publishedRevision } from "../follow/published-revision.js";
import type { HeldRevision } from "../follow/held-revision.js";
import { buildRevision, type NamedSegment } from "./built-revision.js";
import type { Candidate, Planned } from "./candidate.js";
import { checkReferences, type CheckedReferences } from "./check-references.js";
import { checkGuards, runValidate } from "./guards.js";
import type { Heads } from "./heads.js";
import type { PushJob, PushResults } from "./push-job.js";
import { isHeldBack, type PushResult } from "./push-result.js";

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
  /** What was published when the ticket was issued. */
  readonly first: Heads;
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
  const setId = randomBytes(16).toString("hex");
  const planned = await planAll(job, candidates, heads);
  const isChanged = planned.some(({ layers }) => layers !== undefined);
  const references = isChanged ? await checkAll(job, planned, setId, heads) : NONE_CHECKED;
  const revisions = await buildAll(job, planned, { epoch, setId, references, heads });
  if (isChanged) {
    const pushed = planned.map(({ followed }) => [followed, revisions.get(followed)] as const);
    await runValidate(job.unit, new Map(pushed), heads, job.signal);
  }
  return {
    request: {
      ticket: job.ticket,
      epoch,
      // To the store a load with identical rows is an event, a patch that changes nothing is none.
      entries: planned
        .filter(({ followed }) => job.patch === undefined || revisions.has(followed))
        .map(({ followed }) => entryOf(job, followed, revisions.get(followed), heads)),
    },
    news: planned.flatMap(({ layers }) => layers?.news ?? []),
    revisions: [...revisions.values()],
    results: new Map(
      planned.map((each) => {
        const warnings = references.get(each.followed)?.warnings;
        return [each.followed, resultOf(each, revisions.get(each.followed), warnings, heads)];
      }),
    ),
  };
}

type Checked = ReadonlyMap<FollowedVersion, CheckedReferences>;
const NONE_CHECKED: Checked = new Map();

async function planAll(
  job: TicketedJob,
  candidates: readonly Candidate[],
  heads: Heads,
): Promise<readonly Planned[]> {
  const planned: Planned[] = [];
  for (const candidate of candidates) {
    const always = job.rewrite || job.damaged.has(candidate.followed);
    const mode = { always, anew: job.rewrite, signal: job.signal };
    planned.push(await candidate.plan(heads, mode));
  }
  return planned;
}

async function checkAll(
  { unit, patch, signal }: TicketedJob,
  planned: readonly Planned[],
  setId: string,
  heads: Heads,
): Promise<Checked> {
  for (const { followed, layers, records } of planned) {
    if (layers === undefined) continue;
    checkGuards(followed.definition, records, heads.stored(followed.version));
  }
  const onlyOwn = patch?.isWhole === false;
  return checkReferences({ unit, planned, heads, setId, onlyOwn, signal });
}

/** What revisions have in common that are published together. */
interface Together {
  readonly epoch: string;
  readonly setId: string;
  readonly references: Checked;
  readonly heads: Heads;
}

async function buildAll(
  job: TicketedJob,
  planned: readonly Planned[],
  { epoch, setId, references, heads }: Together,
): Promise<ReadonlyMap<FollowedVersion, HeldRevision>> {
  const revisions = new Map<FollowedVersion, HeldRevision>();
  for (const { followed, layers } of planned) {
    if (layers === undefined) continue;
    const place = {
      epoch,
      revision: nextRevision(followed, heads, epoch),
      ticket: job.ticket,
      setId,
      origin: job.patch === undefined ? ("load" as const) : ("patch" as const),
      checked: references.get(followed)?.checked ?? [],
    };
    revisions.set(followed, await buildRevision(followed, layers, place, job.signal));
  }
  return revisions;
}

/** Above everything known of this epoch, also what was purged while this process still serves it. */
function nextRevision(followed: FollowedVersion, heads: Heads, epoch: string): number {
  const seen = heads.state.versions.get(followed.version);
  const known = [followed.served?.stored, ...(seen === undefined ? [] : keptIn(seen))];
  const revisions = known.map((each) => (each?.epoch === epoch ? each.revision : 0));
  return Math.max(...revisions) + 1;
}

function entryOf(
  job: TicketedJob,
  followed: FollowedVersion,
  revision: HeldRevision | undefined,
  heads: Heads,
): PublishEntry {
  const before = heads.stored(followed.version);
  const manifest = revision?.stored ?? before;
  if (manifest === undefined) throw nothingThere(followed);
  const leaseToken = job.tokens.get(followed.version);
  return {
    version: followed.version,
    mode: revision === undefined ? "same" : job.patch === undefined ? "load" : "patch",
    manifest,
    builtOn: before?.id,
    source: answeredBy(job.first, followed, heads),
    raiseSource: job.reason === "push" && revision !== undefined && before !== undefined,
    ...(leaseToken === undefined ? {} : { leaseToken }),
  };
}

function nothingThere({ version }: FollowedVersion): Error {
  return new Error(`${version}: nothing to compare with`);
}

/**
 * The source that loaded rows answer: as it was with their ticket. Patches laid over them raised it, and in the
 * same measure what the version answers.
 */
function answeredBy(
  { state: first }: Heads,
  { definition, version }: FollowedVersion,
  { state }: Heads,
): number {
  const answered = first.versions.get(version)?.push?.source ?? 0;
  const raised = (state.versions.get(version)?.push?.source ?? answered) - answered;
  return (first.sources.get(definition.entity) ?? 0) + raised;
}

function resultOf(
  { followed, layers, records }: Planned,
  revision: HeldRevision | undefined,
  warnings: readonly CachedCollectionsError[] = [],
  heads: Heads,
): PushResult {
  const published = revision !== undefined;
  const stored = revision?.stored ?? heads.stored(followed.version);
  if (stored === undefined) throw nothingThere(followed);
  return {
    ...publishedRevision(followed.version, stored),
    outcome: published ? "published" : "identical",
    published,
    heldBack: isHeldBack(heads.state.versions.get(followed.version), stored.id),
    records,
    sizeBytes: (layers?.news ?? []).reduce((sum, { part }) => sum + part.sizeBytes, 0),
    warnings,
  };
}
