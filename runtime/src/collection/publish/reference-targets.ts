/** What references are looked up in, and whether it still has every key that it had in an earlier publication. */
import { keyValues } from "../../bytes/key-message.js";
import { liveParts, type LivePart } from "../../bytes/live-parts.js";
import { decodeManifest, type Manifest } from "../../bytes/manifest.js";
import { inSlices } from "../../bytes/steps.js";
import type { AnyEntityDefinition } from "../../definition.js";
import type { StoredManifest } from "../../store/store.js";
import { isDamage } from "../follow/check.js";
import type { Planned } from "./candidate.js";
import { versionOf, type Heads } from "./heads.js";
import type { HasKey } from "./reference-keys.js";

/** A collection that is referred to, as it will be once everything is published. */
export interface ReferenceTarget {
  /** Undefined when nothing of it is published. */
  readonly keys: HasKey | undefined;
  /** The publication that it is from. */
  readonly setId: string | undefined;
  /** Whether it is known to have all keys that it had in this publication. */
  keepsKeysOf(setId: string): boolean;
}

/** `setId` is that of what is about to be published. */
export async function targetOf(
  definition: AnyEntityDefinition,
  planned: readonly Planned[],
  setId: string,
  heads: Heads,
  signal: AbortSignal,
): Promise<ReferenceTarget> {
  const version = versionOf(definition);
  const own = planned.find(({ followed }) => followed.version === version);
  const head = own?.layers === undefined ? await heads.revision(definition) : undefined;
  const segments = own?.segments ?? [...(head?.segments.values() ?? [])];
  if (segments.length === 0) return NOTHING;
  const parts = await inSlices(liveParts(definition, segments), signal);
  const before = own?.layers === undefined ? head?.manifest : own.keepsKeysOf;
  const history = heads.state.versions.get(version)?.history ?? [];
  return {
    keys: new PartKeys(definition, parts),
    setId: own?.layers === undefined ? head?.manifest.setId : setId,
    keepsKeysOf: (earlier) => before !== undefined && keepsKeysOf(before, earlier, history),
  };
}

const NOTHING: ReferenceTarget = { keys: undefined, setId: undefined, keepsKeysOf: () => false };

class PartKeys implements HasKey {
  readonly #definition: AnyEntityDefinition;
  /** Oldest first: most keys are in the base. */
  readonly #parts: readonly LivePart[];

  constructor(definition: AnyEntityDefinition, parts: readonly LivePart[]) {
    this.#definition = definition;
    this.#parts = [...parts].reverse();
  }

  has(key: unknown): boolean {
    const values = keyValues(this.#definition.key, key);
    if (values === undefined) return false;
    return this.#parts.some((part) => {
      const ordinal = part.find(values);
      return ordinal >= 0 && part.isLive(ordinal);
    });
  }
}

/** Whether nothing but segments that remove no key came upon those of an earlier publication. */
function keepsKeysOf(now: Manifest, earlier: string, history: readonly StoredManifest[]): boolean {
  if (now.setId === earlier) return true;
  const segments = segmentsOf(earlier, history);
  if (segments === undefined) return false;
  const ids = new Set(now.segments.map(({ id }) => id));
  const added = now.segments.filter(({ id }) => !segments.has(id));
  return [...segments].every((id) => ids.has(id)) && added.every(({ removed }) => removed === 0);
}

/** Of a manifest that was replaced not long ago. */
function segmentsOf(
  setId: string,
  history: readonly StoredManifest[],
): ReadonlySet<string> | undefined {
  for (const { bytes } of history) {
    try {
      const manifest = decodeManifest(bytes);
      if (manifest.setId === setId) return new Set(manifest.segments.map(({ id }) => id));
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  return undefined;
}
