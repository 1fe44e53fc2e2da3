/** What is left of revisions, collections and stores when nobody holds them any more: nothing. */
import { expect, test } from "vitest";
import type { RevisionsReport } from "./messages.js";
import { runProgram } from "./program.js";

const PROGRAM = "../../dist/test/memory/revisions.js";

test(
  "old snapshots, collections and stores are collected once nobody holds them",
  { timeout: 120_000 },
  async () => {
    const report = await runProgram<RevisionsReport>(PROGRAM);
    expect(report.followed).toBe(201);
    // Of two hundred revisions the newest is left, and the one that is held. It shares what it knows of arrays
    // with those that came after it over the same base: one more.
    expect(report.withHeld).toMatchObject({ snapshot: 2, list: 2, derived: 2 });
    expect(report.withHeld["array"]).toBeLessThanOrEqual(3);
    expect(report.heldAnswers).toBe(true);
    expect(report.withoutHeld).toMatchObject({ snapshot: 1, list: 1, derived: 1, array: 1 });
    expect(report.made).toBeGreaterThan(1_000);
    expect(report.withoutHeld["buffer"]).toBeLessThan(100);
    const [early = 0, late = 0] = report.heapBytes;
    expect(late).toBeLessThan(early * 1.1);
    expect(Math.max(...Object.values(report.afterStores))).toBe(0);
    expect(report.reopened).toEqual({ collection: 0, buffer: 0 });
  },
);
