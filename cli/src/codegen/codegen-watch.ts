/**
 * `codegen --watch`: a run for every change of a schema, of what it imports, and of the config file. While
 * something is wrong the files are left as the last good run wrote them.
 */
import type { Inputs } from "./codegen-folder.js";
import type { Generator } from "./codegen-generator.js";
import { printReport } from "./codegen-report.js";
import { failureOf, runCodegen } from "./codegen-run.js";
import { configInputs, findTargets, type TargetOptions, type Targets } from "./codegen-targets.js";
import { contentOf, InputWatcher } from "./input-watcher.js";

/** Runs until the signal is given. Rejects with a ProblemError when nothing can be watched. */
export async function watchCodegen(
  generator: Generator,
  options: TargetOptions,
  isJson: boolean,
  signal: AbortSignal,
): Promise<void> {
  const session = new Session(generator, options, isJson);
  const watcher = new InputWatcher(signal);
  try {
    watcher.follow(await session.run());
    if (!isJson) console.log("watching for changes; Ctrl-C ends");
    while (!signal.aborted) {
      const changes = watcher.changes();
      if (changes.length === 0) {
        await watcher.event();
        continue;
      }
      if (!isJson) console.log(`\n${changes.join("\n")}`);
      watcher.follow(await session.run());
    }
  } finally {
    watcher.close();
  }
}

class Session {
  readonly #generator: Generator;
  readonly #options: TargetOptions;
  readonly #isJson: boolean;
  #config: Inputs | undefined;
  #targets: Targets = { folders: [], config: undefined };
  #schemas: Inputs = new Map();

  constructor(generator: Generator, options: TargetOptions, isJson: boolean) {
    this.#generator = generator;
    this.#options = options;
    this.#isJson = isJson;
  }

  /** Runs once, prints the report, and returns all that was read. A bad config file leaves the rest as it was. */
  async run(): Promise<Inputs> {
    const config = configInputs(this.#options);
    try {
      if (!areEqual(config, this.#config)) this.#targets = await findTargets(this.#options);
      this.#config = config;
      const { report, inputs } = runCodegen(this.#generator, this.#targets.folders, "write");
      this.#schemas = inputs;
      printReport(report, this.#isJson);
    } catch (error) {
      // Loaded again at the next change, whatever it is: the reason may be in what it imports.
      this.#config = undefined;
      // What changed meanwhile is not compiled, but it was seen: else it would be a change for ever.
      this.#schemas = new Map([...this.#schemas.keys()].map((path) => [path, contentOf(path)]));
      printReport(failureOf(error), this.#isJson);
    }
    return new Map([...this.#schemas, ...config]);
  }
}

function areEqual(inputs: Inputs, others: Inputs | undefined): boolean {
  return others !== undefined && [...inputs].every(([path, text]) => others.get(path) === text);
}
