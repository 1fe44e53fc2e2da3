/** How the changes that a reload event tells are counted. */
import { expect, test, vi } from "vitest";
import { changesBetween } from "../../runtime/src/collection/follow/changes-between.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { CountryMapping } from "../support/atlas.js";

vi.mock(import("../../runtime/src/collection/follow/changes-between.js"), { spy: true });

test("once a revision, also where validate saw it first and it is laid anew over what is served", async () => {
  await using store = new MemoryStore();
  let name = "one";
  const load = () => [{ code: "FR", name }];
  const countries = new CountryMapping(store, { load, validate: () => undefined });
  await countries.push();
  const told: unknown[] = [];
  countries.on("reload", ({ changes }) => told.push(changes));
  vi.mocked(changesBetween).mockClear();
  for (name of ["two", "three"]) await countries.push();
  expect(told).toEqual(Array(2).fill({ added: 0, changed: 1, removed: 0 }));
  expect(changesBetween).toHaveBeenCalledTimes(2);
});
