/** derive: once for each snapshot, over snapshots, collections and data sets, composed. */
import { derive, memoryStore } from "cached-collections";
import { expect, test } from "vitest";
import {
  AtlasDataset,
  CountrySnapshot,
  COUNTRIES,
  PLACES,
  type AtlasPlaceSnapshot,
  type AtlasSnapshot,
  type Country,
} from "../support/atlas.js";

interface Countries {
  values(): Iterable<Country>;
}

test("a derived value is computed once for each snapshot, and again for the next", async () => {
  let computed = 0;
  const initials = derive((countries: Countries) => {
    computed++;
    return [...countries.values()].map(({ name }) => name.charAt(0));
  });
  const store = memoryStore();
  let name = "France";
  const data = new AtlasDataset(store, {
    load: {
      country: () => [{ code: "FR", name }],
      place: () => [],
      notice: () => [],
    },
  });
  const page = await data.ready();
  expect(initials(page.country)).toEqual(["F"]);
  expect(initials(page.country)).toBe(initials(data.country));
  expect(computed).toBe(1);
  name = "Gaul";
  await data.push();
  expect(initials(data.country)).toEqual(["G"]);
  expect(initials(page.country)).toEqual(["F"]);
  expect(computed).toBe(2);
  await store.close();
});

test("derived values compose and cross collections", async () => {
  const store = memoryStore();
  const names = derive((places: AtlasPlaceSnapshot) =>
    [...places.values()].map((place) => `${place.name}, ${places.homeCountry(place)?.name}`),
  );
  const count = derive((page: AtlasSnapshot) => names(page.place).length);
  let name = "France";
  const data = new AtlasDataset(store, {
    load: {
      country: () => [COUNTRIES[0], { code: "FR", name }].flatMap((each) => each ?? []),
      place: () => PLACES,
      notice: () => [],
    },
  });
  const page = await data.ready();
  expect(count(page)).toBe(3);
  expect(names(page.place)[0]).toBe("Paris, France");
  // Only the country changes: what was derived from places that refer to it is computed again.
  name = "Gaul";
  await data.push();
  expect(names(data.snapshot().place)[0]).toBe("Paris, Gaul");
  await store.close();
});

test("what a derived function throws is thrown, and not remembered", () => {
  let fail = true;
  const size = derive((countries: CountrySnapshot) => {
    if (fail) throw new Error("not yet");
    return countries.size;
  });
  const snapshot = CountrySnapshot.of(COUNTRIES);
  expect(() => size(snapshot)).toThrow("not yet");
  fail = false;
  expect(size(snapshot)).toBe(2);
});

test("undefined is a value like any other", () => {
  let computed = 0;
  const nothing = derive((countries: CountrySnapshot) => {
    computed++;
    return countries.get("FR");
  });
  const snapshot = CountrySnapshot.of([]);
  nothing(snapshot);
  nothing(snapshot);
  expect(computed).toBe(1);
});
