/** Which name an error offers: the one with the fewest slips, against a plain implementation. */
import { array, property, string, constantFrom } from "fast-check";
import { expect, test } from "vitest";
import { nearest } from "../../generator/src/check/nearest.js";
import { check } from "../support/property.js";

/** Edits between two texts by the definition (optimal string alignment), without any shortcut. */
function edits(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  const rest = edits(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1);
  const one = Math.min(rest, edits(a.slice(1), b) + 1, edits(a, b.slice(1)) + 1);
  const isSwap = a.length > 1 && a[0] === b[1] && a[1] === b[0];
  return isSwap ? Math.min(one, edits(a.slice(2), b.slice(2)) + 1) : one;
}

test.each([
  ["popluation", ["id", "population", "pollution"], "population"],
  ["nmae", ["id", "name"], "name"],
  ["Name", ["name", "names"], "name"],
  ["strng", ["string", "strings"], "string"],
  ["x", ["id", "y"], "y"],
  ["continent", ["city", "country"], undefined],
])("for %s among %j it is %s", (name, known, expected) => {
  expect(nearest(name, known)).toBe(expected);
});

test("no other name has fewer edits, and one within the limit is found", () => {
  const word = string({ unit: constantFrom("a", "b", "c"), minLength: 1, maxLength: 7 });
  const isNearest = property(word, array(word, { maxLength: 4 }), (name, known) => {
    const limit = Math.min(3, Math.max(1, Math.floor(name.length / 3)));
    const best = Math.min(Infinity, ...known.map((each) => edits(name, each)));
    const found = nearest(name, known);
    expect(found).toBe(
      best <= limit ? known.find((each) => edits(name, each) === best) : undefined,
    );
  });
  check(isNearest, 500);
});
