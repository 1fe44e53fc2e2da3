/** What `npm run codegen` compiles: this repository's schemas, and those of the examples. */
import { defineConfig, type Config } from "@cached-collections/cli";

const config: Config = defineConfig({
  targets: [
    { folder: "." },
    { folder: "bench" },
    { folder: "examples/first" },
    { folder: "examples/demo/next" },
    { folder: "examples/schemas/catalogue" },
    { folder: "examples/schemas/flags" },
    { folder: "examples/schemas/permissions" },
    { folder: "examples/schemas/translations" },
  ],
});
export default config;
