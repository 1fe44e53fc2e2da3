/** A view, a reference or an entity must not hide what collections have: every member of theirs is reserved. */
import { memoryStore } from "cached-collections";
import { RESERVED_MEMBERS, RESERVED_PROPERTIES } from "@cached-collections/generator";
import { expect, test } from "vitest";
import { CitySnapshot, CityMapping, GeoDataset, GeoSnapshot } from "../../generated/geo.js";
import { BannerSequence, BannerSnapshot } from "../../generated/shop.js";

/** Names of an object's own properties and of its classes' members, but for what the schema gave it. */
function membersOf(object: object, given: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (let each: unknown = object; isClassy(each); each = Object.getPrototypeOf(each)) {
    for (const name of Object.getOwnPropertyNames(each)) names.add(name);
  }
  return [...names].filter((name) => !given.includes(name));
}

function isClassy(value: unknown): value is object {
  return typeof value === "object" && value !== null && value !== Object.prototype;
}

const VIEWS = ["byCountry", "byRegion", "capitals", "byName", "byPopulation", "megacities"];
const ENTITIES = ["country", "region", "city"];

test("members of collections and their snapshots cannot name a view or a reference", () => {
  const store = memoryStore();
  const objects = [
    CitySnapshot.of([]),
    new CityMapping(store),
    BannerSnapshot.of([]),
    new BannerSequence(store),
  ];
  const members = objects.flatMap((object) => membersOf(object, VIEWS));
  expect(members.filter((name) => !RESERVED_MEMBERS.has(name))).toEqual([]);
});

test("members of data sets and their snapshots cannot be an entity's property", () => {
  const objects = [GeoSnapshot.of({}), new GeoDataset(memoryStore())];
  const members = objects.flatMap((object) => membersOf(object, ENTITIES));
  expect(members.filter((name) => !RESERVED_PROPERTIES.has(name))).toEqual([]);
});
