/**
 * The keys that loaded records refer to, each once: noted while the rows come (each record is decoded then
 * anyway), checked when all of them are there.
 */
import { describeGivenKey, describeKey } from "../../bytes/describe-key.js";
import type { Steps } from "../../bytes/steps.js";
import type { AnyEntityDefinition, ReferenceDefinition } from "../../definition.js";
import { CachedCollectionsError } from "../../errors.js";

/** What a key can be looked up in. */
export interface HasKey {
  has(key: unknown): boolean;
}

interface Noted {
  readonly reference: ReferenceDefinition<object>;
  /** Key (a composite one as text) to the name of the first record that refers to it. */
  readonly from: Map<unknown, string>;
  /** Composite keys, by their text. */
  readonly composite: Map<string, unknown>;
}

export class ReferenceKeys {
  readonly #definition: AnyEntityDefinition;
  readonly #noted: readonly Noted[];

  constructor(definition: AnyEntityDefinition) {
    this.#definition = definition;
    this.#noted = definition.references.map((reference) => ({
      reference,
      from: new Map(),
      composite: new Map(),
    }));
  }

  /** The references whose targets must be known to check. */
  get references(): readonly ReferenceDefinition<object>[] {
    return this.#noted.map(({ reference }) => reference);
  }

  /** Notes what the `rowNumber`-th record refers to. */
  note(record: object, rowNumber: number): void {
    for (const { reference, from, composite } of this.#noted) {
      for (const key of reference.keys(record)) {
        const token = tokenOf(key);
        if (from.has(token)) continue;
        from.set(token, this.#nameOf(record, rowNumber));
        if (token !== key) composite.set(token as string, key);
      }
    }
  }

  /**
   * Looks all keys up. Throws ERR_DANGLING_REFERENCE for the first that has no target; where the schema only
   * warns, returns that error instead, one for each reference.
   */
  *check(
    targets: ReadonlyMap<ReferenceDefinition<object>, HasKey | undefined>,
  ): Steps<readonly CachedCollectionsError[]> {
    const warnings: CachedCollectionsError[] = [];
    for (const { reference, from, composite } of this.#noted) {
      const target = targets.get(reference);
      let steps = 0;
      for (const [token, record] of from) {
        if (++steps % 256 === 0) yield;
        const key = typeof token === "string" ? (composite.get(token) ?? token) : token;
        if (target?.has(key) === true) continue;
        const error = this.#dangling(reference, record, key, target === undefined);
        if (reference.dangling === "error") throw error;
        warnings.push(error);
        break;
      }
    }
    return warnings;
  }

  #nameOf(record: object, rowNumber: number): string {
    const { key } = this.#definition;
    return key.length === 0 ? `row ${rowNumber}` : describeKey(key, record);
  }

  #dangling(
    { name, to, target }: ReferenceDefinition<object>,
    record: string,
    key: unknown,
    nothingPublished: boolean,
  ): CachedCollectionsError {
    const { package: packageName, entity } = this.#definition;
    const why = nothingPublished
      ? `nothing of ${to} is published; push the data set, or ${to} first`
      : `there is no such ${to}`;
    return new CachedCollectionsError(
      "ERR_DANGLING_REFERENCE",
      `${packageName}.${entity}`,
      `${record}: ${name} refers to ${to} ${describeGivenKey(target().key, key)}, but ${why}`,
    );
  }
}

/** Something by which equal keys are equal in a Map: primitives themselves, composite keys as text. */
function tokenOf(key: unknown): unknown {
  if (typeof key !== "object" || key === null) return key;
  let text = "";
  // Lengths keep ("a", "bc") and ("ab", "c") apart. Once for each record: JSON.stringify costs four times as much.
  for (const part of Object.values(key)) {
    text += typeof part === "string" ? `${part.length} ${part}` : `; ${String(part)}`;
  }
  return text;
}
