/** What stands in `cached-collections.config.ts`. config-check.ts holds the same at run time: change both. */

/** A folder of schemas and where their generated files go. */
export interface Target {
  /** From the config file's folder, which is the default. The two below start here, and so do paths in generated headers. */
  readonly folder?: string;
  /** The folder of the schemas (*.yaml, *.yml); default "schema". */
  readonly schemas?: string;
  /** The folder of generated files; default "generated". */
  readonly out?: string;
}

interface Common {
  /**
   * Imports the module that makes your collections, for commands that work on them: `() => import("./src/geo.js")`.
   * `codegen` never calls it, since that module imports what codegen has yet to write.
   */
  readonly app?: () => Promise<object>;
}

export interface ConfigOfOne extends Target, Common {
  readonly targets?: never;
}

export interface ConfigOfSeveral extends Common {
  readonly folder?: never;
  readonly schemas?: never;
  readonly out?: never;
  /** Several folders of schemas, each with its output. */
  readonly targets: readonly Target[];
}

export type Config = ConfigOfOne | ConfigOfSeveral;

/** Gives a config back as it is; its use is that editors and the compiler check it. */
export function defineConfig(config: Config): Config {
  return config;
}
