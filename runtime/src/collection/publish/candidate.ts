/**
 * Rows of one version on their way to being published: all of them as a base, or what differs from a revision
 * that they were compared with. Which segments the next revision has depends on what is published when it is
 * planned, which may change while rows are on their way: patches that began later than a load are laid over it.
 */
import type { Manifest } from "../../bytes/manifest.js";
import type { Segment } from "../../bytes/segment.js";
import { isPublished, nameBuilt, type Layers, type NamedSegment } from "./built-revision.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import type { Heads } from "./heads.js";
import { LayersOver, layOverLoaded, liveIn, namedSegments, type Published } from "./layers.js";
import type { Loaded } from "./load-unit.js";
import { patchesSince } from "./patch-spans.js";
import type { PushOrigin } from "./push-job.js";

/** Under which ticket rows came. */
export interface CameBy {
  readonly origin: PushOrigin;
  /** The ticket's place in the order of events. */
  readonly ticket: number;
  /** Tickets of loads that were under way. */
  readonly loads: readonly number[];
}

/** How something is to be planned. */
export interface PlanMode {
  /** Even if it is what is published already. */
  readonly always: boolean;
  /** Without a segment that is published already: some of those turned out to be incomplete. */
  readonly anew: boolean;
  readonly signal: AbortSignal;
}

/** What becomes of a candidate. */
export interface Planned {
  readonly candidate: Candidate;
  readonly followed: FollowedVersion;
  /** Undefined when it is what is published already. */
  readonly layers: Layers | undefined;
  /** All of it, published or not. */
  readonly segments: readonly Segment<object>[];
  readonly records: number;
  /** What was published before and is in it as it was, beside the rows that changed. */
  readonly unchanged: readonly Manifest[];
  /** An earlier revision, of which it has every key; undefined when none is known. */
  readonly keepsKeysOf: Manifest | undefined;
}

/** What was published since cannot be told from what the rows contain: they have to be loaded again. */
export class MustLoadAgain extends Error {}

/** What is published now, and what of it came later than the rows. */
interface Later {
  readonly head: Manifest | undefined;
  /** Newest first. */
  readonly patches: readonly NamedSegment[];
}

const NOTHING_LATER: Later = { head: undefined, patches: [] };

export class Candidate {
  readonly loaded: Loaded;
  readonly #cameBy: CameBy;
  #over: LayersOver | undefined;
  #base: Promise<Layers> | undefined;

  constructor(loaded: Loaded, cameBy: CameBy) {
    this.loaded = loaded;
    this.#cameBy = cameBy;
  }

  get followed(): FollowedVersion {
    return this.loaded.member.followed;
  }

  /** Throws ERR_DUPLICATE_KEY, or MustLoadAgain. */
  async plan(heads: Heads, mode: PlanMode): Promise<Planned> {
    const { over, hasAll } = this.loaded;
    const { head, patches } = await this.#later(heads);
    const isBase = over === undefined || hasAll;
    const own = isBase ? await this.#ownBase(mode.signal) : await this.#own(over, mode);
    const all = await this.#layOver(patches, own, mode);
    const isSame = !mode.always && (await isPublished(all, this.followed, heads));
    const removed = this.loaded.removed + patches.reduce((sum, { part }) => sum + part.removed, 0);
    return {
      candidate: this,
      followed: this.followed,
      layers: isSame ? undefined : all,
      segments: all.segments.map(({ segment }) => segment),
      records: all.records,
      unchanged: [over?.revision.manifest, head].filter((each) => each !== undefined),
      keepsKeysOf: removed === 0 ? over?.revision.manifest : undefined,
    };
  }

  /** Patches with later tickets than a load: its rows may lack them. */
  async #later(heads: Heads): Promise<Later> {
    const { origin, ticket } = this.#cameBy;
    const { definition } = this.followed;
    const parts = heads.segments(definition);
    const later = origin === "load" ? patchesSince(parts, ticket) : [];
    if (later === undefined) throw new MustLoadAgain();
    if (later.length === 0) return NOTHING_LATER;
    const revision = await heads.revision(definition);
    if (revision === undefined) return NOTHING_LATER;
    const ids = new Set(later.map(({ id }) => id));
    const patches = namedSegments(revision).filter(({ part }) => ids.has(part.id));
    return { head: revision.manifest, patches };
  }

  async #own(over: Published, { anew, signal }: PlanMode): Promise<Layers> {
    const { built } = this.loaded;
    if (built.records + built.removed === 0 && !anew) {
      return { segments: namedSegments(over.revision), news: [], records: liveIn(over.parts) };
    }
    const { origin, ticket, loads } = this.#cameBy;
    this.#over ??= new LayersOver(
      this.followed.definition,
      over.revision,
      {
        segment: built,
        origin:
          origin === "patch"
            ? { kind: "patch", patched: { first: ticket, last: ticket } }
            : { kind: "delta" },
        loads: origin === "patch" ? loads : [],
      },
      signal,
    );
    return anew ? this.#over.whole() : this.#over.layers();
  }

  async #layOver(
    patches: readonly NamedSegment[],
    own: Layers,
    { anew, signal }: PlanMode,
  ): Promise<Layers> {
    if (patches.length === 0) return own;
    const seeds = new Set([...patches, ...own.segments].map(({ segment }) => segment.layout.seed));
    if (seeds.size > 1) throw new MustLoadAgain();
    return layOverLoaded(this.followed.definition, patches, own, { anew, signal });
  }

  #ownBase(signal: AbortSignal): Promise<Layers> {
    this.#base ??= this.#nameBase(signal);
    return this.#base;
  }

  async #nameBase(signal: AbortSignal): Promise<Layers> {
    const { built } = this.loaded;
    const base = await nameBuilt(this.followed.definition, built, { kind: "base" }, signal);
    return { segments: [base], news: [base], records: built.records };
  }
}
