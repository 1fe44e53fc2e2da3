/** The long searches: the tests that draw at random, fifty times as often. Before a release. */
import { defineConfig, mergeConfig, type ViteUserConfig } from "vitest/config";
import config from "./vitest.config.js";

const env = { RUNS_FACTOR: "50", STORE_HISTORIES: "400" };
const long: ViteUserConfig = mergeConfig(
  config,
  defineConfig({ test: { env, testTimeout: 3_600_000 } }),
);
export default long;
