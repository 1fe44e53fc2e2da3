/** The checker of histories, checked: it names what is wrong in histories made by hand, and lets pass what may be. */
import { describe, expect, test } from "vitest";
import { problemsOf, type Act, type History, type Loss } from "./check-history.js";
import { INTERVAL_MS, type Back, type Service, type Step } from "./messages.js";

/** A step by the name of its manifest, of epoch and number: `a3`, or `a3'` of another one with that number. */
function step(id: string, at: number, patched: number, loaded = 1): Step {
  return { id, epoch: id.charAt(0), revision: Number(id.charAt(1)), at, patched, loaded };
}

function back(from: string, to: string): Back {
  const place = (id: string): Back["from"] => ({
    epoch: id.charAt(0),
    revision: Number(id.charAt(1)),
  });
  return { from: place(from), to: place(to) };
}

function served(steps: readonly Step[], backs: readonly Back[] = []): Service {
  return { steps, backs };
}

function act(kind: Act["kind"], version: number, [began, ended]: [number, number]): Act {
  return { kind, version, process: 0, began, ended };
}

/** As a patch answers that published this manifest. */
function patch(version: number, when: [number, number], manifestId: string): Act {
  const pushed = { version: "City:0", epoch: "a", revision: 0, manifestId };
  return { ...act("patch", version, when), pushed };
}

function pull(when: [number, number], patched: number, loaded = patched, atLeast?: Act): Act {
  return { ...act("pull", 0, when), seen: { patched, loaded }, atLeast };
}

const NOTHING: History = { acts: [], services: [], losses: [], lines: [], reads: 0 };

const flush: Loss = { kind: "flush", from: 20, to: 21 };
const failover: Loss = { kind: "failover", from: 20, to: 25 };
/** When a step back after that failover may have been confirmed. */
const LATER = 25 + INTERVAL_MS;

describe("a pull", () => {
  const pushing = act("push", 2, [1, 2]);
  const problem = /^pull .* saw .* after (push|patch) of version 2 /;

  test("after a push must show it, in every row", () => {
    for (const seen of [pull([3, 4], 1), pull([3, 4], 2, 1)]) {
      const problems = problemsOf({ ...NOTHING, acts: [pushing, seen] });
      expect(problems).toEqual([expect.stringMatching(problem)]);
    }
    expect(problemsOf({ ...NOTHING, acts: [pushing, pull([3, 4], 2)] })).toEqual([]);
    const failed = { ...pushing, error: "ERR_LOADER" };
    expect(problemsOf({ ...NOTHING, acts: [failed, pull([3, 4], 1)] })).toEqual([]);
  });

  test("that began before a push had ended need not show it", () => {
    expect(problemsOf({ ...NOTHING, acts: [pushing, pull([1.9, 4], 1)] })).toEqual([]);
  });

  test("after a flush need not show what was flushed, but what was pushed since", () => {
    const history = { ...NOTHING, losses: [flush] };
    expect(problemsOf({ ...history, acts: [pushing, pull([30, 31], 1)] })).toEqual([]);
    const since = act("push", 2, [22, 23]);
    const problems = problemsOf({ ...history, acts: [since, pull([30, 31], 1)] });
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });

  test("after a failover need not show what the new master had not got, and nothing else", () => {
    const acts = [patch(2, [1, 2], "a2"), pull([30, 31], 1)];
    const history = { ...NOTHING, acts, losses: [failover] };
    expect(problemsOf({ ...history, lines: [["a1", "a2"], ["a1"]] })).toEqual([]);
    const kept = [
      ["a1", "a2"],
      ["a1", "a2"],
    ];
    expect(problemsOf({ ...history, lines: kept })).toEqual([expect.stringMatching(problem)]);
  });

  test("that waits for a push must show it even if it is lost", () => {
    const acts = [pushing, pull([30, 31], 1, 1, pushing)];
    const problems = problemsOf({ ...NOTHING, acts, losses: [flush, failover] });
    expect(problems).toEqual([expect.stringMatching(/^pull .* waited for push of version 2 /)]);
  });
});

describe("a reader", () => {
  const nothingLost = expect.stringMatching(/^process 0 went from .*: nothing was lost$/) as string;
  const untold = expect.stringMatching(/^process 0 went from .*: no went-back$/) as string;
  const atOnce = expect.stringMatching(
    /^process 0 went from .* after the loss: at once$/,
  ) as string;
  const a1 = step("a1", 1, 1);
  const a2 = step("a2", 10, 2);
  const lines = [["a1", "a2"], ["a1"]];

  test("goes back to a lower revision only after a loss, even if it says so", () => {
    const history = { ...NOTHING, lines: [["a1", "a2"]] };
    const services = [served([a1, a2, { ...a1, at: 400 }], [back("a2", "a1")])];
    expect(problemsOf({ ...history, services })).toEqual([nothingLost]);
    const losses = [{ ...failover, from: 500, to: 501 }];
    expect(problemsOf({ ...history, services, losses })).toEqual([nothingLost]);
  });

  test("goes back after a failover, with an event, when it had time to look twice", () => {
    const history = { ...NOTHING, lines, losses: [failover] };
    const steps = [a1, a2, { ...a1, at: LATER }];
    const services = [served(steps, [back("a2", "a1")])];
    expect(problemsOf({ ...history, services })).toEqual([]);
    expect(problemsOf({ ...history, services: [served(steps)] })).toEqual([untold]);
    const soon = [served([a1, a2, { ...a1, at: 40 }], [back("a2", "a1")])];
    expect(problemsOf({ ...history, services: soon })).toEqual([atOnce]);
  });

  test("goes back when its number is given to other rows", () => {
    const lines = [
      ["a1", "a2"],
      ["a1", "a2'"],
    ];
    const history = { ...NOTHING, lines, losses: [failover] };
    const services = [served([a1, a2, step("a2'", LATER, 3)])];
    expect(problemsOf({ ...history, services })).toEqual([untold]);
  });

  test("goes back once for a failover", () => {
    const steps = [a1, a2, { ...a1, at: LATER }, { ...a2, at: LATER + 1 }];
    const again = [...steps, { ...a1, at: LATER + INTERVAL_MS }];
    const services = [served(again, [back("a2", "a1"), back("a2", "a1")])];
    const problems = problemsOf({ ...NOTHING, services, lines, losses: [failover] });
    expect(problems).toEqual([nothingLost]);
  });

  test("goes on at once in an epoch that it never saw, after a flush, and says nothing", () => {
    const history = { ...NOTHING, lines: [["a1", "a2", "b1"]], losses: [flush] };
    const steps = [a1, a2, step("b1", 22, 3, 3)];
    expect(problemsOf({ ...history, services: [served(steps)] })).toEqual([]);
    const alarmed = [served(steps, [back("a2", "b1")])];
    expect(problemsOf({ ...history, services: alarmed })).toEqual([
      "process 0: no step of went-back a/2 to b/1",
    ]);
  });

  test("does not see older rows after a flush", () => {
    const history = { ...NOTHING, lines: [["a2"], ["b1"]], losses: [flush] };
    const services = [served([a2, step("b1", 22, 1)])];
    expect(problemsOf({ ...history, services })).toEqual([nothingLost]);
  });

  test("says that it goes back to an epoch that it left", () => {
    const lines = [["a1", "b1"], ["a1"]];
    const history = { ...NOTHING, lines, losses: [{ ...flush, from: 5, to: 6 }, failover] };
    const steps = [a1, step("b1", 10, 2), { ...a1, at: LATER }];
    expect(problemsOf({ ...history, services: [served(steps)] })).toEqual([untold]);
    const told = [served(steps, [back("b1", "a1")])];
    expect(problemsOf({ ...history, services: told })).toEqual([]);
  });
});

describe("what is published", () => {
  test("is all that is served", () => {
    const services = [served([step("a1", 1, 1), step("a2", 2, 2)])];
    const problems = problemsOf({ ...NOTHING, services, lines: [["a1"]] });
    expect(problems).toEqual(["a/2 (a2) patched 2, loaded 1 was never published"]);
  });

  test("is the same for all", () => {
    const services = [served([step("a1", 1, 1)]), served([step("a1", 2, 1, 0)])];
    const problems = problemsOf({ ...NOTHING, services, lines: [["a1"]] });
    expect(problems).toEqual(["a/1 (a1) patched 1, loaded 1 is also a/1 (a1) patched 1, loaded 0"]);
  });

  const late = expect.stringMatching(/ was published after /) as string;

  test("is never older than what was published before, whoever saw it, also after a flush", () => {
    for (const [id, line] of [
      ["a2", ["a1", "a2"]],
      ["b1", ["a1", "b1"]],
    ] as const) {
      for (const older of [step(id, 5, 1, 2), step(id, 5, 2, 1)]) {
        const services = [served([step("a1", 1, 2, 2)]), served([older])];
        const losses = [flush];
        expect(problemsOf({ ...NOTHING, services, losses, lines: [line] })).toEqual([late]);
      }
    }
  });

  test("counts up within an epoch", () => {
    const services = [served([step("a2", 1, 1)]), served([step("a2'", 2, 2)])];
    expect(problemsOf({ ...NOTHING, services, lines: [["a2", "a2'"]] })).toEqual([late]);
  });

  test("may be older than what a failover lost, and is not older than what it kept", () => {
    const services = [served([step("a1", 1, 2)]), served([step("a2", 5, 3)])];
    const more = [...services, served([step("a2'", 30, 2)])];
    const lines = [
      ["a1", "a2"],
      ["a1", "a2'"],
    ];
    const history = { ...NOTHING, losses: [failover], lines };
    expect(problemsOf({ ...history, services: more })).toEqual([]);
    const older = [...services, served([step("a2'", 30, 1)])];
    expect(problemsOf({ ...history, services: older })).toEqual([late]);
  });
});
