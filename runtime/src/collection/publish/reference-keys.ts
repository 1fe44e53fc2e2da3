/** The keys that records refer to, each once: noted while rows come, looked up when all of them are there. */
import type { Steps } from "../../bytes/steps.js";
import type { AnyEntityDefinition, ReferenceDefinition } from "../../definition.js";

type AnyReference = ReferenceDefinition<object>;

/** What a key can be looked up in. */
export interface HasKey {
  has(key: unknown): boolean;
}

/** A key that a target does not have. */
export interface Dangling {
  readonly reference: AnyReference;
  readonly key: unknown;
}

interface Noted {
  readonly reference: AnyReference;
  readonly keys: DistinctKeys;
}

export class ReferenceKeys {
  readonly #noted: readonly Noted[];

  constructor({ references }: AnyEntityDefinition) {
    this.#noted = references.map((reference) => ({
      reference,
      keys: new DistinctKeys(reference.target().key.map(({ name }) => name)),
    }));
  }

  /** Notes what a record refers to. */
  note(record: object): void {
    for (const { reference, keys } of this.#noted) {
      for (const key of reference.keys(record)) keys.add(key);
    }
  }

  /** The first key of each reference that has no target; without a target at all, the first key. */
  *dangling(target: (reference: AnyReference) => HasKey | undefined): Steps<readonly Dangling[]> {
    const found: Dangling[] = [];
    for (const { reference, keys } of this.#noted) {
      const has = target(reference);
      let steps = 0;
      for (const key of keys.all) {
        if (++steps % 64 === 0) yield;
        if (has?.has(key) === true) continue;
        found.push({ reference, key });
        break;
      }
    }
    return found;
  }
}

type Level = Map<unknown, Level | undefined>;

/** Keys by their components, one Map within another: a million records refer to a few thousand. */
class DistinctKeys {
  readonly all: unknown[] = [];
  readonly #names: readonly string[];
  readonly #first: Level = new Map();

  /** `names` are those of the components; a key of one component is its value. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  add(key: unknown): void {
    const names = this.#names;
    let level = this.#first;
    const last = names.length - 1;
    for (let i = 0; i < last; i++) {
      const part: unknown = Reflect.get(key as object, names[i] as string);
      let next = level.get(part);
      if (next === undefined) level.set(part, (next = new Map()));
      level = next;
    }
    const part: unknown = last === 0 ? key : Reflect.get(key as object, names[last] as string);
    if (level.has(part)) return;
    level.set(part, undefined);
    this.all.push(key);
  }
}
