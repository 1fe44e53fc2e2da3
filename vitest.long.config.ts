/**
 * The long searches: the test files that draw at random or have a longer form, with fifty times as many draws.
 * Before a release. `SEED=123` repeats a run, STORE_SEED that of the stores; RUNS_FACTOR and STORE_HISTORIES say how much.
 *
 * At a factor of 50, on two cores that had seven times as much to do as they could, each alone: fuzz 18 minutes (a
 * million inputs a decoder), linear 17 (a thousand histories), collection histories 16, stores 10 (400 histories),
 * parse 9, combinations 6, emit-wire 5, snapshots 5, hash 4, others below 3. All of it on two idle cores is below an
 * hour. `test/process/crowd.test.ts` starts fifty processes: nothing else that measures should run beside it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import config from "./vitest.config.js";

const SEARCHES = /RUNS_FACTOR|STORE_HISTORIES|support\/property/;
const include = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".test.ts"))
  .map((path) => join("test", path))
  .filter((path) => SEARCHES.test(readFileSync(path, "utf8")));

const env = {
  RUNS_FACTOR: process.env["RUNS_FACTOR"] ?? "50",
  STORE_HISTORIES: process.env["STORE_HISTORIES"] ?? "400",
};
const long: ViteUserConfig = defineConfig({
  ...config,
  test: { ...config.test, include, env, testTimeout: 3_600_000 },
});
export default long;
