/** docs/errors.md has a section for every code of the runtime, and none for others. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("every error code is documented, and every documented code exists", () => {
  const codes = read("runtime/src/errors.ts").match(/"ERR_[A-Z_]+"/g) ?? [];
  const [, atRunTime = ""] = read("docs/errors.md").split("\n## Errors at run time\n");
  const headings = [...atRunTime.matchAll(/^### (ERR_[A-Z_]+)$/gm)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(15);
  expect(new Set(headings)).toEqual(new Set(codes.map((code) => code.slice(1, -1))));
  expect(headings).toHaveLength(new Set(headings).size);
});
