/** Where the command line finds schemas and collections. */
import { defineConfig, type Config } from "@cached-collections/cli";

const config: Config = defineConfig({ app: () => import("./catalog.js") });
export default config;
