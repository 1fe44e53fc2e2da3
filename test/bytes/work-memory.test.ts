/** Memory that builds give back and others use again: what was built is never in it, nor in each other's. */
import { expect, test } from "vitest";
import { SegmentBuilder } from "../../runtime/src/bytes/segment-builder.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { WorkPieces } from "../../runtime/src/bytes/work-memory.js";
import { type Town, townDefinition, type TownInput } from "../support/town.js";

const SEED = 0x70117;
/** More than fits into one piece of a column. */
const ROWS = 20_000;

function townAt(id: number, word: string): TownInput {
  return { id, name: `${word} ${id}`, country: word.slice(0, 2), kind: "place", lat: id % 90 };
}

function filled(word: string, rows = ROWS): SegmentBuilder<Town, TownInput> {
  const builder = new SegmentBuilder(townDefinition, { seed: SEED });
  // Backwards, so that everything has to be sorted.
  for (let id = rows; id > 0; id--) builder.add(townAt(id, word));
  return builder;
}

test("builds that use memory again give the same bytes, and leave those of before alone", () => {
  const first = atOnce(filled("Ash").finish()).bytes;
  const copy = Uint8Array.from(first);
  const other = atOnce(filled("Birch wood").finish()).bytes;
  expect(Buffer.compare(other, copy)).not.toBe(0);
  expect(Buffer.compare(atOnce(filled("Ash").finish()).bytes, copy)).toBe(0);
  expect(Buffer.compare(first, copy)).toBe(0);
});

test("builds that take turns do not meet in it, nor with one that was given up", () => {
  const expected = ["Ash", "Birch wood"].map((word) =>
    Uint8Array.from(atOnce(filled(word).finish()).bytes),
  );
  const givenUp = filled("Cedar").finish();
  for (let step = 0; step < 40; step++) givenUp.next();
  givenUp.return(undefined as never);
  const turns = ["Ash", "Birch wood"].map((word) => filled(word).finish());
  const built: (Uint8Array | undefined)[] = [undefined, undefined];
  while (built.includes(undefined)) {
    for (const [index, steps] of turns.entries()) {
      if (built[index] !== undefined) continue;
      const step = steps.next();
      if (step.done === true) built[index] = step.value.bytes;
    }
  }
  for (const [index, bytes] of built.entries()) {
    expect(Buffer.compare(bytes as Uint8Array, expected[index] as Uint8Array)).toBe(0);
  }
});

test("what V8 counts beside its heap stays small, which is what makes it collect garbage", () => {
  const before = process.memoryUsage().external;
  const steps = filled("Dogwood", 4 * ROWS).finish();
  let most = process.memoryUsage().external;
  while (steps.next().done !== true) most = Math.max(most, process.memoryUsage().external);
  expect(most - before).toBeLessThan(10_000_000);
});

test("a piece is handed out once, and only pieces of its size come back", () => {
  const pieces = new WorkPieces(64);
  const [a, b] = [pieces.take(), pieces.take()];
  expect(a).not.toBe(b);
  pieces.giveBack([
    new Uint8Array(a),
    new Uint8Array(64),
    new Uint8Array(new SharedArrayBuffer(65)),
  ]);
  expect(pieces.take()).toBe(a);
  const [c, d] = [pieces.take(), pieces.take()];
  expect(new Set([a, b, c, d]).size).toBe(4);
  expect([c.byteLength, d.byteLength]).toEqual([64, 64]);
});
