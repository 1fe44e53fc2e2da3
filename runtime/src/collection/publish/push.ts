/**
 * A push: ticket, load, checks, upload, publication; and what to do about each answer of the publishing
 * script. The order is the protocol's: the ticket comes before the load, so that rows loaded earlier can never
 * replace rows loaded later. A patch goes the same way with fewer rows.
 */
import { randomBytes } from "node:crypto";
import { CachedCollectionsError } from "../../errors.js";
import type { PublishReply, PublishRequest, SchemaState, VersionName } from "../../store/store.js";
import { before } from "./before.js";
import type { NamedSegment } from "./built-revision.js";
import { Candidate, MustLoadAgain } from "./candidate.js";
import { isDamage } from "../follow/check.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import type { Follower } from "../follow/follower.js";
import { publishedRevision } from "../follow/published-revision.js";
import { Heads, versionOf } from "./heads.js";
import { load, type Loaded, type LoadMember, type LoadUnit } from "./load-unit.js";
import { lookInto } from "./layers.js";
import { patchRows } from "./patch-rows.js";
import { planPublication, type Publication, type TicketedJob } from "./publication.js";
import type { PatchJob, PushJob, PushResults } from "./push-job.js";
import { backoffMs, pause, unlessAborted } from "../timing.js";
import { isHeldBack } from "./push-result.js";
import { upload } from "./upload.js";

/**
 * Loads and publishes all members or none. Rejects with what the loader or a check has against it, with
 * ERR_LEASE_LOST, with the store's errors, or with the signal's reason; nothing is published then, except that
 * ERR_OUTCOME_UNKNOWN says it may have been.
 */
export async function push(follower: Follower, job: PushJob): Promise<PushResults> {
  const suspects = new Set<FollowedVersion>(job.damaged);
  for (let attempt = 1; ; attempt++) {
    const results = await new PushAttempt(follower, { ...job, damaged: suspects }, suspects).run();
    if (results !== "load-again") return results;
    await pause(backoffMs(attempt, 20, 2_000), job.signal);
    job.signal.throwIfAborted();
  }
}

/** One ticket and what becomes of it. */
class PushAttempt {
  readonly #follower: Follower;
  readonly #job: PushJob;
  readonly #nonce = randomBytes(16).toString("hex");
  readonly #uploaded = new Set<NamedSegment>();
  /** Versions whose published bytes turned out not to decode: they are not compared with again. */
  readonly #suspects: Set<FollowedVersion>;

  /** What a patch was given rows of. */
  #patched: ReadonlySet<FollowedVersion> | undefined;

  constructor(follower: Follower, job: PushJob, suspects: Set<FollowedVersion>) {
    this.#follower = follower;
    this.#job = job;
    this.#suspects = suspects;
  }

  async run(): Promise<PushResults | "load-again"> {
    const { unit, patch, signal } = this.#job;
    const { schema } = this.#follower;
    const loading = patch === undefined ? this.#job.members.map(nameOf) : [];
    const versions = versionsOf(unit);
    const { ticket, state } = await schema.issueTicket(this.#nonce, versions, loading);
    const heads = new Heads(this.#follower, state, signal);
    const loaded = patch === undefined ? await this.#load(heads) : await this.#patch(heads, patch);
    if (loaded === "load-again") return loaded;
    const origin = patch === undefined ? ("load" as const) : ("patch" as const);
    const candidates = loaded.map((each) => {
      const { loads = [] } = state.versions.get(nameOf(each.member)) ?? {};
      return new Candidate(each, { origin, ticket: ticket.seq, loads });
    });
    const results = await this.#publish(candidates, heads, ticket.seq);
    return results === "load-again" ? results : this.#answer(results);
  }

  /** What is published may prove bad only when rows are compared with it; the next load replaces it. */
  async #load(heads: Heads): Promise<readonly Loaded[] | "load-again"> {
    const { unit, members, reason, signal } = this.#job;
    const compared = await before(members, heads, this.#suspects);
    try {
      return await load(unit, members, compared, { signal, reason });
    } catch (error) {
      const overs = members.filter(({ followed }) => compared.get(followed)?.over !== undefined);
      if (!isDamage(error) || error.code !== "ERR_BAD_RECORD" || overs.length === 0) throw error;
      for (const { followed } of overs) this.#suspects.add(followed);
      return "load-again";
    }
  }

  /** A patch answers for what it was given, not for what it only looked at. */
  #answer(results: PushResults): PushResults {
    const patched = this.#patched;
    if (patched === undefined) return results;
    return new Map([...results].filter(([followed]) => patched.has(followed)));
  }

  /** The patched members; of a data set also those that refer to them, whose references must hold afterwards. */
  async #patch(heads: Heads, { give, isWhole }: PatchJob): Promise<readonly Loaded[]> {
    const { members, signal } = this.#job;
    const given = await give({ signal });
    this.#patched = new Set([...given.keys()].map(({ followed }) => followed));
    const patched = new Set([...given.keys()].map(({ followed }) => followed.definition));
    const loaded: Loaded[] = [];
    for (const member of members) {
      const { definition, subject } = member.followed;
      const refers = definition.references.some(({ target }) => patched.has(target()));
      if (!given.has(member) && !(isWhole && refers)) continue;
      const revision = await heads.revision(definition);
      if (revision === undefined && !given.has(member)) continue;
      if (revision === undefined) {
        const message = "nothing is published yet; push first";
        throw new CachedCollectionsError("ERR_NOTHING_TO_PATCH", subject, message);
      }
      const over = lookInto(definition, revision);
      const { loads = [] } = heads.state.versions.get(nameOf(member)) ?? {};
      const rows = given.has(member) ? given.get(member) : [];
      loaded.push(await patchRows(member, over, rows, { signal }, loads.length > 0));
    }
    return loaded;
  }

  async #publish(
    candidates: readonly Candidate[],
    first: Heads,
    ticket: number,
  ): Promise<PushResults | "load-again"> {
    const { unit, patch, signal } = this.#job;
    let heads = first;
    let rewrite = false;
    for (let attempt = 1; ; attempt++) {
      const job = { ...this.#job, ticket: this.#nonce, first, rewrite };
      const publication = await this.#plan(job, candidates, heads);
      if (publication === "load-again") return publication;
      if (patch !== undefined && publication.revisions.length === 0) return publication.results;
      for (const part of publication.news) await this.#upload(part, rewrite);
      const reply = await this.#send(publication.request);
      const settled = await this.#settle(reply, publication);
      if (settled !== "rebase") return settled;
      rewrite ||= reply.outcome === "incomplete";
      await pause(backoffMs(attempt, 10, 1_000), signal);
      signal.throwIfAborted();
      // What is fetched now is not between the look and the next attempt, where others would overtake it again.
      await unlessAborted(this.#follow(), signal);
      const state = await this.#follower.schema.check(versionsOf(unit));
      if (state.epoch !== first.state.epoch && first.state.epoch !== undefined) return "load-again";
      heads = new Heads(this.#follower, state, signal);
      if (reply.outcome === "moved" && this.#mustLoadAgain(first, heads, ticket)) {
        return "load-again";
      }
    }
  }

  /** What was published since the rows were loaded may not go together with them: newer rows do. */
  async #plan(
    job: TicketedJob,
    candidates: readonly Candidate[],
    heads: Heads,
  ): Promise<Publication | "load-again"> {
    try {
      return await planPublication(job, candidates, heads);
    } catch (error) {
      const isLater = heads !== job.first && (isRefusal(error) || isDamage(error));
      if (error instanceof MustLoadAgain || isLater) return "load-again";
      throw error;
    }
  }

  /**
   * Whether something may be lost by going on with what was loaded. Nothing is when only patches were published
   * since, which are laid over it, or nothing but what an operator did.
   */
  #mustLoadAgain(first: Heads, now: Heads, ticket: number): boolean {
    if (this.#job.patch !== undefined) return true;
    return this.#job.members.some(({ followed }) => {
      const isPatchedOnly = now.state.versions.get(followed.version)?.loads?.includes(ticket);
      return isPatchedOnly !== true && now.mayBePatchedSince(followed, first);
    });
  }

  async #upload(segment: NamedSegment, again: boolean): Promise<void> {
    if (this.#uploaded.has(segment) && !again) return;
    const { bytes } = segment.segment.layout;
    await upload(this.#follower.schema, segment.part.id, bytes, this.#job.signal);
    this.#uploaded.add(segment);
  }

  async #settle(
    reply: PublishReply,
    publication: Publication,
  ): Promise<PushResults | "rebase" | "load-again"> {
    switch (reply.outcome) {
      case "published":
      case "already":
        for (const revision of publication.revisions) this.#follower.offer(revision);
        await this.#follow();
        return publication.results;
      case "superseded": {
        const state = await this.#follower.schema.check(versionsOf(this.#job.unit));
        await this.#follow();
        return supersededResults(publication.results, state);
      }
      case "late":
      case "lost":
        return "load-again";
      case "lease-lost":
        throw new CachedCollectionsError(
          "ERR_LEASE_LOST",
          reply.version ?? this.#job.unit.subject,
          "another process took over while this one loaded; its rows were discarded",
        );
      case "moved":
      case "incomplete":
        return "rebase";
    }
  }

  /** This process serves what is published now. If the store cannot be asked, what was published is nevertheless. */
  async #follow(): Promise<void> {
    await this.#follower.check().catch(() => undefined);
  }

  /** A reply that was lost is settled by asking again: what was published answers `already`. */
  async #send(request: PublishRequest): Promise<PublishReply> {
    let unknown: unknown;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#follower.schema.publish(request);
      } catch (error) {
        const isUnknown = hasCode(error, "ERR_OUTCOME_UNKNOWN");
        const isTransient = isUnknown || hasCode(error, "ERR_STORE_UNAVAILABLE");
        if (isUnknown) unknown = error;
        if (!isTransient || attempt === SENDS) throw unknown ?? error;
        await pause(backoffMs(attempt, 100, 2_000), this.#job.signal);
        if (this.#job.signal.aborted) throw unknown ?? error;
      }
    }
  }
}

/** How often a publication is sent before its outcome is left to the next check. */
const SENDS = 5;

const REFUSALS: readonly CachedCollectionsError["code"][] = [
  "ERR_DUPLICATE_KEY",
  "ERR_DANGLING_REFERENCE",
  "ERR_GUARD_REFUSED",
];

function isRefusal(error: unknown): boolean {
  return REFUSALS.some((code) => hasCode(error, code));
}

function hasCode(error: unknown, code: CachedCollectionsError["code"]): boolean {
  return error instanceof CachedCollectionsError && error.code === code;
}

function nameOf({ followed }: LoadMember): VersionName {
  return followed.version;
}

/** All members, and what they refer to. */
function versionsOf({ members }: LoadUnit): readonly VersionName[] {
  const versions = new Set<VersionName>();
  for (const { followed } of members) {
    versions.add(followed.version);
    for (const { target } of followed.definition.references) versions.add(versionOf(target()));
  }
  return [...versions];
}

function supersededResults(results: PushResults, state: SchemaState): PushResults {
  return new Map(
    [...results].map(([followed, result]) => {
      const seen = state.versions.get(followed.version);
      const stored = seen?.next ?? seen?.head;
      const newer = stored && publishedRevision(followed.version, stored);
      const heldBack = isHeldBack(seen, stored?.id ?? "");
      return [followed, { ...result, ...newer, outcome: "superseded", published: false, heldBack }];
    }),
  );
}
