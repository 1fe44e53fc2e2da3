/**
 * What a push checks of references: rows that did not change are neither decoded nor asked again, and yet
 * nothing is published that refers to what is not there. Whoever pushed what before, alone or together, the
 * outcome is that of looking every reference up.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { decodeManifest, type Manifest } from "../../runtime/src/bytes/manifest.js";
import { CachedCollectionsError } from "../../runtime/src/errors.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import {
  atlas,
  AtlasDataset,
  CountryMapping,
  PlaceMapping,
  type Atlas,
  type CountryInput,
  type PlaceInput,
} from "../support/atlas.js";
import { headOf } from "../support/memory-faults.js";
import { observe } from "../support/observed-store.js";
import { SEED } from "../support/property.js";
import { Random } from "../support/random.js";

/** Many, so that a few changes of them are a delta. */
const CODES = ["DE", "FR", ...Array.from({ length: 30 }, (_, n) => `C${n}`)];
const HASH = "00000000000000a1";
const ROUNDS = 12 * Number(process.env["RUNS_FACTOR"] ?? 1);

let shared: MemoryStore;
let countries: readonly CountryInput[];
let places: readonly PlaceInput[];
beforeEach(() => {
  shared = new MemoryStore();
  countries = CODES.map((code) => ({ code, name: code }));
  places = Array.from({ length: 40 }, (_, id) => ({
    id,
    name: `place ${id}`,
    country: CODES[id % 2] ?? "",
  }));
});
afterEach(async () => {
  await shared.close();
});

let decoded = 0;
function counting(): Atlas {
  const schema = atlas();
  const place: Atlas["place"] = {
    ...schema.place,
    decode: (reader, end) => {
      decoded++;
      return schema.place.decode(reader, end);
    },
  };
  return { ...schema, place };
}

function codeOf(error: unknown): unknown {
  return error instanceof CachedCollectionsError ? error.code : error;
}

async function published(entity: string): Promise<Manifest> {
  return decodeManifest((await headOf(shared, `${entity}:${HASH}`)).bytes);
}

const countriesIn = (): CountryMapping =>
  new CountryMapping(observe(shared), { load: () => countries });
const placesIn = (): PlaceMapping =>
  new PlaceMapping(observe(shared), { load: () => places }, counting());

test("rows that did not change are not decoded, in whatever order they come", async () => {
  await countriesIn().push();
  const mapping = placesIn();
  await mapping.push();
  for (const rows of [places, [...places].reverse()]) {
    places = rows;
    decoded = 0;
    expect(await mapping.push()).toMatchObject({ outcome: "identical" });
    expect(decoded).toBe(0);
  }
  places = places.map((place) => (place.id === 7 ? { ...place, name: "changed" } : place));
  decoded = 0;
  expect(await placesIn().push()).toMatchObject({ outcome: "published", records: 40 });
  expect(decoded).toBeLessThan(places.length);
});

test("rows that did not change are asked again once their target has lost a key, not when it gained one", async () => {
  await countriesIn().push();
  await placesIn().push();
  countries = [...countries.filter(({ code }) => code !== "C9"), { code: "PT", name: "Portugal" }];
  await countriesIn().push();
  places = places.map((place) => (place.id === 7 ? { ...place, name: "changed" } : place));
  decoded = 0;
  expect(await placesIn().push()).toMatchObject({ outcome: "published" });
  expect(decoded).toBeGreaterThan(places.length);
  expect((await published("Place")).checked).toContainEqual({
    entity: "Country",
    setId: (await published("Country")).setId,
  });

  countries = [...countries, { code: "GR", name: "Greece" }];
  await countriesIn().push();
  places = places.map((place) => (place.id === 8 ? { ...place, country: "GR" } : place));
  decoded = 0;
  expect(await placesIn().push()).toMatchObject({ outcome: "published" });
  expect(decoded).toBeLessThan(places.length);
});

test("what a target lost is missed by rows that did not change, pushed alone or together", async () => {
  await countriesIn().push();
  await placesIn().push();
  const data = new AtlasDataset(observe(shared), {
    load: { country: () => countries, place: () => places, notice: () => [] },
  });
  await data.push();
  countries = countries.filter(({ code }) => code !== "FR");
  await expect(data.push()).rejects.toMatchObject({
    code: "ERR_DANGLING_REFERENCE",
    message: expect.stringContaining('1: homeCountry refers to Country "FR"') as string,
  });
  await countriesIn().push();
  expect(await placesIn().push()).toMatchObject({ outcome: "identical" });
  places = places.map((place) => (place.id === 0 ? { ...place, name: "changed" } : place));
  expect(await placesIn().push().catch(codeOf)).toBe("ERR_DANGLING_REFERENCE");
});

test("a reference that only warns warns as long as it dangles", async () => {
  await countriesIn().push();
  places = places.map((place) => (place.id === 3 ? { ...place, parentId: 99 } : place));
  expect((await placesIn().push()).warnings).toHaveLength(1);
  expect((await published("Place")).checked.map(({ entity }) => entity)).toEqual(["Country"]);
  places = places.map((place) => (place.id === 5 ? { ...place, name: "changed" } : place));
  expect((await placesIn().push()).warnings).toHaveLength(1);
  places = [...places, { id: 99, name: "parent", country: "DE" }];
  expect((await placesIn().push()).warnings).toHaveLength(0);
  expect((await published("Place")).checked.map(({ entity }) => entity)).toEqual([
    "Country",
    "Place",
  ]);
});

test(`random pushes are refused and warn as if every reference were looked up (SEED=${SEED})`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const random = new Random(SEED + round);
    shared = new MemoryStore();
    await history(random, `SEED=${SEED + round}`);
    await shared.close();
  }
});

/** What is published, as a model. */
interface Content {
  readonly countries: readonly CountryInput[];
  readonly places: readonly PlaceInput[];
}

async function history(random: Random, what: string): Promise<void> {
  const change = (): void => {
    countries = CODES.filter(() => random.chance(0.98)).map((code) => ({
      code,
      name: random.chance(0.9) ? code : "renamed",
    }));
    places = places.flatMap((place) => {
      if (random.chance(0.9)) return [place];
      if (random.chance(0.2)) return [];
      const parentId = random.chance(0.5) ? undefined : random.integer(45);
      return [{ ...place, country: random.pick(CODES.slice(0, 20)), parentId }];
    });
  };
  const warm = observe(shared);
  const together = new AtlasDataset(warm, {
    load: { country: () => countries, place: () => places, notice: () => [] },
  });
  countries = CODES.map((code) => ({ code, name: code }));
  places = Array.from({ length: 40 }, (_, id) => ({
    id,
    name: "",
    country: random.pick(CODES.slice(0, 20)),
  }));
  await together.push();
  let now: Content = { countries, places };
  for (let step = 0; step < 12; step++) {
    change();
    const dice = random.integer(5);
    if (dice === 0) {
      await (random.chance(0.5) ? together.country : countriesIn()).push();
      now = { countries, places: now.places };
      continue;
    }
    const isTogether = dice < 3;
    const next: Content = isTogether ? { countries, places } : { countries: now.countries, places };
    const pushing = isTogether
      ? together.push().then(({ collections }) => collections["place"])
      : (random.chance(0.5) ? together.place : placesIn()).push();
    const outcome = await pushing.then(
      (result) => `${result?.warnings.length} warnings`,
      (error: unknown) => String(codeOf(error)),
    );
    expect(outcome, `${what}, step ${step}`).toBe(expected(now, next));
    if (!outcome.startsWith("ERR")) now = next;
  }
  await warm.close();
}

function expected(now: Content, { countries: targets, places: rows }: Content): string {
  if (rows.length < now.places.length / 2) return "ERR_GUARD_REFUSED";
  const isSame = JSON.stringify([now.countries, now.places]) === JSON.stringify([targets, rows]);
  if (isSame) return "0 warnings";
  if (!rows.every(({ country }) => targets.some(({ code }) => code === country))) {
    return "ERR_DANGLING_REFERENCE";
  }
  const ids = new Set(rows.map(({ id }) => id));
  const isDangling = rows.some(
    ({ parentId }) => typeof parentId === "number" && !ids.has(parentId),
  );
  return isDangling ? "1 warnings" : "0 warnings";
}
