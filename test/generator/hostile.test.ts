/**
 * Hostile schemas are refused with bounded memory: each is compiled in a process whose heap ends where that of a
 * compiler that expands aliases, recurses, or keeps whatever it is given does not.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Refusal } from "./hostile-child.js";
import { AT_THE_LIMIT, REFUSED_EARLY } from "./hostile-texts.js";

const CHILD = fileURLToPath(new URL("../../dist/test/generator/hostile-child.js", import.meta.url));
const MIB = 1024 * 1024;

async function refusals(which: "early" | "limit", heapMib: number): Promise<readonly Refusal[]> {
  const args = [`--max-old-space-size=${String(heapMib)}`, CHILD, which];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Refusal);
}

test("what is refused early is so with 64 MiB of heap", { timeout: 120_000 }, async () => {
  const found = await refusals("early", 64);
  expect(found.map(({ name }) => name)).toEqual(Object.keys(REFUSED_EARLY));
  const codes = Object.fromEntries(found.map((each) => [each.name, each.codes.join()]));
  expect(codes).toMatchInlineSnapshot(`
    {
      "a file that imports the next one, without end": "bad-import",
      "a hundred files of a megabyte": "missing-property,too-large",
      "a hundred thousand anchors": "too-large",
      "a million escapes": "missing-property",
      "a million wrong escapes": "yaml-syntax",
      "a name again and again": "too-large",
      "a name of two megabytes": "yaml-syntax",
      "a text of four megabytes": "too-large",
      "a text of two megabytes": "missing-property",
      "a type in types": "bad-type",
      "billions of laughs": "unknown-property,yaml-feature",
      "closing brackets": "too-large",
      "commas": "yaml-syntax",
      "deep braces": "too-large",
      "deep brackets": "too-large",
      "deep dashes": "too-large",
      "deep indentation": "too-deep",
      "deep names": "too-large",
      "deep question marks": "too-large",
      "laughs over laughs": "yaml-feature,too-large",
      "line ends": "too-large",
      "two files that import each other": "",
      "types that YAML takes apart": "too-large",
    }
  `);
  expect(found.at(-1)?.peak).toBeLessThan(256 * MIB);
});

test("what is as large as may be is so with 320 MiB of heap", { timeout: 120_000 }, async () => {
  const found = await refusals("limit", 320);
  expect(found.map(({ name }) => name)).toEqual(Object.keys(AT_THE_LIMIT));
  expect(found.filter(({ codes }) => codes.length === 0)).toEqual([]);
  expect(found.at(-1)?.peak).toBeLessThan(512 * MIB);
});
