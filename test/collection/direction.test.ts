/** Where a head lies as seen from what is served: identity decides, not numbers. */
import { expect, test } from "vitest";
import { directionOf, type Place } from "../../runtime/src/collection/follow/direction.js";

const at = (id: string, epoch: string, revision: number): Place => ({ id, epoch, revision });
const served = at("a", "e1", 5);

const cases: readonly (readonly [
  string,
  Place | undefined,
  Place | undefined,
  string[],
  string,
])[] = [
  ["the store has nothing", served, undefined, [], "nothing"],
  ["nothing is served yet", undefined, at("x", "e1", 1), [], "forward"],
  ["it is what is served", served, at("a", "e1", 5), [], "same"],
  ["a higher revision of the epoch", served, at("b", "e1", 6), [], "forward"],
  ["a lower revision of the epoch", served, at("b", "e1", 4), [], "backward"],
  ["another one with the same number", served, at("b", "e1", 5), [], "backward"],
  ["an epoch never seen, with a lower number", served, at("b", "e2", 1), [], "forward"],
  ["an epoch already left, with a higher number", served, at("b", "e0", 9), ["e0"], "backward"],
];

test.each(cases)("%s", (_name, from, head, left, direction) => {
  expect(directionOf(from, new Set(left), head)).toBe(direction);
});
