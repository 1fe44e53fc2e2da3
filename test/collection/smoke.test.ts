import { memoryStore } from "cached-collections";
import { expect, test } from "vitest";
import { AtlasDataset, COUNTRIES, PLACES } from "../support/atlas.js";

test("a data set loads, pushes and reads", async () => {
  const store = memoryStore();
  const data = new AtlasDataset(store, {
    load: { country: () => COUNTRIES, place: () => PLACES, notice: () => [{ text: "hi" }] },
  });
  const page = await data.ready();
  expect(page.place.get(1)?.name).toBe("Paris");
  expect(data.place.get(1)).toBe(page.place.get(1));
  const result = await data.push();
  expect(result).toMatchObject({ outcome: "identical", revision: 1 });
  await store.close();
});
