/**
 * What was found by key lately, found again without hashing, and without garbage for keys of several components:
 * Maps in Maps, because V8 keeps the hash of a string that it has hashed once. Keys that are no primitive values
 * (a Date) are never in here. Emptied when it is full.
 */

/** Room that a further Map takes, in entries. */
const MAP_ROOM = 4;

export class HotKeys<T extends object> {
  /** Names of a key's components; a key of one is its value. */
  readonly #names: readonly string[];
  readonly #most: number;
  readonly #root: Map<unknown, unknown> = new Map();
  #room = 0;

  constructor(fields: readonly { readonly name: string }[], most: number) {
    this.#names = fields.length === 1 ? [] : fields.map(({ name }) => name);
    this.#most = most;
  }

  get(key: unknown): T | undefined {
    const names = this.#names;
    if (names.length === 0) return this.#root.get(key) as T | undefined;
    if (typeof key !== "object" || key === null) return undefined;
    let found: unknown = this.#root;
    for (let i = 0; i < names.length && found !== undefined; i++)
      found = (found as Map<unknown, unknown>).get(
        (key as Readonly<Record<string, unknown>>)[names[i] as string],
      );
    return found as T | undefined;
  }

  /** `own` is the key as the collection has it: where strings are equal it is kept, not the caller's. */
  set(key: unknown, own: unknown, value: T): void {
    const parts = componentsOf(key, this.#names);
    if (parts.some((part) => typeof part === "object")) return;
    const owns = componentsOf(own, this.#names);
    const kept = parts.map((part, i) => (part === owns[i] ? owns[i] : part));
    if (this.#room >= this.#most) this.#empty();
    const last = kept.pop();
    let map = this.#root;
    for (const part of kept) map = this.#mapIn(map, part);
    map.set(last, value);
    this.#room++;
  }

  #mapIn(map: Map<unknown, unknown>, part: unknown): Map<unknown, unknown> {
    const known = map.get(part);
    if (known instanceof Map) return known;
    const made = new Map<unknown, unknown>();
    map.set(part, made);
    this.#room += MAP_ROOM;
    return made;
  }

  #empty(): void {
    this.#root.clear();
    this.#room = 0;
  }
}

function componentsOf(key: unknown, names: readonly string[]): unknown[] {
  if (names.length === 0) return [key];
  return names.map((name) => (key as Readonly<Record<string, unknown>>)[name]);
}
