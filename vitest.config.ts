/** How tests run: from source, so that a change in a package is seen without building it. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const config: ViteUserConfig = defineConfig({
  resolve: {
    alias: [
      {
        find: "cached-collections/generated/v1",
        replacement: source("runtime/src/generated/v1.ts"),
      },
      {
        find: "cached-collections/prometheus",
        replacement: source("runtime/src/observe/prometheus.ts"),
      },
      { find: /^cached-collections$/, replacement: source("runtime/src/index.ts") },
      { find: "@cached-collections/generator", replacement: source("generator/src/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    // Many tests wait for processes and servers: a worker a core would leave a fifth of two cores idle.
    maxWorkers: availableParallelism() + 1,
    globalSetup: ["test/support/redis-setup.ts"],
    // For what hangs: a busy machine may be ten times slower.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
export default config;
