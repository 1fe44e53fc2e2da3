/** Long work in slices: the event loop gets its turns, and an abort ends it between two of them. */
import { expect, test } from "vitest";
import { atOnce, inSlices, type Steps } from "../../runtime/src/bytes/steps.js";

/** Works for some milliseconds, yielding often. */
function* work(ms: number): Steps<string> {
  const end = performance.now() + ms;
  while (performance.now() < end) yield;
  return "done";
}

test("work in slices lets others have their turns", async () => {
  const seen = { turns: 0 };
  const others = setInterval(() => seen.turns++, 0);
  const end = performance.now() + 20_000;
  /** Ends when others have had three turns, which work that keeps the event loop never sees. */
  const waiting = function* (): Steps<string> {
    while (seen.turns < 3 && performance.now() < end) yield;
    return "done";
  };
  expect(await inSlices(waiting())).toBe("done");
  expect(seen.turns).toBeGreaterThanOrEqual(3);
  clearInterval(others);
});

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
