/**
 * Random histories of pushes, patches, rollbacks and pins on an entity with views of all kinds. After every
 * step the process that wrote, one that follows every revision, one that skips some and one that starts cold
 * give the same answers to every read as a snapshot made of the same rows at once.
 */
import type { RecordChanges } from "cached-collections";
import { expect, test } from "vitest";
import type { SnapshotCore } from "../../runtime/src/snapshot/snapshot-core.js";
import { coreOf } from "../../runtime/src/snapshot/snapshot-core.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { pin, rollback, unpin } from "../../runtime/src/collection/pins.js";
import { versions, type VersionInfo } from "../../runtime/src/collection/versions.js";
import type { AnyEntityDefinition } from "../../runtime/src/definition.js";
import { observe } from "../support/observed-store.js";
import { RUNS_FACTOR, SEED } from "../support/property.js";
import { TownMapping } from "../support/town-mapping.js";
import { kinds, townDefinition, type Town, type TownInput } from "../support/town.js";

/** mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function townOf(id: number, random: (below: number) => number): TownInput {
  return {
    id,
    name: `Town ${random(40)}`,
    country: ["FR", "DE", "FI", "IT"][random(4)] ?? "",
    // Unique within a country as long as ids are.
    code: random(3) === 0 ? undefined : `${id}`,
    kind: kinds[random(3)] ?? "place",
    population: random(4) === 0 ? undefined : random(30),
    lat: random(80) - 40,
    tags: ["old", "sea", "river"].filter(() => random(3) === 0),
  };
}

/** Everything that can be read, in its order. */
function answers(core: SnapshotCore<Town>): unknown {
  const group = (name: string): unknown => {
    const view = core.group<unknown>(name);
    return [...view.keys()].map((key) => [key, view.count(key), view.get(key)]);
  };
  const countries = ["FR", "DE", "FI", "IT", "XX"];
  return {
    size: core.size,
    rows: [...core.values()],
    groups: ["byCountry", "byCodeGroup", "byTag", "byCountryAndKind"].map(group),
    largest: countries.map((each) => core.unique<string>("largest").get(each)),
    smallest: countries.map((each) => core.unique<string>("smallest").get(each)),
    sorted: ["byName", "byPopulation", "northern"].map((name) => core.sorted(name).slice()),
  };
}

type Rows = ReadonlyMap<number, TownInput>;
const NO_ROWS: Rows = new Map();
const TOWN = townDefinition as AnyEntityDefinition;

class History {
  /** How many segments revisions had. */
  readonly depths: Set<number> = new Set();
  readonly #random: (below: number) => number;
  readonly #shared = new MemoryStore();
  /** The database. */
  readonly #rows = new Map<number, TownInput>();
  /** What a publication builds on. */
  #published: Rows = new Map();
  /** What is served instead while it is pinned. */
  #pinned: Rows | undefined;
  readonly #contents = new Map<number, Rows>();
  readonly #writer: TownMapping;
  readonly #follower = new TownMapping(observe(this.#shared, { background: false }));
  readonly #skipper = new TownMapping(observe(this.#shared, { background: false }));

  constructor(seed: number) {
    this.#random = randomFrom(seed);
    this.#writer = new TownMapping(observe(this.#shared, { background: false }), () =>
      this.#random(3) === 0 ? [...this.#rows.values()].reverse() : this.#inOrder(),
    );
    for (let id = 0; id < 150; id++) this.#rows.set(id, townOf(id, this.#random));
  }

  /** One step. Returns what readers answer afterwards, each with what is expected of it. */
  async step(): Promise<readonly Answer[]> {
    if (this.#writer.status !== "empty" && this.#random(6) === 0) await this.#moveHead();
    else await this.#change();
    this.depths.add(await this.#depth());
    const newcomer = new TownMapping(observe(this.#shared, { background: false }));
    const readers = [this.#writer, this.#follower, newcomer];
    if (this.#random(3) === 0) readers.push(this.#skipper);
    const expected = answers(coreOf(townDefinition, (this.#pinned ?? this.#published).values()));
    const given: Answer[] = [];
    for (const reader of readers) given.push({ expected, ...(await answerOf(reader)) });
    await newcomer.close();
    return given;
  }

  async #depth(): Promise<number> {
    const version = "Town:0123456789abcdef";
    const state = await this.#shared.schema("test").check([version]);
    return state.versions.get(version)?.head?.segments.length ?? 0;
  }

  #inOrder(): TownInput[] {
    return [...this.#rows.values()].sort((a, b) => a.id - b.id);
  }

  async #change(): Promise<void> {
    const changes = this.#random(20) === 0 ? 60 : 1 + this.#random(4);
    const upsert = new Map<number, TownInput>();
    const remove = new Set<number>();
    for (let i = 0; i < changes; i++) {
      const id = this.#random(170);
      if (this.#random(3) === 0 && !upsert.has(id)) remove.add(id);
      else if (!remove.has(id)) upsert.set(id, townOf(id, this.#random));
    }
    for (const [id, row] of upsert) this.#rows.set(id, row);
    for (const id of remove) this.#rows.delete(id);
    const isPatch = this.#published.size > 0 && this.#random(2) === 0;
    const { revision } = isPatch
      ? await this.#writer.patch({ upsert: upsert.values(), remove })
      : await this.#writer.push();
    const before = isPatch ? [...this.#published, ...upsert] : [...this.#rows];
    this.#published = new Map(before.filter(([id]) => !remove.has(id)));
    this.#contents.set(revision, this.#published);
  }

  /** Goes back to a revision that is kept, holds one, or lets through what was held back. */
  async #moveHead(): Promise<void> {
    const { history = [] } = await this.#version();
    const to = history[this.#random(3)]?.revision;
    if (this.#pinned !== undefined && this.#random(2) === 0) {
      await unpin(TOWN, this.#shared);
      this.#pinned = undefined;
    } else if (to !== undefined && this.#pinned === undefined && this.#random(2) === 0) {
      this.#published = this.#contents.get(to) ?? NO_ROWS;
      await rollback(TOWN, this.#shared, { to });
    } else {
      const current = this.#pinned ?? this.#published;
      this.#pinned = to === undefined ? current : (this.#contents.get(to) ?? NO_ROWS);
      await pin(TOWN, this.#shared, to === undefined ? {} : { to });
    }
    const { revision = 0, heldBack } = await this.#version();
    this.#contents.set(heldBack?.revision ?? revision, this.#published);
    if (this.#pinned !== undefined) this.#contents.set(revision, this.#pinned);
  }

  async #version(): Promise<Partial<VersionInfo>> {
    const [version] = await versions(TOWN, this.#shared);
    return version ?? {};
  }
}

interface Answer {
  readonly expected: unknown;
  readonly actual: unknown;
  /** Records with the same content that are other objects than before. */
  readonly replaced: number;
  /** What the reload that brought it said of changes; undefined when there was none, or it was the first. */
  readonly told: RecordChanges | undefined;
  /** The same, by comparing all records. */
  readonly counted: RecordChanges | undefined;
}

async function answerOf(reader: TownMapping): Promise<Omit<Answer, "expected">> {
  const held = reader.revision === 0 ? new Map<number, Town>() : new Map(reader);
  const isFirst = reader.revision === 0;
  let told: RecordChanges | undefined;
  let counted: RecordChanges | undefined;
  const note = ({ changes }: { readonly changes: RecordChanges | undefined }): void => {
    told = changes;
    counted = isFirst ? undefined : changesFrom(held, reader);
  };
  reader.on("reload", note);
  const actual = answers((await reader.pull()).all);
  reader.off("reload", note);
  let replaced = 0;
  for (const [id, record] of held) {
    const now = reader.get(id);
    if (now !== record && isSame(now, record)) replaced++;
  }
  return { actual, replaced, told, counted };
}

function changesFrom(held: ReadonlyMap<number, Town>, now: TownMapping): RecordChanges {
  const both = [...held].filter(([id]) => now.has(id));
  return {
    added: now.size - both.length,
    changed: both.filter(([id, record]) => !isSame(now.get(id), record)).length,
    removed: held.size - both.length,
  };
}

function isSame(now: Town | undefined, before: Town): boolean {
  return JSON.stringify(now) === JSON.stringify(before);
}

/** The most segments that a revision of any history had: a single one may happen to merge all the time. */
let deepest = 0;
let reloads = 0;
const seeds = Array.from({ length: 4 * RUNS_FACTOR }, (_, index) => SEED + index);

test.each(seeds)("any history gives the same answers as its rows (SEED=%i)", async (seed) => {
  const history = new History(seed);
  for (let step = 0; step < 40; step++) {
    for (const { expected, actual, replaced, told, counted } of await history.step()) {
      expect(actual).toEqual(expected);
      expect(replaced).toBe(0);
      expect(told).toEqual(counted);
      if (told !== undefined) reloads++;
    }
  }
  deepest = Math.max(deepest, ...history.depths);
});

test("some of them laid several deltas over each other", () => {
  expect(deepest).toBeGreaterThan(2);
  expect(reloads).toBeGreaterThan(100);
});
