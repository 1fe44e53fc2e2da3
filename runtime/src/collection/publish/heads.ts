/**
 * What was published when a push looked: the revisions that it compares with, validates against, and finds the
 * targets of references in. Those that this process serves cost nothing; others are fetched when needed.
 */
import { HEADER_FIELD, tagOf } from "../../bytes/format.js";
import { decodeManifest, type Manifest, type ManifestSegment } from "../../bytes/manifest.js";
import { decodeHeader } from "../../bytes/segment-header.js";
import type { AnyEntityDefinition } from "../../definition.js";
import type { SchemaState, StoredManifest, VersionName } from "../../store/store.js";
import { isDamage } from "../follow/check.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import type { Follower } from "../follow/follower.js";
import { assemble, checkSizes, type HeldRevision } from "../follow/held-revision.js";

export class Heads {
  readonly state: SchemaState;
  readonly #follower: Follower;
  readonly #signal: AbortSignal;
  readonly #fetched = new Map<string, Promise<HeldRevision>>();

  constructor(follower: Follower, state: SchemaState, signal: AbortSignal) {
    this.state = state;
    this.#follower = follower;
    this.#signal = signal;
  }

  /** What a push of this version builds on: what is held back by a pin comes after what is served. */
  stored(version: VersionName): StoredManifest | undefined {
    const seen = this.state.versions.get(version);
    return seen?.next ?? seen?.head;
  }

  /** What that consists of, newest first; nothing when its manifest is damaged, or there is none. */
  segments(definition: AnyEntityDefinition): readonly ManifestSegment[] {
    const stored = this.stored(versionOf(definition));
    return (stored && manifestOf(stored, definition))?.segments ?? [];
  }

  /** The revision in memory; undefined when nothing is published. Rejects when its bytes are damaged. */
  async revision(definition: AnyEntityDefinition): Promise<HeldRevision | undefined> {
    const version = versionOf(definition);
    const stored = this.stored(version);
    if (stored === undefined) return undefined;
    const held = this.#follower.held(version, stored.id);
    if (held !== undefined) return held;
    const fetching = this.#fetched.get(stored.id) ?? this.#fetch(definition, stored);
    this.#fetched.set(stored.id, fetching);
    return fetching;
  }

  /** The same, undefined also when its bytes are damaged: it is then replaced, whatever it was. */
  async intact(definition: AnyEntityDefinition): Promise<HeldRevision | undefined> {
    return unlessDamaged(this.revision(definition));
  }

  /**
   * The hash seed of what is published: built with the same one, the same rows give the same bytes. Undefined
   * when there is nothing to compare with.
   */
  async seed(definition: AnyEntityDefinition): Promise<number | undefined> {
    const version = versionOf(definition);
    const stored = this.stored(version);
    if (stored === undefined) return undefined;
    const held = this.#follower.held(version, stored.id);
    const [base] = held?.segments.values() ?? [];
    return base?.layout.seed ?? (await unlessDamaged(this.#fetchSeed(definition, stored)));
  }

  /**
   * Whether a patch may have been published after an earlier look: one is known, or what was there then is no
   * longer among the manifests that the store keeps.
   */
  mayBePatchedSince({ definition, version }: FollowedVersion, earlier: Heads): boolean {
    const before = earlier.stored(version);
    const { head, next, history = [] } = this.state.versions.get(version) ?? {};
    for (const stored of [next, head, ...history]) {
      if (stored === undefined) continue;
      if (stored.id === before?.id) return false;
      if (manifestOf(stored, definition)?.origin === "patch") return true;
    }
    return before !== undefined;
  }

  #fetch(definition: AnyEntityDefinition, stored: StoredManifest): Promise<HeldRevision> {
    const fetching = assemble(
      {
        schema: this.#follower.schema,
        definition,
        find: (id) => this.#follower.findSegment(versionOf(definition), id),
        previous: undefined,
        memory: this.#follower.memoryOf(versionOf(definition)),
        signal: this.#signal,
      },
      stored,
    );
    fetching.catch(() => undefined);
    return fetching;
  }

  /** The header stands at the beginning of a segment's first chunk. */
  async #fetchSeed(
    definition: AnyEntityDefinition,
    stored: StoredManifest,
  ): Promise<number | undefined> {
    const part = decodeManifest(stored.bytes, definition).segments.at(-1);
    if (part === undefined) return undefined;
    const { schema } = this.#follower;
    await checkSizes(schema, definition, [part]);
    const chunk = await schema.getChunk(part.id, 0);
    const length = chunk?.[1] ?? 0;
    if (chunk?.[0] !== tagOf(HEADER_FIELD) || length > 127 || length + 2 > chunk.length) {
      return undefined;
    }
    return headerSeed(chunk.subarray(2, 2 + length));
  }
}

export function versionOf({ entity, hash }: AnyEntityDefinition): VersionName {
  return `${entity}:${hash}`;
}

function headerSeed(header: Uint8Array): number | undefined {
  try {
    return decodeHeader(header).seed;
  } catch {
    return undefined;
  }
}

/** Undefined for a manifest that cannot be read: it is going to be replaced. */
function manifestOf(
  { bytes }: StoredManifest,
  definition: AnyEntityDefinition,
): Manifest | undefined {
  try {
    return decodeManifest(bytes, definition);
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

async function unlessDamaged<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}
