/** Long work in slices: the event loop gets its turns, and an abort ends it between two of them. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { atOnce, inSlices, SLICE_MS, type Steps } from "../../runtime/src/bytes/steps.js";

/** Works for some milliseconds, yielding often. */
function* work(ms: number): Steps<string> {
  const end = performance.now() + ms;
  while (performance.now() < end) yield;
  return "done";
}

test("work in slices lets others have their turns", async () => {
  const over = new AbortController();
  const others = turnsUntil(over.signal);
  expect(await inSlices(work(SLICE_MS * 8))).toBe("done");
  over.abort();
  expect(await others).toBeGreaterThanOrEqual(4);
});

async function turnsUntil(over: AbortSignal): Promise<number> {
  let turns = 0;
  for (; !over.aborted; turns++) await nextTurn();
  return turns;
}

test("short work in slices is done in one turn", async () => {
  let turns = 0;
  const immediate = setImmediate(() => turns++);
  expect(await inSlices(work(0))).toBe("done");
  expect(turns).toBe(0);
  clearImmediate(immediate);
});

test("an abort ends work between two slices, with its reason", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  setImmediate(() => controller.abort(reason));
  await expect(inSlices(work(60_000), controller.signal)).rejects.toBe(reason);
});

test("work at once gives its result, or what it throws", () => {
  expect(atOnce(work(1))).toBe("done");
  const failure = new Error("no");
  const failing = function* (): Steps<never> {
    yield;
    throw failure;
  };
  expect(() => atOnce(failing())).toThrow(failure);
});
