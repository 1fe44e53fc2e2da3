/** `maxDecodedRecords`: bounds what is kept, and takes nothing away from those who hold something. */
import { expect, test } from "vitest";
import { memoryStore } from "../../runtime/src/index.js";
import { CountryMapping } from "../../generated/geo.js";
import type { DecodedReport } from "./messages.js";
import { runProgram } from "./program.js";

const PROGRAM = "../../dist/test/memory/decoded.js";

const MINUTE_MS = 60_000;

test(
  "no more decoded records than asked for are kept, and what is held stays the same object",
  async () => {
    const { alive, held, afterHolding } = await runProgram<DecodedReport>(PROGRAM, ["500"]);
    // A quarter more may stand in front of the table of keys.
    for (const count of [...alive, afterHolding]) expect(count).toBeLessThanOrEqual(500 * 1.25);
    // An eighth goes at a time. (Later the base before may still count, with the same objects.)
    for (const count of alive) expect(count).toBeGreaterThanOrEqual(437);
    expect(held).toEqual({
      afterReading: { records: true, arrays: true },
      afterDelta: true,
      afterBase: true,
    });
  },
  MINUTE_MS,
);

test(
  "without a bound that is reached all records stay",
  async () => {
    const { alive, held } = await runProgram<DecodedReport>(PROGRAM, ["Infinity"]);
    expect(alive).toEqual([6_000, 6_000]);
    expect(held.afterBase).toBe(true);
  },
  MINUTE_MS,
);

test.each([0, -1, 1.5, Number.NaN])("a bound of %d is refused", (maxDecodedRecords) => {
  const options = { maxDecodedRecords };
  expect(() => new CountryMapping(memoryStore(), options)).toThrow(
    expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }),
  );
});
