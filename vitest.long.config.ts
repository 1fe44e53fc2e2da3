/**
 * The long searches: the test files that draw at random or have a longer form, with fifty times as many draws.
 * Before a release. `SEED=123` repeats a run, STORE_SEED that of the stores; RUNS_FACTOR and STORE_HISTORIES say how much.
 *
 * Minutes at a factor of 50, each file alone, on two cores with several times the work that they can do: fuzz 18 (a
 * million inputs of a decoder), collection histories 16, linear 17 (a thousand histories), stores 10, combinations 6,
 * parse 5, snapshots 5, hash 4, others below 3: a hundred together, so less than an hour for two workers. The crowd of
 * fifty processes, a minute and more for itself, wants a machine with nothing else to do.
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
