/**
 * Rows of one version on their way to being published: all of them as a base, or what differs from a revision
 * that they were compared with. Which segments the next revision has depends on what is published when it is
 * planned, which may change while rows are on their way.
 */
import type { Manifest } from "../../bytes/manifest.js";
import type { Segment } from "../../bytes/segment.js";
import { isPublished, nameBuilt, type Layers } from "./built-revision.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import type { Heads } from "./heads.js";
import type { HeldRevision } from "../follow/held-revision.js";
import { LayersOver, liveIn } from "./layers.js";
import type { Loaded } from "./load-unit.js";
import type { PushOrigin } from "./push-job.js";

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
  /** An earlier revision, of which it has every key; undefined when none is known. */
  readonly keepsKeysOf: Manifest | undefined;
}

export class Candidate {
  readonly loaded: Loaded;
  readonly #origin: PushOrigin;
  #over: LayersOver | undefined;
  #base: Promise<Layers> | undefined;

  constructor(loaded: Loaded, origin: PushOrigin) {
    this.loaded = loaded;
    this.#origin = origin;
  }

  get followed(): FollowedVersion {
    return this.loaded.member.followed;
  }

  /** Whether there is nothing in it beyond what it was compared with. */
  get isEmpty(): boolean {
    const { over, built } = this.loaded;
    return over !== undefined && built.records + built.removed === 0;
  }

  /** Throws ERR_DUPLICATE_KEY. */
  async plan(heads: Heads, mode: PlanMode): Promise<Planned> {
    const { followed } = this;
    const { over, built } = this.loaded;
    const layers = await this.#layers(heads, mode);
    const keepsKeysOf = built.removed === 0 ? over?.revision.manifest : undefined;
    if (layers === undefined && over !== undefined) {
      const segments = [...over.revision.segments.values()];
      const records = liveIn(over.parts);
      return { candidate: this, followed, layers, segments, records, keepsKeysOf };
    }
    const { segments: named, records } = layers ?? (await this.#wholeOf(mode.signal));
    const segments = named.map(({ segment }) => segment);
    return { candidate: this, followed, layers, segments, records, keepsKeysOf };
  }

  /** Undefined when it is what is published already. */
  async #layers(heads: Heads, { always, anew, signal }: PlanMode): Promise<Layers | undefined> {
    const { over } = this.loaded;
    if (over === undefined) {
      const layers = await this.#wholeOf(signal);
      const [base] = layers.segments;
      if (base === undefined || always) return layers;
      return (await isPublished(base, this.followed, heads)) ? undefined : layers;
    }
    const isOver = heads.stored(this.followed.version)?.id === over.revision.stored.id;
    if (isOver && this.isEmpty && !always) return undefined;
    this.#over ??= this.#layersOver(over.revision, signal);
    return isOver && !anew ? this.#over.layers() : this.#over.whole();
  }

  #layersOver(revision: HeldRevision, signal: AbortSignal): LayersOver {
    const kind = this.#origin === "patch" ? ("patch" as const) : ("delta" as const);
    const delta = { built: this.loaded.built, kind };
    return new LayersOver(this.followed.definition, revision, delta, signal);
  }

  #wholeOf(signal: AbortSignal): Promise<Layers> {
    this.#base ??= this.#name(signal);
    return this.#base;
  }

  async #name(signal: AbortSignal): Promise<Layers> {
    const { built } = this.loaded;
    const base = await nameBuilt(this.followed.definition, built, "base", signal);
    return { segments: [base], news: [base], records: built.records };
  }
}
