/** The long searches: the tests that draw at random, with a hundred times the runs. Before a release. */
import { defineConfig, mergeConfig, type ViteUserConfig } from "vitest/config";
import config from "./vitest.config.js";

const long: ViteUserConfig = mergeConfig(
  config,
  defineConfig({ test: { env: { RUNS_FACTOR: "100" }, testTimeout: 3_600_000 } }),
);
export default long;
